// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "rate/overuse_detector.hpp"
#include "rate/types.hpp"

namespace rtcmc::rate {

/// What a link was found to carry when it was sent too much, and how sure that is.
class LinkCapacity {
 public:
  void on_overuse(double acknowledged);
  void forget() { estimate_.reset(); }
  [[nodiscard]] std::optional<double> value() const { return estimate_; }
  [[nodiscard]] bool is_above(double rate) const;
  [[nodiscard]] bool is_below(double rate) const;

 private:
  [[nodiscard]] double tolerance() const;

  std::optional<double> estimate_;  // bit/s
  double deviation_ = 0;            // kbit/s, relative to the estimate
};

/// The rate that keeps queues short: less than what comes through when a queue grows, more while none does; quickly
/// where the link may be much wider, slowly near what it was found to carry (draft-ietf-rmcat-gcc-02, 5.5). A pure
/// class.
class DelayController {
 public:
  explicit DelayController(double rate) : rate_(rate) {}

  /// `acknowledged`: what came through lately. The rate grows no further than half beyond it: of what is not sent,
  /// nothing is known. Nor much beyond what the link was found to carry, until more has come through or a probe has.
  void update(Usage usage, std::optional<double> acknowledged, Duration round_trip, Time now);
  /// What somebody else found out.
  void set(double rate, Time now);
  void clamp(double lowest, double highest);

  [[nodiscard]] double rate() const { return rate_; }  // bit/s
  [[nodiscard]] std::optional<double> capacity() const { return capacity_.value(); }
  [[nodiscard]] std::optional<Time> decreased() const { return decreased_; }

 private:
  void increase(std::optional<double> acknowledged, Duration round_trip, Time now);
  void decrease(double acknowledged, Time now);
  [[nodiscard]] bool may_decrease(double acknowledged, Duration round_trip, Time now) const;

  double rate_;
  LinkCapacity capacity_;
  std::optional<Time> updated_;
  std::optional<Time> decreased_;
};

}  // namespace rtcmc::rate
