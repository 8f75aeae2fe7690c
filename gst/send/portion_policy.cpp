// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/portion_policy.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::send {

namespace {

// Of a portion's rate, what the budget has to be. Headroom has been taken off it, which keyframes do not need here:
// they are part of the rate.
constexpr double kToGetPortion = 0.95;
constexpr double kToKeepPortion = 0.83;
constexpr double kFarTooLittle = 0.5;
/// Below that share of everything, it is worth while to leave droppable frames out.
constexpr double kWorthWhile = 0.9;
/// Less than at the beginning of a trial.
constexpr double kBelowTrial = 0.95;

double rate_of(Portion portion, const PortionRates& rates) {
  switch (portion) {
    case Portion::Everything:
      return static_cast<double>(rates.everything);
    case Portion::WithoutDroppable:
      return static_cast<double>(rates.without_droppable);
    case Portion::KeyframesOnly:
      break;
  }
  return 0;  // as few as it takes
}

bool exists(Portion portion, const PortionRates& rates) {
  return portion != Portion::WithoutDroppable ||
         rate_of(portion, rates) < kWorthWhile * rate_of(Portion::Everything, rates);
}

Portion best(const Budget& budget, const PortionRates& rates, double share) {
  for (const Portion portion : {Portion::Everything, Portion::WithoutDroppable}) {
    if (exists(portion, rates) && static_cast<double>(budget.rate) >= share * rate_of(portion, rates)) {
      return portion;
    }
  }
  return Portion::KeyframesOnly;
}

Portion next_better(Portion portion, const PortionRates& rates) {
  return portion == Portion::KeyframesOnly && exists(Portion::WithoutDroppable, rates) ? Portion::WithoutDroppable
                                                                                       : Portion::Everything;
}

}  // namespace

std::optional<Budget> limited(const std::optional<Budget>& budget, std::optional<std::uint64_t> limit) {
  if (!limit || (budget && budget->rate <= *limit)) {
    return budget;
  }
  return Budget{.rate = *limit, .is_congested = false};
}

Portion PortionPolicy::decide(const std::optional<Budget>& budget, const std::optional<PortionRates>& rates, Time now) {
  if (!budget) {
    *this = {};
    return current_;
  }
  if (std::exchange(is_new_, false)) {
    trial_ = budget->rate;  // a guess
  }
  if (!rates) {
    return current_;
  }
  if (is_due_down(*budget, *rates, now)) {
    go_down(best(*budget, *rates, kToGetPortion), now);
  } else if (!too_much_since_ && current_ != Portion::Everything) {
    go_up(*budget, *rates, now);
  }
  return current_;
}

bool PortionPolicy::is_due_down(const Budget& budget, const PortionRates& rates, Time now) {
  if (best(budget, rates, kToKeepPortion) <= current_) {
    too_much_since_.reset();
    trial_.reset();
    return false;
  }
  const auto rate = static_cast<double>(budget.rate);
  if (trial_ && rate >= kBelowTrial * static_cast<double>(*trial_)) {
    return false;
  }
  if (!budget.is_congested) {
    too_much_since_.reset();
    return false;
  }
  const Time since = too_much_since_.value_or(now);
  too_much_since_ = since;
  return trial_ || rate < kFarTooLittle * rate_of(current_, rates) || now - since >= kBeforeGoingDown;
}

void PortionPolicy::go_down(Portion portion, Time now) {
  const bool was_mistake = went_up_ && now - *went_up_ < kProof;
  wait_ = was_mistake ? std::min(2 * wait_, kLongestWait) : kBeforeGoingUp;
  trial_wait_ = std::exchange(trial_, std::nullopt) ? std::min(2 * trial_wait_, kLongestBeforeTrial) : kBeforeTrial;
  went_up_.reset();
  too_much_since_.reset();
  current_ = portion;
  changed_ = now;
}

void PortionPolicy::go_up(const Budget& budget, const PortionRates& rates, Time now) {
  const Portion fitting = best(budget, rates, kToGetPortion);
  if (fitting < current_ && now - changed_ >= wait_) {
    current_ = fitting;
  } else if (!budget.is_sought && !trial_ && now - changed_ >= trial_wait_) {
    trial_ = budget.rate;
    current_ = next_better(current_, rates);
  } else {
    return;
  }
  went_up_ = now;
  changed_ = now;
}

}  // namespace rtcmc::send
