// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/quota.hpp"

namespace rtcmc {

Quota::Verdict Quota::count(const std::string& who, Time now) {
  if (windows_.size() >= kMaxStrangers && !windows_.contains(who)) {
    std::erase_if(windows_, [now](const auto& entry) { return now - entry.second.begin >= kWhile; });
    if (windows_.size() >= kMaxStrangers) {
      return Verdict::Beyond;
    }
  }
  Window& window = windows_.try_emplace(who, Window{now}).first->second;
  if (now - window.begin >= kWhile) {
    window = {now};
  }
  if (window.times > times_) {
    return Verdict::Beyond;
  }
  return ++window.times > times_ ? Verdict::FirstBeyond : Verdict::Within;
}

}  // namespace rtcmc
