// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/loss_controller.hpp"

#include <algorithm>
#include <cmath>

namespace rtcmc::rate {

namespace {

constexpr double kGrowthWithoutLoss = 1.08;  // a second
constexpr double kLossSmoothing = 0.8;
constexpr double kLearning = 0.2;
// So much less must be sent before it is told whether it helped: congestion's loss of a tenth would be gone.
constexpr double kTried = 0.85;
constexpr double kOfCarried = 0.9;

}  // namespace

void LossController::on_packets(std::size_t received, std::size_t lost, const Sending& sending, Time now) {
  if (!judged_) {
    judged_ = now;
  }
  received_ += received;
  lost_ += lost;
  if (received_ + lost_ < kLeastPackets || now - *judged_ < kInterval) {
    return;
  }
  const double fraction = static_cast<double>(lost_) / static_cast<double>(received_ + lost_);
  received_ = 0;
  lost_ = 0;
  on_fraction(fraction, sending, now);
}

void LossController::on_fraction(double lost, const Sending& sending, Time now) {
  fraction_ = lost;
  smooth_fraction_ = kLossSmoothing * smooth_fraction_ + (1 - kLossSmoothing) * lost;
  inherent_ = std::min(inherent_, smooth_fraction_);
  if (sending.is_calm && inherent_ < kMostUntried) {
    inherent_ = std::min(inherent_ + (smooth_fraction_ - inherent_) * kLearning, kMostUntried);
  }
  const Duration since = now - judged_.value_or(now);
  judged_ = now;
  if (lost > kMuch + inherent_) {
    decrease(lost, sending);
  } else if (lost < kLittle + inherent_) {
    rate_ *= std::pow(kGrowthWithoutLoss, seconds(std::clamp<Duration>(since, Duration::zero(), kLongestStep)));
    if (smooth_fraction_ < kLittle + inherent_) {
      trial_.reset();
    }
  }
}

void LossController::decrease(double lost, const Sending& sending) {
  const double before = std::min(rate_, sending.in_use);
  if (!trial_) {
    trial_ = Trial{before, lost};
  } else if (before < kTried * trial_->rate && is_inherent(before)) {
    inherent_ = std::min(smooth_fraction_, kMostInherent);
    rate_ = std::max(rate_, trial_->rate);
    trial_.reset();
    return;
  }
  // Several decreases can be on their way before the first one shows.
  rate_ = std::max(before * (1 - lost / 2), std::min(before, kOfCarried * sending.carried.value_or(0)));
}

bool LossController::is_inherent(double rate) const {
  const double carried = (1 - trial_->fraction) * trial_->rate;
  const double expected = std::max(1 - carried / rate, 0.0);
  return smooth_fraction_ > (trial_->fraction + expected) / 2;
}

void LossController::clamp(double lowest, double highest) {
  rate_ = std::clamp(rate_, lowest, highest);
}

}  // namespace rtcmc::rate
