// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "rtp/frame_class.hpp"
#include "send/portion_policy.hpp"

namespace rtcmc::send {

/// At what rate an input's pictures come, over the last seconds: long enough for the keyframes among them to even out.
/// A pure value: the caller brings the time. No lock of its own.
class InputRate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kStep{500};
  static constexpr std::size_t kSteps = 10;

  /// `bytes` of a packet's payload.
  void add(std::size_t bytes, rtp::FrameClass frame, Time now);
  /// Absent: nothing has come for long enough to tell.
  [[nodiscard]] std::optional<PortionRates> value(Time now);

 private:
  struct Step {
    std::uint64_t bytes = 0;
    std::uint64_t droppable = 0;
  };

  void advance(Time now);

  std::array<Step, kSteps> steps_{};
  std::optional<Time> begun_;      // the first one
  std::int64_t current_step_ = 0;  // since then
};

}  // namespace rtcmc::send
