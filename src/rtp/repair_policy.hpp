// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rtcmc::rtp {

/// Which packets that a receiver misses are sent to it again. A receiver on a link that carries less than the stream
/// misses some all the time and asks for each up to ten times: answered without bound, retransmissions would take many
/// times what the link carries, and nothing else would come through. A pure policy: the caller brings the time. No lock
/// of its own.
class RepairPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A retransmission is paid for by what was sent before: a quarter of it, saved up to a burst that a link may lose
  /// when it is interrupted for a moment.
  static constexpr std::size_t kShare = 4;
  static constexpr std::size_t kMaxCredit = std::size_t{64} * 1024;
  /// What the network delays longer is not shown any more.
  static constexpr std::chrono::milliseconds kMaxAge{1000};
  static constexpr unsigned kMaxRepeats = 4;
  /// Without a measured round trip.
  static constexpr std::chrono::milliseconds kUsualRoundTrip{50};
  static constexpr std::chrono::milliseconds kMinInterval{10};

  /// How many packets a receiver may ask for at once, and how many more for each that it is sent: each is looked for
  /// where all are kept, whether it is sent again or not.
  static constexpr unsigned kMaxQuestions = 256;
  static constexpr unsigned kQuestionsPerPacket = 4;

  /// A packet of `size` bytes went out for the first time.
  void on_sent(std::size_t size);
  /// Whether it may ask for one more packet. If so, it has.
  [[nodiscard]] bool may_ask();
  /// Whether the packet, first sent at `sent`, goes out once more. If so, it counts as done.
  [[nodiscard]] bool allows(std::uint16_t sequence, std::size_t size, Time sent, Time now,
                            std::optional<std::chrono::nanoseconds> round_trip);

 private:
  struct Repair {
    std::uint16_t sequence;
    Time time;  // the latest
    unsigned count;
  };

  [[nodiscard]] static bool is_answered(const Repair& repair, Time now, std::chrono::nanoseconds interval);

  std::size_t credit_ = kMaxCredit;
  unsigned questions_ = kMaxQuestions;             // left
  std::array<std::optional<Repair>, 256> latest_;  // by their numbers' lowest bits
};

}  // namespace rtcmc::rtp
