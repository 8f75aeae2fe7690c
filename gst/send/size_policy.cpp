// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/size_policy.hpp"

#include <array>

namespace rtcmc::send {

namespace {

/// Below these shares of the highest rate, sides are divided.
struct Step {
  double share;
  int divisor;
};
constexpr std::array<Step, 2> kSteps{{{0.12, 4}, {0.35, 2}}};
constexpr double kMoreToGrow = 1.3;
constexpr double kFarTooLow = 0.7;

/// `factor`: of the steps' shares.
int divisor_for(std::uint64_t rate, std::uint64_t maximum, double factor) {
  for (const Step& step : kSteps) {
    if (static_cast<double>(rate) < static_cast<double>(maximum) * step.share * factor) {
      return step.divisor;
    }
  }
  return 1;
}

}  // namespace

int SizePolicy::decide(std::uint64_t rate, std::uint64_t maximum, Time now) {
  const int smaller = divisor_for(rate, maximum, 1);
  const int larger = divisor_for(rate, maximum, kMoreToGrow);
  if (smaller > divisor_) {
    enough_since_.reset();
    too_low_since_ = too_low_since_.value_or(now);
    if (now - *too_low_since_ < kBeforeSmaller && divisor_for(rate, maximum, kFarTooLow) <= divisor_) {
      return divisor_;
    }
    divisor_ = smaller;
  } else if (larger < divisor_) {
    too_low_since_.reset();
    enough_since_ = enough_since_.value_or(now);
    if (now - *enough_since_ < kBeforeLarger) {
      return divisor_;
    }
    divisor_ = larger;
  }
  too_low_since_.reset();
  enough_since_.reset();
  return divisor_;
}

}  // namespace rtcmc::send
