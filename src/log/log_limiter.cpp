// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log/log_limiter.hpp"

namespace rtcmc {

LogLimiter::Verdict LogLimiter::count(const std::string& who, Time now) {
  if (windows_.size() >= kMaxStrangers && !windows_.contains(who)) {
    std::erase_if(windows_, [now](const auto& entry) { return now - entry.second.begin >= kWhile; });
    if (windows_.size() >= kMaxStrangers) {
      return Verdict::Skip;
    }
  }
  Window& window = windows_.try_emplace(who, Window{now}).first->second;
  if (now - window.begin >= kWhile) {
    window = {now};
  }
  if (window.lines > lines_) {
    return Verdict::Skip;
  }
  return ++window.lines > lines_ ? Verdict::WriteLast : Verdict::Write;
}

}  // namespace rtcmc
