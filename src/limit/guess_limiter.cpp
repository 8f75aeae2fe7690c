// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/guess_limiter.hpp"

namespace rtcmc {

bool GuessLimiter::may_guess(const std::string& who, Time now) {
  constexpr const char* kTheOthers = "";
  const TokenBucket fresh(1.0 / static_cast<double>(kInterval.count()), kAtOnce, now);
  if (buckets_.size() >= kMaxStrangers && !buckets_.contains(who)) {
    std::erase_if(buckets_, [now](auto& entry) { return entry.second.is_full(now); });
  }
  const bool is_known = buckets_.size() < kMaxStrangers || buckets_.contains(who);
  return buckets_.try_emplace(is_known ? who : kTheOthers, fresh).first->second.take(1, now);
}

}  // namespace rtcmc
