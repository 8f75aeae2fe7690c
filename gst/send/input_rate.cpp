// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/input_rate.hpp"

#include <algorithm>

#include "send/packets.hpp"

namespace rtcmc::send {

namespace {

constexpr std::chrono::milliseconds kEnough{1000};

}  // namespace

void InputRate::advance(Time now) {
  if (!begun_) {
    begun_ = now;
  }
  const std::int64_t step = (now - *begun_) / kStep;
  for (std::int64_t i = std::max(current_step_ + 1, step - static_cast<std::int64_t>(kSteps) + 1); i <= step; ++i) {
    steps_.at(static_cast<std::size_t>(i) % kSteps) = {};
  }
  current_step_ = std::max(current_step_, step);
}

void InputRate::add(std::size_t bytes, rtp::FrameClass frame, Time now) {
  advance(now);
  Step& step = steps_.at(static_cast<std::size_t>(current_step_) % kSteps);
  step.bytes += bytes + kPacketOverhead;
  step.droppable += frame == rtp::FrameClass::Droppable ? bytes + kPacketOverhead : 0;
}

std::optional<PortionRates> InputRate::value(Time now) {
  if (!begun_) {
    return std::nullopt;
  }
  advance(now);
  const auto oldest = std::max<std::int64_t>(current_step_ - static_cast<std::int64_t>(kSteps) + 1, 0);
  const auto time = now - (*begun_ + oldest * kStep);
  if (time < kEnough) {
    return std::nullopt;
  }
  Step sum;
  for (const Step& step : steps_) {
    sum.bytes += step.bytes;
    sum.droppable += step.droppable;
  }
  const double seconds = std::chrono::duration<double>(time).count();
  const auto rate = [seconds](std::uint64_t bytes) {
    return static_cast<std::uint64_t>(8 * static_cast<double>(bytes) / seconds);
  };
  return PortionRates{rate(sum.bytes), rate(sum.bytes - sum.droppable)};
}

}  // namespace rtcmc::send
