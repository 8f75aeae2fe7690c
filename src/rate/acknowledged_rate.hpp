// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "rate/types.hpp"

namespace rtcmc::rate {

/// How much came to the receiver, over the latest half second of its own clock. A pure class.
class AcknowledgedRate {
 public:
  static constexpr std::chrono::milliseconds kWindow{500};
  /// Of a shorter time nothing is said.
  static constexpr std::chrono::milliseconds kLeast{150};
  static constexpr std::size_t kMostPackets = 4096;

  /// Packets come in the order of their arrival. Those that are said to have come long before are left out, and all
  /// begins anew if they are far ahead.
  void add(const Delivery& packet);
  /// Bit/s.
  [[nodiscard]] std::optional<double> value() const;

 private:
  struct Packet {
    Arrival arrival;
    std::size_t bytes;
  };

  void clear();

  std::deque<Packet> packets_;
  std::size_t bytes_ = 0;
  bool is_full_ = false;  // something older than the window was there
};

}  // namespace rtcmc::rate
