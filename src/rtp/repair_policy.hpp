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
/// times what the link carries, and nothing else would come through. Where packets overtake each other, a receiver asks
/// for those that are only late, too: whoever asks for far more than it reports lost has to ask twice. A pure policy:
/// the caller brings the time. No lock of its own.
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

  /// Between two reports, to so many first questions nothing is made of how many packets were lost.
  static constexpr unsigned kFewQuestions = 8;
  /// So many first questions for each packet that was lost are too many.
  static constexpr unsigned kQuestionsPerLoss = 3;

  /// How many packets a receiver may ask for at once, and how many more for each that it is sent: each is looked for
  /// where all are kept, whether it is sent again or not.
  static constexpr unsigned kMaxQuestions = 256;
  static constexpr unsigned kQuestionsPerPacket = 4;

  /// A packet of `size` bytes went out for the first time.
  void on_sent(std::size_t size);
  /// The receiver has told which part of what was sent since its report before did not come.
  void on_report(double fraction_lost);
  /// Whether it may ask for one more packet. If so, it has.
  [[nodiscard]] bool may_ask();
  /// Whether the packet, first sent at `sent`, goes out once more. If so, it counts as done.
  [[nodiscard]] bool allows(std::uint16_t sequence, std::size_t size, Time sent, Time now,
                            std::optional<std::chrono::nanoseconds> round_trip);

 private:
  struct Repair {
    std::uint16_t sequence;
    Time time;       // the latest, or when it was asked for first
    unsigned count;  // 0: only asked for
  };

  [[nodiscard]] static bool is_answered(const Repair& repair, Time now, std::chrono::nanoseconds interval);
  /// Remembers the first question about a packet. True if it is not worth an answer.
  [[nodiscard]] bool may_be_late(std::optional<Repair>& slot, std::uint16_t sequence, Time now);

  std::size_t credit_ = kMaxCredit;
  bool asks_early_ = false;                        // for what is only late
  std::size_t sent_ = 0;                           // packets since the latest report
  std::size_t asked_ = 0;                          // first questions since then
  unsigned questions_ = kMaxQuestions;             // left
  std::array<std::optional<Repair>, 256> latest_;  // by their numbers' lowest bits
};

}  // namespace rtcmc::rtp
