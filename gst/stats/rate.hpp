// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace rtcmc::stats {

/// How fast a counter grows, seen by someone who looks at it now and then: the mean since the look before, over no less
/// than a second, so that many looks in a row make no noise.
class Rate {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// The counter is 0 now.
  Rate() : Rate(std::chrono::steady_clock::now()) {}
  explicit Rate(TimePoint now) : base_{0, now}, latest_{0, now} {}

  /// The growth per second. Whatever counts from 0 again is another counter, and begins now.
  [[nodiscard]] double update(std::uint64_t count, TimePoint now);

 private:
  struct Sample {
    std::uint64_t count;
    TimePoint time;
  };
  Sample base_;    // what update() compares with
  Sample latest_;  // the next base
};

/// Of one stream.
struct Pace {
  Rate bytes;
  Rate frames;
};

}  // namespace rtcmc::stats
