// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rate/types.hpp"

namespace rtcmc::rate {

/// What was sent lately, and what the receiver said of each packet. Of what it never was sent, or said before, it can
/// say nothing. A pure class.
class SendRecord {
 public:
  /// Two seconds at 20 Mbit/s.
  static constexpr std::size_t kCapacity = 4096;
  /// What is missing while others come that were sent so long after it, is lost. Before that, it may have been
  /// overtaken.
  static constexpr std::chrono::milliseconds kReordering{150};

  struct Sent {
    Time time;
    std::uint32_t bytes;
    std::uint32_t cluster;  // of a probe; 0: none
  };

  /// Of packets, which are all told only once.
  struct Outcome {
    std::size_t received = 0;
    std::size_t lost = 0;
  };

  void on_sent(std::uint16_t sequence, const Sent& sent);
  /// Absent: it was not sent, long ago, or is known to have come.
  [[nodiscard]] std::optional<Sent> on_received(std::uint16_t sequence);
  void on_missing(std::uint16_t sequence);
  /// How those fared that are certain since the call before. Those of which nothing was said, since feedback is lost
  /// too, count as neither.
  [[nodiscard]] Outcome settle();

 private:
  enum class State : std::uint8_t { None, Sent, Missing, Received };

  struct Entry {
    Sent sent{};
    std::uint16_t sequence = 0;
    State state = State::None;
  };

  [[nodiscard]] Entry* find(std::uint16_t sequence);

  std::vector<Entry> entries_ = std::vector<Entry>(kCapacity);  // by their numbers' lowest bits
  std::optional<std::uint16_t> next_settled_;
  std::uint16_t next_ = 0;               // to be sent
  std::optional<Time> latest_received_;  // when it was sent
};

}  // namespace rtcmc::rate
