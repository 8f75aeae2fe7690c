// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>

/// Frames are due at each thirtieth of a second of the system's clock, so that whoever gets them knows how late they
/// are without being told.
namespace rtcmc::bench {

constexpr std::int64_t kFrameRate = 30;

/// `frame` counts from 1970 on.
[[nodiscard]] inline std::chrono::system_clock::time_point frame_time(std::int64_t frame) {
  return std::chrono::system_clock::time_point(
      std::chrono::seconds(frame / kFrameRate) +
      std::chrono::nanoseconds(frame % kFrameRate * 1'000'000'000 / kFrameRate));
}

/// One of the next second's.
[[nodiscard]] inline std::int64_t frame_after(std::chrono::system_clock::time_point now) {
  return (std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() + 1) * kFrameRate;
}

}  // namespace rtcmc::bench
