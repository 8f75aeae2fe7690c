// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/arrival_groups.hpp"

#include <algorithm>

namespace rtcmc::rate {

std::optional<ArrivalGroups::Distance> ArrivalGroups::add(const Delivery& packet) {
  const Group alone{packet.sent, packet.sent, packet.arrival, packet.arrival};
  const Duration since = current_ ? packet.arrival - current_->last_arrival : Duration::zero();
  if (!current_ || since > kLongestGap || since < -kLongestGap) {
    previous_.reset();
    current_ = alone;
    return std::nullopt;
  }
  // Overtaken by the group, or told of by feedback that was overtaken.
  if (packet.sent < current_->first_sent || since < Duration::zero()) {
    return std::nullopt;
  }
  if (belongs(packet)) {
    current_->last_sent = std::max(current_->last_sent, packet.sent);
    current_->last_arrival = packet.arrival;
    return std::nullopt;
  }
  std::optional<Distance> distance;
  if (previous_) {
    distance = Distance{current_->last_sent - previous_->last_sent, current_->last_arrival - previous_->last_arrival,
                        current_->last_arrival};
  }
  previous_ = current_;
  current_ = alone;
  return distance;
}

bool ArrivalGroups::belongs(const Delivery& packet) const {
  const Duration sent = packet.sent - current_->last_sent;
  const Duration arrival = packet.arrival - current_->last_arrival;
  if (packet.sent - current_->first_sent <= kBurst) {
    return true;
  }
  // Held up together, they come at once.
  return arrival <= kBurst && arrival < sent && packet.arrival - current_->first_arrival < kLongestGroup;
}

}  // namespace rtcmc::rate
