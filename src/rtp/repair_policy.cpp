// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/repair_policy.hpp"

#include <algorithm>

namespace rtcmc::rtp {

void RepairPolicy::on_sent(std::size_t size) {
  credit_ = std::min(credit_ + size / kShare, kMaxCredit);
  questions_ = std::min(questions_ + kQuestionsPerPacket, kMaxQuestions);
  ++sent_;
}

void RepairPolicy::on_report(double fraction_lost) {
  const auto lost = fraction_lost * static_cast<double>(sent_);
  asks_early_ = asked_ > kFewQuestions && static_cast<double>(asked_) > kQuestionsPerLoss * lost;
  sent_ = 0;
  asked_ = 0;
}

bool RepairPolicy::may_ask() {
  if (questions_ == 0) {
    return false;
  }
  --questions_;
  return true;
}

bool RepairPolicy::allows(std::uint16_t sequence, std::size_t size, Time sent, Time now,
                          std::optional<std::chrono::nanoseconds> round_trip) {
  if (now - sent > kMaxAge || size > credit_) {
    return false;
  }
  auto& slot = latest_[sequence % latest_.size()];
  const bool is_known = slot && slot->sequence == sequence && now - slot->time <= kMaxAge;
  if (!is_known && may_be_late(slot, sequence, now)) {
    return false;
  }
  const auto interval = std::max<std::chrono::nanoseconds>(round_trip.value_or(kUsualRoundTrip), kMinInterval);
  if (is_known && is_answered(*slot, now, interval)) {
    return false;
  }
  slot = Repair{sequence, now, is_known ? slot->count + 1 : 1};
  credit_ -= size;
  return true;
}

bool RepairPolicy::may_be_late(std::optional<Repair>& slot, std::uint16_t sequence, Time now) {
  ++asked_;
  if (asks_early_) {
    slot = Repair{sequence, now, 0};
  }
  return asks_early_;
}

bool RepairPolicy::is_answered(const Repair& repair, Time now, std::chrono::nanoseconds interval) {
  if (repair.count == 0) {
    return now - repair.time < kMinInterval;
  }
  return repair.count >= kMaxRepeats || now - repair.time < interval;
}

}  // namespace rtcmc::rtp
