// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "protocol/messages.hpp"

/// The one door: whether a message may make, rename or end a connection. Pure: what we know goes in, a decision comes
/// out. Nothing that the sender says of itself counts as knowledge; what proves something is in Proof.
namespace rtcmc::admission {

/// How far we are with whoever sends.
enum class Link {
  None,
  Asked,    // the application is being asked about it
  Waiting,  // let in; its connection is about to be made
  Offered,  // our first offer is on its way
  Made      // there is a connection, or it is being made
};

struct Sender {
  Link link = Link::None;
  bool works = false;  // the connection: something came over it of late
  /// It was connected or let in before, and neither it nor the server has said that it is gone.
  bool is_acquainted = false;
  /// The server has lost sight of it since its connection was made, or we of the server: anybody may have taken its
  /// userid. What was let in speaks for the connection that there is, and not for whoever asks for another one.
  bool may_be_another = false;
  bool outranks_us = false;  // its userid is the larger one, which decides when offers cross
};

/// What speaks for the sender being in our room, or being welcome without, besides its word.
struct Proof {
  bool came_through_room = false;  // the server passes such a message to the members of the sender's own room alone
  /// It got our participation request, which went to the room's members alone, or a call of ours, to it alone.
  bool knows_invitation = false;
  /// The application takes calls: whoever knows our userid may ask, and only ask.
  bool calls_are_taken = false;
};

enum class Kind {
  Request,      // of somebody who has no connection with us, as far as it says
  Return,       // of somebody who is in the room again, and has kept the connections that work
  PageRequest,  // the like of RTCMultiConnection.js, which does not say which of both it is
  EnableMedia,
  ReadyForOffer,
  FirstOffer,
  LaterOffer,
  Answer,
  Candidate,
  Goodbye,
  Closing,  // a goodbye that says that the room ends for everybody
  DropConnection,
  StreamSync,
  Other
};

enum class Verdict {
  Offer,        // make a connection, in the place of the one that there may be, and offer
  TakeOffer,    // the same, and answer its offer
  Keep,         // the connection that there is, which works for both
  Doubt,        // offer, unless something still comes over the connection that there is: then keep it
  PassOn,       // to the connection that there is
  HangUp,       // end the connection
  AskIfClosed,  // end it, and ask the server whether the room is still there
  Ignore,       // in order, and nothing to do
  Refuse
};

struct Decision {
  Verdict verdict;
  const char* why = "";                 // of Ignore and Refuse
  bool depends_on_application = false;  // Offer and TakeOffer: only if a handler of participant-request consents
  bool depends_on_places = false;       // Offer and TakeOffer: only while max-participants is not reached

  friend bool operator==(const Decision&, const Decision&) = default;
};

[[nodiscard]] Kind kind_of(const protocol::Message& message);
/// `crossing_is_resolved_by_user_id`: of a FirstOffer.
[[nodiscard]] Decision decide(Kind kind, const Sender& sender, const Proof& proof,
                              bool crossing_is_resolved_by_user_id = false);

/// That a participant goes by another userid.
struct Renaming {
  bool old_is_known = false;        // there is a connection with it
  bool old_may_be_another = false;  // as of a Sender
  bool new_is_taken = false;        // it is ours, or that of somebody else whom we know
  bool old_one_says_so = false;
  bool new_one_says_so = false;
};
enum class RenamingVerdict {
  Rename,
  AskIfOldIsGone,  // the new name's word proves nothing: the server must not know the old one any more
  Refuse
};
[[nodiscard]] RenamingVerdict decide(const Renaming& renaming);

}  // namespace rtcmc::admission
