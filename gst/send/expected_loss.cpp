// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/expected_loss.hpp"

#include <array>

namespace rtcmc::send {

namespace {

struct LossStep {
  double from;       // the part that is lost
  unsigned percent;  // what libopus is told
};
/// Up to 5 %, libopus repeats nothing of what may be music; from there on, it takes what is lost into account in steps
/// that are about as coarse. What does not get through at 30 % is not helped by more: a repetition is in the very next
/// packet.
constexpr std::array<LossStep, 4> kLossSteps{{{0, 0}, {0.02, 10}, {0.1, 20}, {0.2, 30}}};
/// Of the step's beginning, to leave it.
constexpr double kClearlyBelow = 0.5;

}  // namespace

unsigned ExpectedLoss::decide(double worst, Time now) {
  while (step_ + 1 < kLossSteps.size() && worst >= kLossSteps.at(step_ + 1).from) {
    ++step_;
    worse_ = now;
  }
  if (step_ > 0 && worst >= kClearlyBelow * kLossSteps.at(step_).from) {
    worse_ = now;
  } else if (step_ > 0 && now - worse_ >= kBeforeLess) {
    --step_;
    worse_ = now;
  }
  return kLossSteps.at(step_).percent;
}

}  // namespace rtcmc::send
