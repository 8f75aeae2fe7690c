// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/doubts.hpp"

namespace rtcmc {

bool Doubts::add(const std::string& user_id) {
  if (is_silent(user_id)) {
    return false;
  }
  doubted_.insert(user_id);
  if (!next_look_.active()) {
    next_look_.start_repeating(silence_ / kLooks, [this] { look(); });
  }
  return true;
}

void Doubts::rename(const std::string& old_id, const std::string& new_id) {
  if (doubted_.erase(old_id) > 0) {
    doubted_.insert(new_id);
  }
}

void Doubts::clear() {
  doubted_.clear();
  next_look_.cancel();
}

bool Doubts::is_silent(const std::string& user_id) const {
  const auto heard = last_heard_(user_id);
  return !heard || Clock::now() - *heard > silence_;
}

void Doubts::look() {
  for (const std::string& user_id : std::set(doubted_)) {
    if (is_silent(user_id) && doubted_.erase(user_id) > 0) {
      silent_(user_id);
    }
  }
  if (doubted_.empty()) {
    next_look_.cancel();
  }
}

}  // namespace rtcmc
