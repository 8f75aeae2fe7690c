// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/layered_subscription.hpp"

#include <utility>

#include "send/subscriber.hpp"

namespace rtcmc::send {

LayeredSubscription::LayeredSubscription(BranchPool& pool, const EncodingKey& key, Branch& branch,
                                         std::shared_ptr<Fanout::Subscriber> subscriber,
                                         std::shared_ptr<Transmission> transmission)
    : pool_(pool), transmission_(std::move(transmission)), current_{key, &branch, std::move(subscriber)} {}

LayeredSubscription::~LayeredSubscription() {
  pool_.part(*this);
  if (next_) {
    leave(*next_);
  }
  leave(current_);
}

void LayeredSubscription::leave(const Place& place) {
  place.branch->fanout().remove(place.subscriber);
  pool_.release(place.key);
}

Viewer LayeredSubscription::viewer() const {
  return {budget_, (next_ ? *next_ : current_).key.layer, since_};
}

bool LayeredSubscription::move_to(std::size_t layer, std::chrono::steady_clock::time_point now) {
  settle();
  if (layer == (next_ ? *next_ : current_).key.layer) {
    return true;
  }
  if (next_) {
    if (!next_->subscriber->withdraw()) {
      settle();  // it has begun just now
    } else {
      leave(*std::exchange(next_, std::nullopt));
    }
  }
  since_ = now;
  if (layer == current_.key.layer) {
    return true;
  }
  const EncodingKey key{codec(), layer};
  Branch* branch = pool_.acquire(key);
  if (!branch) {
    return false;
  }
  next_ = Place{key, branch, branch->fanout().add_successor(transmission_)};
  return true;
}

void LayeredSubscription::settle() {
  if (next_ && next_->subscriber->has_begun()) {
    earlier_frames_ += current_.subscriber->frames();
    leave(std::exchange(current_, *std::exchange(next_, std::nullopt)));
  }
}

void LayeredSubscription::start() {
  is_started_ = true;
  current_.branch->fanout().start(*current_.subscriber);
}

std::uint64_t LayeredSubscription::frames() const {
  return earlier_frames_ + current_.subscriber->frames();
}

std::optional<Encoding> LayeredSubscription::encoding() const {
  return Encoding{current_.branch->encoder(), pool_.users(current_.key), current_.branch->encoded_caps(),
                  current_.key.layer};
}

}  // namespace rtcmc::send
