// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "rate/types.hpp"

namespace rtcmc::rate {

/// The rate that loss allows: more while there is hardly any, less by half of what is lost if that is much
/// (draft-ietf-rmcat-gcc-02, 6). Loss that stays when less is sent does not come from too much being sent: it is
/// believed to be the link's own, and no reason to send ever less. A pure class.
class LossController {
 public:
  static constexpr double kLittle = 0.02;
  static constexpr double kMuch = 0.1;
  /// No link is believed to lose more by itself.
  static constexpr double kMostInherent = 0.3;
  static constexpr double kMostUntried = 0.06;
  /// So many packets over so long a time are judged together.
  static constexpr std::size_t kLeastPackets = 40;
  static constexpr std::chrono::milliseconds kInterval{300};
  static constexpr std::chrono::milliseconds kLongestStep{2000};

  explicit LossController(double rate) : rate_(rate) {}

  struct Sending {
    double in_use;  // bit/s: the rate that was in force, by whomever
    bool is_calm;   // no queue grew for a while: a little loss is then believed to be the link's own without a trial
    std::optional<double> carried = {};  // bit/s: what came through; no reason to send much less
  };

  void on_packets(std::size_t received, std::size_t lost, const Sending& sending, Time now);
  /// A receiver's own figure, over a time of its own.
  void on_fraction(double lost, const Sending& sending, Time now);
  void set(double rate) { rate_ = rate; }
  void clamp(double lowest, double highest);

  [[nodiscard]] double rate() const { return rate_; }  // bit/s
  [[nodiscard]] double fraction() const { return fraction_; }

 private:
  /// Of the first of several decreases.
  struct Trial {
    double rate;
    double fraction;
  };

  void decrease(double lost, const Sending& sending);
  /// Nearer to what it was at the trial's beginning than to what is left of a link's that was sent too much.
  [[nodiscard]] bool is_inherent(double rate) const;

  double rate_;
  double fraction_ = 0;
  double smooth_fraction_ = 0;
  double inherent_ = 0;
  std::size_t received_ = 0;
  std::size_t lost_ = 0;
  std::optional<Time> judged_;
  std::optional<Trial> trial_;
};

}  // namespace rtcmc::rate
