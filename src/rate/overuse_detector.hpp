// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <optional>

#include "rate/arrival_groups.hpp"
#include "rate/types.hpp"

namespace rtcmc::rate {

enum class Usage { Normal, Under, Over };

/// Whether the queue before the narrowest link grows: the slope of the delay over the latest groups against a threshold
/// that follows what is usual on this way, so that flows that fill the queue do not push this one aside
/// (draft-ietf-rmcat-gcc-02, 5.4; the slope by least squares instead of its Kalman filter). A pure class.
class OveruseDetector {
 public:
  void add(const ArrivalGroups::Distance& distance);
  [[nodiscard]] Usage usage() const { return usage_; }

 private:
  struct Sample {
    double time;   // ms since the first
    double delay;  // smoothed, ms
  };

  void reset();
  [[nodiscard]] std::optional<double> slope() const;
  void detect(double trend, double elapsed);
  void adapt_threshold(double trend, double elapsed);

  std::deque<Sample> samples_;
  std::optional<Arrival> first_;
  std::optional<Arrival> latest_;
  unsigned count_ = 0;  // of groups
  double delay_ = 0;    // ms more than at the beginning
  double smoothed_delay_ = 0;
  double threshold_ = 12.5;  // ms
  double previous_trend_ = 0;
  double over_for_ = 0;  // ms
  unsigned over_count_ = 0;
  Usage usage_ = Usage::Normal;
};

}  // namespace rtcmc::rate
