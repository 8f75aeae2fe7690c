// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/queue_delay.hpp"

#include <algorithm>

namespace rtcmc::rate {

namespace {

// Between two packets' ways: a clock was set.
constexpr std::chrono::seconds kLongestQueueStep{10};
constexpr double kShorter = 0.7;

}  // namespace

void QueueDelay::add(const Delivery& packet, Time now) {
  const Duration way = packet.arrival - packet.sent.time_since_epoch();
  const bool has_jumped = latest_ && (way - *latest_ > kLongestQueueStep || *latest_ - way > kLongestQueueStep);
  latest_ = way;
  if (!shortest_ || has_jumped) {
    shortest_before_.reset();
    shortest_ = way;
    since_ = now;
    draining_.reset();
  } else if (now - since_ >= kLife) {
    shortest_before_ = shortest_;
    shortest_ = way;
    since_ = now;
  }
  shortest_ = std::min(*shortest_, way);
  value_ = way - std::min(*shortest_, shortest_before_.value_or(*shortest_));
  update_standing(now);
  update_draining(now);
}

void QueueDelay::update_standing(Time now) {
  if (!stands_since_) {
    stands_since_ = now;
  } else if (now - *stands_since_ >= kStanding) {
    stood_ = stands_;
    stands_ = Duration::max();
    stands_since_ = now;
  }
  stands_ = std::min(stands_, value_);
}

void QueueDelay::update_draining(Time now) {
  if (!draining_) {
    if (value_ > kLong) {
      draining_ = Draining{now, value_};
    }
    return;
  }
  if (value_ < kShort) {
    draining_.reset();
  } else if (now - draining_->since >= kPatience) {
    if (seconds(value_) < kShorter * seconds(draining_->from)) {
      draining_ = Draining{now, value_};
      return;
    }
    shortest_before_.reset();
    shortest_ = latest_;
    draining_.reset();
  }
}

}  // namespace rtcmc::rate
