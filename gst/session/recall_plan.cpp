// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/recall_plan.hpp"

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

constexpr RecallPlan::Delay kFirstPause = 500ms;  // doubles with each failure
constexpr RecallPlan::Delay kShortInterval = 2s;
constexpr RecallPlan::Delay kLongInterval = 10s;

}  // namespace

std::optional<RecallPlan::Delay> RecallPlan::connection_failed(bool had_worked, Time now) {
  if (had_worked) {
    *this = RecallPlan(Hope::Usual, now);
    return 0ms;
  }
  if (failures_ == kMaxFailures) {
    return std::nullopt;
  }
  return kFirstPause * (1U << failures_++);
}

std::optional<RecallPlan::Delay> RecallPlan::unanswered(Time now) const {
  if (now >= asked_until_) {
    return std::nullopt;
  }
  return now < soon_until_ ? kShortInterval : kLongInterval;
}

}  // namespace rtcmc
