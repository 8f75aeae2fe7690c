// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/negotiation.hpp"

#include <utility>

namespace rtcmc {

Negotiation::Action Negotiation::begin(Time now) {
  is_due_ = is_due_ || (state_ == State::Stable && !waiting_ && !has_agreement_);
  return next(now);
}

Negotiation::Action Negotiation::change(Time now) {
  is_due_ = true;
  return has_agreement_ ? next(now) : Nothing();
}

Negotiation::Action Negotiation::offer_came(std::string sdp, Glare glare, Time now) {
  if (!awaits_answer()) {
    waiting_ = std::move(sdp);
    return next(now);
  }
  const bool is_overdue = has_agreement_ && state_ == State::Offered && now - offered_at_ > kAnswerTimeout;
  if (is_overdue || glare == Glare::WeStartAnew) {
    return Restart();
  }
  if (glare == Glare::TheyStartAnew) {
    return Nothing();
  }
  is_offer_lost_ = true;
  return Drop{"offer", "it crosses ours"};
}

Negotiation::Action Negotiation::answer_came(std::string sdp) {
  if (state_ != State::Offered) {
    return Drop{"answer", "there is no offer that it could answer"};
  }
  state_ = State::TakingAnswer;
  return TakeAnswer{std::move(sdp)};
}

void Negotiation::offer_is_out(Time now) {
  state_ = State::Offered;
  offered_at_ = now;
}

Negotiation::Action Negotiation::settled(bool has_more, Time now) {
  is_offer_lost_ = is_offer_lost_ && state_ != State::TakingOffer;
  is_due_ = is_due_ || has_more;
  has_agreement_ = true;
  state_ = State::Stable;
  return next(now);
}

Negotiation::Action Negotiation::offer_is_refused(bool has_more, Time now) {
  is_due_ = is_due_ || has_more;
  state_ = State::Stable;
  return next(now);
}

Negotiation::Action Negotiation::answer_is_refused() {
  state_ = State::Offered;
  // It went on to an offer, for all it knows, and neither side would ever get another answer.
  return std::exchange(waiting_, std::nullopt) ? Action(Restart()) : Nothing();
}

Negotiation::Action Negotiation::cannot_go_on() {
  is_due_ = is_due_ || state_ == State::MakingOffer;
  state_ = State::Stable;
  return Restart();
}

Negotiation::Action Negotiation::next(Time now) {
  if (state_ != State::Stable) {
    return Nothing();
  }
  if (waiting_) {
    if (!offers_.take(1, now)) {
      return Wait{kOfferInterval};
    }
    state_ = State::TakingOffer;
    return TakeOffer{*std::exchange(waiting_, std::nullopt)};
  }
  if (std::exchange(is_due_, false)) {
    state_ = State::MakingOffer;
    return MakeOffer();
  }
  return std::exchange(is_offer_lost_, false) ? Action(AskForOffer()) : Nothing();
}

}  // namespace rtcmc
