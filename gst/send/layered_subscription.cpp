// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/layered_subscription.hpp"

#include <utility>

#include "send/subscriber.hpp"

namespace rtcmc::send {

LayeredSubscription::LayeredSubscription(BranchPool& pool, const EncodingKey& key, Branch& branch,
                                         std::shared_ptr<Fanout::Subscriber> subscriber,
                                         std::shared_ptr<Transmission> transmission, bool takes_repetitions)
    : pool_(pool),
      transmission_(std::move(transmission)),
      takes_repetitions_(takes_repetitions),
      current_{key, &branch, std::move(subscriber)} {}

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
  return {budget_ ? std::optional(budget_->rate) : std::nullopt, (next_ ? *next_ : current_).key.layer, since_};
}

double LayeredSubscription::loss() const {
  const auto reception = takes_repetitions_ ? transmission_->count().reception : std::nullopt;
  return reception ? reception->fraction_lost : 0;
}

Portion LayeredSubscription::thin(const std::optional<PortionRates>& rates, std::chrono::steady_clock::time_point now) {
  constexpr double kHeadroom = 1.15;  // of the budget; what is paced needs none
  const Portion portion = portions_.decide(budget_, rates, now);
  const double rate = budget_ ? kHeadroom * static_cast<double>(budget_->rate) : 0;
  current_.branch->fanout().thin(*current_.subscriber, portion, static_cast<std::uint64_t>(rate));
  return portion;
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
      stay();
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

void LayeredSubscription::clear_way(const std::vector<std::uint64_t>& rates) {
  constexpr double kFarTooMuch = 2;
  if (!next_ || is_held_ || !budget_ || next_->key.layer < current_.key.layer || current_.key.layer >= rates.size()) {
    return;
  }
  if (static_cast<double>(rates[current_.key.layer]) > kFarTooMuch * static_cast<double>(budget_->rate)) {
    current_.subscriber->hold(current_.branch->fanout());
    is_held_ = true;
  }
}

void LayeredSubscription::stay() {
  if (std::exchange(is_held_, false)) {
    current_.branch->fanout().start(*current_.subscriber);
  }
}

void LayeredSubscription::settle() {
  if (next_ && next_->subscriber->has_begun()) {
    earlier_frames_ += current_.subscriber->frames();
    leave(std::exchange(current_, *std::exchange(next_, std::nullopt)));
    is_held_ = false;
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
                  current_.key.layer, pool_.input_caps()};
}

}  // namespace rtcmc::send
