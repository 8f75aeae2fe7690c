// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/repair_policy.hpp"

#include <algorithm>

namespace rtcmc::rtp {

void RepairPolicy::on_sent(std::size_t size) {
  credit_ = std::min(credit_ + size / kShare, kMaxCredit);
  questions_ = std::min(questions_ + kQuestionsPerPacket, kMaxQuestions);
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
  const auto interval = std::max<std::chrono::nanoseconds>(round_trip.value_or(kUsualRoundTrip), kMinInterval);
  if (is_known && is_answered(*slot, now, interval)) {
    return false;
  }
  slot = Repair{sequence, now, is_known ? slot->count + 1 : 1};
  credit_ -= size;
  return true;
}

bool RepairPolicy::is_answered(const Repair& repair, Time now, std::chrono::nanoseconds interval) {
  return repair.count >= kMaxRepeats || now - repair.time < interval;
}

}  // namespace rtcmc::rtp
