// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/acknowledged_rate.hpp"

namespace rtcmc::rate {

namespace {

constexpr std::chrono::seconds kLongestGap{2};

}  // namespace

void AcknowledgedRate::add(const Delivery& packet) {
  if (!packets_.empty()) {
    const Duration since = packet.arrival - packets_.back().arrival;
    if (since > kLongestGap || since < -kLongestGap) {
      clear();
    } else if (since < Duration::zero()) {
      // In a later feedback, having been taken for lost.
      packets_.back().bytes += packet.bytes;
      bytes_ += packet.bytes;
      return;
    }
  }
  packets_.push_back({packet.arrival, packet.bytes});
  bytes_ += packet.bytes;
  while (packets_.back().arrival - packets_.front().arrival >= kWindow || packets_.size() > kMostPackets) {
    bytes_ -= packets_.front().bytes;
    packets_.pop_front();
    is_full_ = true;
  }
}

void AcknowledgedRate::clear() {
  packets_.clear();
  bytes_ = 0;
  is_full_ = false;
}

std::optional<double> AcknowledgedRate::value() const {
  if (packets_.empty()) {
    return std::nullopt;
  }
  const Duration span = packets_.back().arrival - packets_.front().arrival;
  if (is_full_ && packets_.size() < kMostPackets) {
    return 8.0 * static_cast<double>(bytes_) / seconds(kWindow);
  }
  if (span < kLeast) {
    return std::nullopt;
  }
  // Its own time began before the first came.
  return 8.0 * static_cast<double>(bytes_ - packets_.front().bytes) / seconds(span);
}

}  // namespace rtcmc::rate
