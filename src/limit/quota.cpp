// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/quota.hpp"

#include <algorithm>

namespace rtcmc {

bool Quota::make_room(Time now) {
  std::erase_if(windows_, [now](const auto& entry) { return now - entry.second.begin >= kWhile; });
  if (windows_.size() < kMaxStrangers) {
    return true;
  }
  if (when_full_ == WhenFull::NobodyNewMay) {
    return false;
  }
  windows_.erase(std::ranges::min_element(windows_, {}, [](const auto& entry) { return entry.second.begin; }));
  return true;
}

Quota::Verdict Quota::count(const std::string& who, Time now) {
  if (windows_.size() >= kMaxStrangers && !windows_.contains(who) && !make_room(now)) {
    return Verdict::Beyond;
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
