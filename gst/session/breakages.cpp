// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/breakages.hpp"

namespace rtcmc {

void Breakages::add(const std::string& user_id, const std::string& reason) {
  auto& breakage = breakages_[user_id];
  if (breakage) {
    return;
  }
  breakage = std::make_unique<Breakage>(user_id, reason);
  breakage->end.start_once(farewell_, [this, at = breakage.get()] {
    const auto ended = std::move(breakages_.extract(std::string(at->user_id)).mapped());
    failed_(ended->user_id, ended->reason);
  });
}

void Breakages::rename(const std::string& old_id, const std::string& new_id) {
  auto breakage = breakages_.extract(old_id);
  if (!breakage.empty()) {
    breakage.key() = new_id;
    breakage.mapped()->user_id = new_id;
    breakages_.insert(std::move(breakage));
  }
}

}  // namespace rtcmc
