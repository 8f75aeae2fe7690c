// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/repair_delay.hpp"

#include <algorithm>

namespace rtcmc::rtp {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

bool RepairDelay::on_report(double lost, std::optional<nanoseconds> round_trip) {
  constexpr double kWeight = 0.25;
  loss_ += (lost - loss_) * kWeight;
  const auto wanted = needed(round_trip.value_or(kUsualRoundTrip));
  if (wanted >= value_) {
    reports_for_less_ = 0;
  } else if (++reports_for_less_ < kReportsToShorten) {
    return false;
  }
  reports_for_less_ = 0;
  const bool changes = wanted != value_;
  value_ = wanted;
  return changes;
}

milliseconds RepairDelay::needed(nanoseconds round_trip) const {
  if (loss_ < kSomeLoss || loss_ > kOverload) {
    return milliseconds(0);
  }
  const int repeats = loss_ < kMuchLoss ? 1 : 2;
  const auto until_repaired = round_trip + repeats * std::max<nanoseconds>(round_trip, kUsualRoundTrip);
  const auto steps = (until_repaired + kStep - nanoseconds(1)) / kStep;
  return std::min(kMost, steps * kStep);
}

}  // namespace rtcmc::rtp
