// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "rtp/transport_feedback.hpp"

namespace rtcmc::rate {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;
using Arrival = rtp::TransportFeedback::Arrival;

[[nodiscard]] constexpr double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// A packet, and when it came to the receiver, by a clock of the receiver's that does not wrap.
struct Delivery {
  Time sent;
  Arrival arrival;
  std::size_t bytes;
};

}  // namespace rtcmc::rate
