// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/paced_queue.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::send {

void PacedQueue::push(History::Entry packet) {
  to_send_ += packet.is_left_out ? 0 : 1;
  packets_.push_back(std::move(packet));
}

void PacedQueue::clear() {
  packets_.clear();
  to_send_ = 0;
}

Packets PacedQueue::pop(std::optional<std::uint64_t> rate, Time now) {
  if (rate) {
    const auto pause = std::min<Time::duration>(now - popped_.value_or(now), kLongestPause);
    // What is not used for want of packets is not kept.
    credit_ = std::min(credit_, 0.0) + static_cast<double>(*rate) / 8 * std::chrono::duration<double>(pause).count();
  }
  popped_ = now;
  Packets due;
  while (!packets_.empty() && (!rate || packets_.front().is_left_out || credit_ > 0)) {
    if (!packets_.front().is_left_out) {
      credit_ -= rate ? static_cast<double>(packets_.front().payload->size() + kPacketOverhead) : 0;
      --to_send_;
    }
    due.push_back(std::move(packets_.front()));
    packets_.pop_front();
  }
  return due;
}

}  // namespace rtcmc::send
