// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/admission.hpp"

#include <type_traits>
#include <variant>

namespace rtcmc::admission {

namespace {

Decision ignore(const char* why) {
  return {Verdict::Ignore, why};
}

Decision refuse(const char* why) {
  return {Verdict::Refuse, why};
}

/// Whoever was let in before is not asked about again.
Decision let_in(Verdict verdict, const Sender& sender) {
  const bool is_new = sender.link == Link::None;
  return {verdict, "", is_new && !sender.is_acquainted, is_new};
}

/// What holds of whoever asks for a connection in the place of the one that there is.
Sender as_far_as_proven(Sender sender) {
  if (sender.may_be_another && sender.link == Link::Made) {
    sender.link = Link::None;
  }
  sender.is_acquainted = sender.is_acquainted && !sender.may_be_another;
  return sender;
}

bool has_link(const Sender& sender) {
  return sender.link == Link::Offered || sender.link == Link::Made;
}

Decision on_request(Kind kind, const Sender& known, const Proof& proof) {
  if (known.link == Link::Made && known.works) {
    if (kind == Kind::Return) {
      return {Verdict::Keep};
    }
    // One that asks us alone has its reasons.
    if (kind == Kind::PageRequest && proof.came_through_room) {
      return {Verdict::Doubt};
    }
  }
  const Sender sender = as_far_as_proven(known);
  switch (sender.link) {
    case Link::Asked:
    case Link::Waiting:
      return ignore("it is about to get an offer");
    case Link::Offered:
      // Two newcomers ask each other at the same time, and the other one may have asked for our media besides.
      return ignore("it asks for an offer that is on its way");
    case Link::None:
      if (!proof.came_through_room && !proof.knows_invitation && !proof.calls_are_taken && !sender.is_acquainted) {
        return refuse("it did not ask through our room");
      }
      break;
    case Link::Made:
      break;
  }
  Decision decision = let_in(Verdict::Offer, sender);
  decision.depends_on_application = true;
  return decision;
}

Decision on_enable_media(const Sender& sender, const Proof& proof) {
  if (sender.link != Link::None) {
    return ignore("it asks again for our media, which it was offered");
  }
  if (!proof.knows_invitation && !sender.is_acquainted) {
    return refuse("we have not asked it to be connected");
  }
  // We answer with an offer of our own instead of readyForOffer: a browser without camera would offer no section that
  // our media could use.
  return let_in(Verdict::Offer, sender);
}

Decision on_first_offer(const Sender& sender, const Proof& proof, bool crossing_is_resolved_by_user_id) {
  if (sender.link == Link::Offered && (!crossing_is_resolved_by_user_id || !sender.outranks_us)) {
    // A browser has given up its own offer for ours. Another rtcmcroom goes by the rule.
    return ignore("it made an offer while ours was on its way: ours counts");
  }
  if (sender.link == Link::None && !proof.knows_invitation && !sender.is_acquainted) {
    return refuse("it was not asked for one");
  }
  return let_in(Verdict::TakeOffer, sender);
}

/// Of somebody whose connection failed, and who knows no better way to ask for another one.
Decision pass_on_or_try_again(const Sender& sender, const char* why_not) {
  if (has_link(sender)) {
    return {Verdict::PassOn};
  }
  return sender.link == Link::None && sender.is_acquainted ? let_in(Verdict::Offer, sender) : refuse(why_not);
}

Decision on_goodbye(const Sender& sender, Verdict verdict) {
  return sender.link == Link::None && !sender.is_acquainted ? ignore("we are not connected with it")
                                                            : Decision{verdict};
}

}  // namespace

Kind kind_of(const protocol::Message& message) {
  return std::visit(
      [](const auto& specific) {
        using Type = std::decay_t<decltype(specific)>;
        if constexpr (std::is_same_v<Type, protocol::ParticipationRequest>) {
          return specific.spares_connections   ? Kind::Return
                 : specific.invitation.empty() ? Kind::PageRequest
                                               : Kind::Request;
        } else if constexpr (std::is_same_v<Type, protocol::EnableMedia>) {
          return Kind::EnableMedia;
        } else if constexpr (std::is_same_v<Type, protocol::ReadyForOffer>) {
          return Kind::ReadyForOffer;
        } else if constexpr (std::is_same_v<Type, protocol::SessionDescription>) {
          return specific.type == protocol::SdpType::Answer ? Kind::Answer
                 : specific.renegotiating                   ? Kind::LaterOffer
                                                            : Kind::FirstOffer;
        } else if constexpr (std::is_same_v<Type, protocol::IceCandidate>) {
          return Kind::Candidate;
        } else if constexpr (std::is_same_v<Type, protocol::UserLeft>) {
          return specific.close_entire_session ? Kind::Closing : Kind::Goodbye;
        } else if constexpr (std::is_same_v<Type, protocol::DropPeerConnection>) {
          return Kind::DropConnection;
        } else if constexpr (std::is_same_v<Type, protocol::StreamSync>) {
          return Kind::StreamSync;
        } else {
          return Kind::Other;
        }
      },
      message);
}

Decision decide(Kind kind, const Sender& sender, const Proof& proof, bool crossing_is_resolved_by_user_id) {
  switch (kind) {
    case Kind::Request:
    case Kind::Return:
    case Kind::PageRequest:
      return on_request(kind, sender, proof);
    case Kind::EnableMedia:
      return on_enable_media(as_far_as_proven(sender), proof);
    case Kind::ReadyForOffer:
      return sender.link != Link::None ? ignore("it is ready for an offer that it has, or is about to get")
             : sender.is_acquainted    ? let_in(Verdict::Offer, sender)
                                       : refuse("it was not asked whether it is");
    case Kind::FirstOffer:
      return on_first_offer(as_far_as_proven(sender), proof, crossing_is_resolved_by_user_id);
    case Kind::LaterOffer:
      return pass_on_or_try_again(sender, "it would change a connection that does not exist");
    case Kind::Answer:
      return pass_on_or_try_again(sender, "nothing was offered to it");
    case Kind::Candidate:
      return sender.link == Link::None ? refuse("there is no connection with it") : Decision{Verdict::PassOn};
    case Kind::Goodbye:
    case Kind::DropConnection:
      return on_goodbye(sender, Verdict::HangUp);
    case Kind::Closing:
      // Whoever says so may not be the owner, whom nobody but the server knows.
      return on_goodbye(sender, Verdict::AskIfClosed);
    case Kind::StreamSync:
      return has_link(sender) ? Decision{Verdict::PassOn} : refuse("there is no connection with it");
    case Kind::Other:
      break;
  }
  return ignore("we have no use for it");
}

RenamingVerdict decide(const Renaming& renaming) {
  if (!renaming.old_is_known || renaming.old_may_be_another || renaming.new_is_taken) {
    return RenamingVerdict::Refuse;
  }
  if (renaming.old_one_says_so) {
    return RenamingVerdict::Rename;
  }
  return renaming.new_one_says_so ? RenamingVerdict::AskIfOldIsGone : RenamingVerdict::Refuse;
}

}  // namespace rtcmc::admission
