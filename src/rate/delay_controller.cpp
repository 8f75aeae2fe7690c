// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/delay_controller.hpp"

#include <algorithm>
#include <cmath>

namespace rtcmc::rate {

namespace {

using std::chrono::milliseconds;

constexpr double kBeta = 0.85;
constexpr double kGrowthAway = 1.08;     // a second
constexpr double kLeastAddition = 4000;  // bit/s a second
constexpr double kPacketBits = 1200 * 8;
constexpr double kFramesPerSecond = 30;
constexpr double kUnsent = 1.5;             // of what came through
constexpr double kBeyond = 1.15;            // of what the link carries: an encoder that is told more only fills queues
constexpr milliseconds kReaction{100};      // beyond the round trip, until a change shows
constexpr milliseconds kLongestStep{1000};  // between updates: what is not heard of for longer does not count

constexpr double kWeight = 0.05;  // of a new value of the capacity
constexpr double kLeastDeviation = 0.4;
constexpr double kMostDeviation = 2.5;

}  // namespace

void LinkCapacity::on_overuse(double acknowledged) {
  const double before = estimate_.value_or(acknowledged);
  const double now = (1 - kWeight) * before + kWeight * acknowledged;
  const double error = (now - acknowledged) / 1000;
  deviation_ = (1 - kWeight) * deviation_ + kWeight * error * error / std::max(now / 1000, 1.0);
  deviation_ = std::clamp(deviation_, kLeastDeviation, kMostDeviation);
  estimate_ = now;
}

double LinkCapacity::tolerance() const {
  return 3 * 1000 * std::sqrt(deviation_ * estimate_.value_or(0) / 1000);
}

bool LinkCapacity::is_above(double rate) const {
  return estimate_ && rate < *estimate_ - tolerance();
}

bool LinkCapacity::is_below(double rate) const {
  return estimate_ && rate > *estimate_ + tolerance();
}

void DelayController::update(Usage usage, std::optional<double> acknowledged, Duration round_trip, Time now) {
  if (usage == Usage::Normal) {
    increase(acknowledged, round_trip, now);
  } else if (usage == Usage::Over && may_decrease(acknowledged.value_or(rate_), round_trip, now)) {
    decrease(acknowledged.value_or(rate_ / 2), now);
  }
  updated_ = now;
}

void DelayController::set(double rate, Time now) {
  if (capacity_.is_below(rate)) {
    capacity_.forget();
  }
  rate_ = rate;
  updated_ = now;
}

void DelayController::clamp(double lowest, double highest) {
  rate_ = std::clamp(rate_, lowest, highest);
}

void DelayController::increase(std::optional<double> acknowledged, Duration round_trip, Time now) {
  const Duration since = now - updated_.value_or(now);
  const double elapsed = seconds(std::clamp<Duration>(since, Duration::zero(), kLongestStep));
  if (acknowledged && capacity_.is_below(*acknowledged)) {
    capacity_.forget();
  }
  double more = rate_ * (std::pow(kGrowthAway, elapsed) - 1);
  if (capacity_.value()) {
    // A packet each time that its effect would be seen.
    const double frame = rate_ / kFramesPerSecond;
    const double packet = frame / std::max(std::ceil(frame / kPacketBits), 1.0);
    more = std::max(packet / seconds(round_trip + kReaction), kLeastAddition) * elapsed;
  }
  double most = acknowledged ? kUnsent * *acknowledged + 10'000 : rate_;
  if (const auto capacity = capacity_.value()) {
    most = std::min(most, kBeyond * *capacity);
  }
  rate_ = std::max(rate_, std::min(rate_ + more, most));
}

bool DelayController::may_decrease(double acknowledged, Duration round_trip, Time now) const {
  if (!decreased_ || acknowledged < rate_ / 2) {
    return true;
  }
  return now - *decreased_ >= std::clamp<Duration>(round_trip, milliseconds{10}, milliseconds{200});
}

void DelayController::decrease(double acknowledged, Time now) {
  rate_ = std::min(rate_, kBeta * acknowledged);
  if (capacity_.is_above(acknowledged)) {
    capacity_.forget();
  }
  capacity_.on_overuse(acknowledged);
  decreased_ = now;
}

}  // namespace rtcmc::rate
