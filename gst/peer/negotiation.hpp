// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "limit/token_bucket.hpp"

namespace rtcmc {

/// Who offers when, between us and one participant (RFC 8829, 4.1.8), with a webrtcbin that takes back no offer.
/// Pure: what happens goes in, and what is to be done now comes out.
class Negotiation {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How long an answer may be owed us until an offer that comes in its place means that it never will come.
  static constexpr std::chrono::seconds kAnswerTimeout{12};
  /// How often a participant may renegotiate: people do so rarely, programs in bursts, and each time costs us all of
  /// SDP.
  static constexpr double kOffersPerSecond = 5;
  static constexpr double kOfferBurst = 10;
  static constexpr std::chrono::milliseconds kOfferInterval{200};

  /// What becomes of an offer of the participant's that crosses ours.
  enum class Glare {
    TheyRollBack,   // as browsers do: they answer ours, and must be asked to make theirs again
    TheyStartAnew,  // with a new connection, whose offer is on its way
    WeStartAnew
  };

  struct Nothing {};
  /// Make an offer; then offer_is_out(), or cannot_go_on().
  struct MakeOffer {};
  /// Apply it; then settled(), or answer_is_refused().
  struct TakeAnswer {
    std::string sdp;
  };
  /// Apply and answer it; then settled(). Or, before anything is done, offer_is_refused() or cannot_go_on().
  struct TakeOffer {
    std::string sdp;
  };
  /// Have the participant make an offer.
  struct AskForOffer {};
  /// A new connection must take the place of this one.
  struct Restart {};
  /// Call look() after that time.
  struct Wait {
    std::chrono::milliseconds time;
  };
  /// What came counts for nothing.
  struct Drop {
    const char* what;
    const char* why;
  };
  using Action = std::variant<Nothing, MakeOffer, TakeAnswer, TakeOffer, AskForOffer, Restart, Wait, Drop>;

  explicit Negotiation(Time now) : offers_(kOffersPerSecond, kOfferBurst, now) {}

  /// What follows is renegotiation.
  [[nodiscard]] bool has_agreement() const { return has_agreement_; }
  /// An offer of ours is out, or about to be.
  [[nodiscard]] bool awaits_answer() const { return state_ == State::MakingOffer || state_ == State::Offered; }

  /// The first offer is ours, unless one of the participant's has come.
  [[nodiscard]] Action begin(Time now);
  /// Something of ours has changed: says so, once there is an agreement that this would change.
  [[nodiscard]] Action change(Time now);
  /// While another one is being answered, or too soon after it, an offer waits; only the latest counts then.
  [[nodiscard]] Action offer_came(std::string sdp, Glare glare, Time now);
  [[nodiscard]] Action answer_came(std::string sdp);

  void offer_is_out(Time now);
  /// `has_more`: something of ours was in no offer yet.
  [[nodiscard]] Action settled(bool has_more, Time now);
  [[nodiscard]] Action offer_is_refused(bool has_more, Time now);
  [[nodiscard]] Action answer_is_refused();
  /// webrtcbin cannot do what was to be done.
  [[nodiscard]] Action cannot_go_on();
  [[nodiscard]] Action look(Time now) { return next(now); }

 private:
  enum class State { Stable, MakingOffer, Offered, TakingAnswer, TakingOffer };

  [[nodiscard]] Action next(Time now);

  State state_ = State::Stable;
  bool has_agreement_ = false;
  bool is_due_ = false;                 // something has changed since our latest offer
  bool is_offer_lost_ = false;          // the participant's latest, which crossed ours
  Time offered_at_;                     // in Offered
  std::optional<std::string> waiting_;  // an offer of the participant's
  TokenBucket offers_;                  // of the participant's that are answered
};

}  // namespace rtcmc
