// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/overuse_detector.hpp"

#include <algorithm>
#include <cmath>

namespace rtcmc::rate {

namespace {

constexpr std::size_t kWindow = 20;  // groups
constexpr double kDelaySmoothing = 0.9;
constexpr double kGain = 4;
constexpr unsigned kMostCounted = 60;

constexpr double kOverTime = 10;  // ms
constexpr double kUp = 0.0087;    // how quickly the threshold follows
constexpr double kDown = 0.039;
constexpr double kLeastThreshold = 6;
constexpr double kMostThreshold = 600;
constexpr double kFar = 15;        // beyond the threshold: a peak that it does not follow
constexpr double kLongStep = 100;  // ms

double in_milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

void OveruseDetector::add(const ArrivalGroups::Distance& distance) {
  if (latest_ && (distance.at < *latest_ || distance.at - *latest_ > ArrivalGroups::kLongestGap)) {
    reset();
  }
  const double elapsed = latest_ ? in_milliseconds(distance.at - *latest_) : 0;
  latest_ = distance.at;
  if (!first_) {
    first_ = distance.at;
  }
  count_ = std::min(count_ + 1, kMostCounted);
  delay_ += in_milliseconds(distance.arrival - distance.sent);
  smoothed_delay_ = kDelaySmoothing * smoothed_delay_ + (1 - kDelaySmoothing) * delay_;
  samples_.push_back({in_milliseconds(distance.at - *first_), smoothed_delay_});
  if (samples_.size() > kWindow) {
    samples_.pop_front();
  }
  if (samples_.size() == kWindow) {
    // Too steep to be divided by: as before.
    detect(slope().value_or(previous_trend_), elapsed);
  }
}

void OveruseDetector::reset() {
  const double threshold = threshold_;
  *this = OveruseDetector();
  threshold_ = threshold;
}

std::optional<double> OveruseDetector::slope() const {
  double mean_time = 0;
  double mean_delay = 0;
  for (const auto& [time, delay] : samples_) {
    mean_time += time / kWindow;
    mean_delay += delay / kWindow;
  }
  double above = 0;
  double below = 0;
  for (const auto& [time, delay] : samples_) {
    above += (time - mean_time) * (delay - mean_delay);
    below += (time - mean_time) * (time - mean_time);
  }
  return below > 0 ? std::optional(above / below) : std::nullopt;
}

void OveruseDetector::detect(double trend, double elapsed) {
  const double scaled = count_ * trend * kGain;
  if (scaled > threshold_) {
    over_for_ += over_count_ == 0 ? elapsed / 2 : elapsed;
    ++over_count_;
    if (over_for_ > kOverTime && over_count_ > 1 && trend >= previous_trend_) {
      over_for_ = 0;
      over_count_ = 0;
      usage_ = Usage::Over;
    }
  } else {
    over_for_ = 0;
    over_count_ = 0;
    usage_ = scaled < -threshold_ ? Usage::Under : Usage::Normal;
  }
  previous_trend_ = trend;
  adapt_threshold(std::abs(scaled), elapsed);
}

void OveruseDetector::adapt_threshold(double trend, double elapsed) {
  if (trend > threshold_ + kFar) {
    return;
  }
  const double speed = trend < threshold_ ? kDown : kUp;
  threshold_ += speed * (trend - threshold_) * std::min(elapsed, kLongStep);
  threshold_ = std::clamp(threshold_, kLeastThreshold, kMostThreshold);
}

}  // namespace rtcmc::rate
