// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "send/packets.hpp"

namespace rtcmc::send {

/// What is to go to one viewer no faster than its link carries: a keyframe at once would be too much for that. A pure
/// policy: the caller brings the time, and comes back whenever it can. No lock of its own.
class PacedQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// What is not taken in that time is lost: a caller that was away does not make up for it.
  static constexpr std::chrono::milliseconds kLongestPause{250};

  void push(History::Entry packet);
  void clear();
  /// Something is to be sent.
  [[nodiscard]] bool is_busy() const { return to_send_ > 0; }
  /// What is due. `rate`: bit/s; absent: all at once.
  [[nodiscard]] Packets pop(std::optional<std::uint64_t> rate, Time now);

 private:
  std::deque<History::Entry> packets_;
  std::size_t to_send_ = 0;  // of them
  double credit_ = 0;        // bytes
  std::optional<Time> popped_;
};

}  // namespace rtcmc::send
