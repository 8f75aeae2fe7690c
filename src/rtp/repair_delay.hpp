// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>

namespace rtcmc::rtp {

/// How long a receiver should hold pictures back so that what is lost on the way has been repaired by the time that
/// they are shown. Browsers that only receive do not know the round trip and hold them for too short a time: each loss
/// stops the picture for a moment. A pure policy over the receiver's reports. No lock of its own.
class RepairDelay {
 public:
  /// What is lost less often than that is not worth the delay.
  static constexpr double kSomeLoss = 0.02;
  /// From there on retransmissions and questions are often lost in turn.
  static constexpr double kMuchLoss = 0.05;
  /// That is no noise on the way but a link that carries less: waiting does not help.
  static constexpr double kOverload = 0.3;
  static constexpr std::chrono::milliseconds kMost{500};
  static constexpr std::chrono::milliseconds kStep{50};
  /// Browsers that do not know the round trip repeat a question after that.
  static constexpr std::chrono::milliseconds kUsualRoundTrip{100};
  /// So many reports in a row, which come about once a second, ask for less before there is less.
  static constexpr unsigned kReportsToShorten = 15;

  /// `lost`: the part of what was sent since the report before; negative if packets came that were missing then, as
  /// some always are where packets overtake each other. True if value() changes by it.
  bool on_report(double lost, std::optional<std::chrono::nanoseconds> round_trip);
  /// Zero: as the receiver likes.
  [[nodiscard]] std::chrono::milliseconds value() const { return value_; }

 private:
  [[nodiscard]] std::chrono::milliseconds needed(std::chrono::nanoseconds round_trip) const;

  double loss_ = 0;  // smoothed
  std::chrono::milliseconds value_{0};
  unsigned reports_for_less_ = 0;
};

}  // namespace rtcmc::rtp
