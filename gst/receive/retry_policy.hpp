// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

namespace rtcmc::receive {

/// When to decode a participant's stream again that could not be decoded. A pure policy: the caller brings the time.
class RetryPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kFirstDelay{500};
  static constexpr std::chrono::milliseconds kLongestDelay{30'000};
  /// Whoever was decoded that long begins anew.
  static constexpr std::chrono::seconds kRecovered{60};

  struct Decision {
    std::chrono::milliseconds delay;
    bool is_news;  // the first failure of a row: people are to be told
  };

  /// What was begun at `begun` has failed now.
  [[nodiscard]] Decision on_failure(Time begun, Time now);

 private:
  std::chrono::milliseconds next_delay_ = kFirstDelay;
};

}  // namespace rtcmc::receive
