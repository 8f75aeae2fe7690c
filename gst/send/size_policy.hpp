// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace rtcmc::send {

/// By what the sides of an encoding's pictures are divided: at a low rate, fewer points look better than coarse ones.
/// Each change takes a keyframe, which on a narrow link stands for a while: pictures become smaller when the rate has
/// been too low for a while, at once if it is far too low, and larger when it has been enough for some seconds. A pure
/// policy: the caller brings the time.
class SizePolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kBeforeSmaller{1500};
  static constexpr std::chrono::seconds kBeforeLarger{5};

  /// A few times a second. bit/s; `maximum`: that of pictures in full size.
  [[nodiscard]] int decide(std::uint64_t rate, std::uint64_t maximum, Time now);

 private:
  int divisor_ = 1;
  std::optional<Time> too_low_since_;
  std::optional<Time> enough_since_;
};

}  // namespace rtcmc::send
