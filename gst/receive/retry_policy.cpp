// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/retry_policy.hpp"

#include <algorithm>

namespace rtcmc::receive {

RetryPolicy::Decision RetryPolicy::on_failure(Time begun, Time now) {
  if (now - begun >= kRecovered) {
    next_delay_ = kFirstDelay;
  }
  const Decision decision{.delay = next_delay_, .is_news = next_delay_ == kFirstDelay};
  next_delay_ = std::min(2 * next_delay_, kLongestDelay);
  return decision;
}

}  // namespace rtcmc::receive
