// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/conversation.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using admission::Verdict;

std::string invitation_in(const protocol::Message& message) {
  if (const auto* request = std::get_if<protocol::ParticipationRequest>(&message)) {
    return request->invitation;
  }
  if (const auto* question = std::get_if<protocol::EnableMedia>(&message)) {
    return question->invitation;
  }
  const auto* description = std::get_if<protocol::SessionDescription>(&message);
  return description ? description->invitation : std::string();
}

}  // namespace

Conversation::Conversation(Parts parts, PeerSettings peer, Poster post, std::function<void()> room_is_closed)
    : parts_(parts),
      peer_settings_(std::move(peer)),
      post_(std::move(post)),
      reception_({parts.bin, parts.roster, parts.outgoing, parts.incoming, parts.events}, peer_settings_.data_channel,
                 post_, *this),
      calls_(parts.events),
      closure_(parts.bin, std::move(room_is_closed)),
      breakages_([this](const std::string& user_id, const std::string& why) { connection_failed(user_id, why); }),
      survivors_([this](const std::string& user_id) { return last_heard(user_id); },
                 [this](const std::string& user_id, const char* why) { connection_failed(user_id, why); }),
      doubts_([this](const std::string& user_id) { return last_heard(user_id); },
              [this](const std::string& user_id) { fell_silent(user_id); }),
      returns_([this](const std::string& user_id) { return last_heard(user_id); },
               [this](const std::string& user_id) {
                 reception_.admit(user_id, {.verdict = Verdict::Offer, .depends_on_application = true}, {});
               }),
      recalls_([this](const std::string& user_id, const std::string& invitation) { ask_back(user_id, invitation); }) {}

Conversation::~Conversation() = default;

void Conversation::use(room::RoomClient& client, const room::RoomOptions& options) {
  client_ = &client;
  reception_.set_max_participants(options.max_participants);
  accepts_calls_ = options.accepts_calls;
  has_password_ = !options.password.empty();
  calls_.clear();
  closure_.cancel();
  survivors_.clear();
}

void Conversation::joined() {
  ++entry_;
  parts_.roster.forget_acquaintances();
  recalls_.hurry();
  if (!survivors_.is_server_lost()) {
    return;
  }
  for (const std::string& user_id : connected()) {
    if (survivors_.has_fallen_silent(user_id)) {
      client_->ask_back(user_id, client_->invitation());  // having been spared by the request to all
    } else {
      client_->greet(user_id);
    }
  }
  survivors_.server_is_back();
}

void Conversation::lost() {
  survivors_.server_lost(connected());
}

void Conversation::keep(const std::string& user_id, bool is_greeted) {
  GST_INFO_OBJECT(parts_.bin, "%s is in the room again: the connection with it stays", user_id.c_str());
  if (is_greeted) {
    client_->greet(user_id);
  }
}

void Conversation::call(const std::string& user_id) {
  if (is_taken(user_id)) {
    GST_INFO_OBJECT(parts_.bin, "does not call %s, who is here", user_id.c_str());
    return;
  }
  if (!calls_.add(user_id, [this, &user_id] { return client_->call(user_id); })) {
    GST_WARNING_OBJECT(parts_.bin, "does not call %s: too many calls wait for an answer", user_id.c_str());
  }
}

void Conversation::receive(const room::MessageHead& head, const protocol::Message& message) {
  if (const auto* change = std::get_if<protocol::UserIdChanged>(&message)) {
    rename(head.sender, *change);
    return;
  }
  if (const auto* ignored = std::get_if<protocol::Ignored>(&message)) {
    GST_DEBUG_OBJECT(parts_.bin, "ignored %s of %s", ignored->what.c_str(), head.sender.c_str());
    return;
  }
  const std::string invitation = invitation_in(message);
  const auto* description = std::get_if<protocol::SessionDescription>(&message);
  const bool is_request = std::holds_alternative<protocol::ParticipationRequest>(message);
  const auto sender = sender_of(head.sender);
  const admission::Proof proof{
      .came_through_room = head.came_through_room,
      .knows_invitation = !is_request && !invitation.empty() &&
                          (invitation == client_->invitation() || calls_.match(head.sender, invitation) ||
                           recalls_.match(head.sender, invitation)),
      .calls_are_taken = accepts_calls_};
  const auto decision = admission::decide(admission::kind_of(message), sender, proof,
                                          description && description->crossing_resolved_by_user_id);
  if (proof.knows_invitation) {
    calls_.answered(head.sender);
  }
  switch (decision.verdict) {
    case Verdict::Offer:
      reception_.admit(head.sender, decision,
                       {.offer = {}, .candidates = {}, .invitation = is_request ? invitation : ""});
      break;
    case Verdict::TakeOffer:
      reception_.admit(head.sender, decision, {.offer = description->sdp, .candidates = {}, .invitation = {}});
      break;
    case Verdict::Keep:
      keep(head.sender, head.came_through_room);
      break;
    case Verdict::Doubt:
      keep(head.sender, true);
      returns_.add(head.sender);
      break;
    case Verdict::PassOn:
      pass_on(head.sender, message);
      break;
    case Verdict::HangUp:
      forget(head.sender);
      break;
    case Verdict::AskIfClosed:
      forget(head.sender);
      ask_whether_closed();
      break;
    case Verdict::Ignore:
      GST_DEBUG_OBJECT(parts_.bin, "ignored a message of %s: %s", head.sender.c_str(), decision.why);
      break;
    case Verdict::Refuse:
      refuse(head.sender, decision.why);
      break;
  }
  if (head.extra) {
    parts_.roster.set_extra(head.sender, head.extra);
  }
}

admission::Sender Conversation::sender_of(const std::string& user_id) const {
  auto sender = parts_.roster.sender(user_id, client_->user_id(), entry_);
  sender.works = survivors_.talks(user_id);
  sender.may_be_another = sender.may_be_another || doubts_.has(user_id);
  return sender;
}

std::vector<std::string> Conversation::connected() const {
  std::vector<std::string> user_ids = parts_.roster.user_ids();
  std::erase_if(user_ids, [this](const std::string& user_id) { return !parts_.roster.find(user_id)->connected(); });
  return user_ids;
}

std::optional<std::chrono::steady_clock::time_point> Conversation::last_heard(const std::string& user_id) const {
  const Peer* const peer = parts_.roster.find(user_id);
  return peer && peer->connected() && !breakages_.has(user_id) ? peer->last_heard() : std::nullopt;
}

void Conversation::pass_on(const std::string& sender, const protocol::Message& message) {
  if (const auto* description = std::get_if<protocol::SessionDescription>(&message)) {
    pass_on(sender, *description);
  } else if (const auto* candidate = std::get_if<protocol::IceCandidate>(&message)) {
    pass_on(sender, *candidate);
  } else if (const auto* sync = std::get_if<protocol::StreamSync>(&message)) {
    using Action = protocol::StreamSync::Action;
    if (sync->action == Action::Mute || sync->action == Action::Unmute) {
      parts_.events.push(event::StreamMuted{sender, *sync});
    }
  }
}

void Conversation::pass_on(const std::string& sender, const protocol::SessionDescription& description) {
  const Roster::Participant& participant = *parts_.roster.participant(sender);
  Peer& peer = *participant.peer;
  if (!participant.has_begun) {
    GST_DEBUG_OBJECT(parts_.bin, "a description of %s belongs to its connection before this one", sender.c_str());
  } else if (description.type == protocol::SdpType::Answer) {
    peer.accept_answer(description.sdp);
  } else if (!description.crossing_resolved_by_user_id) {
    peer.accept_offer(description.sdp, Negotiation::Glare::TheyRollBack);
  } else {
    // Another rtcmcroom: neither webrtcbin can take its own offer back.
    peer.accept_offer(description.sdp, client_->user_id() < sender ? Negotiation::Glare::WeStartAnew
                                                                   : Negotiation::Glare::TheyStartAnew);
  }
}

void Conversation::pass_on(const std::string& sender, const protocol::IceCandidate& candidate) {
  if (!reception_.keep(sender, candidate)) {
    parts_.roster.find(sender)->accept_candidate(candidate);
  }
}

bool Conversation::is_taken(const std::string& user_id) const {
  return user_id == client_->user_id() || parts_.roster.find(user_id) || parts_.roster.newcomers().contains(user_id);
}

void Conversation::rename(const std::string& sender, const protocol::UserIdChanged& change) {
  switch (admission::decide(admission::Renaming{.old_is_known = parts_.roster.find(change.old_id) != nullptr,
                                                .old_may_be_another = sender_of(change.old_id).may_be_another,
                                                .new_is_taken = is_taken(change.new_id),
                                                .old_one_says_so = sender == change.old_id,
                                                .new_one_says_so = sender == change.new_id})) {
    case admission::RenamingVerdict::Rename:
      rename(change);
      break;
    case admission::RenamingVerdict::AskIfOldIsGone:
      client_->find_user(change.old_id, [this, change](bool exists) {
        if (exists || !parts_.roster.find(change.old_id) || sender_of(change.old_id).may_be_another ||
            is_taken(change.new_id)) {
          refuse(change.new_id, "it would take the userid of somebody who is still there");
        } else {
          rename(change);
        }
      });
      break;
    case admission::RenamingVerdict::Refuse:
      refuse(sender, "it tells of a change of userid that it has no part in, or that cannot be");
      break;
  }
}

void Conversation::rename(const protocol::UserIdChanged& change) {
  parts_.roster.rename(change.old_id, change.new_id);
  refusals_.rename(change.old_id, change.new_id);
  doubts_.rename(change.old_id, change.new_id);
  returns_.rename(change.old_id, change.new_id);
  recalls_.rename(change.old_id, change.new_id);
  breakages_.rename(change.old_id, change.new_id);
  survivors_.rename(change.old_id, change.new_id);
  if (parts_.roster.find(change.new_id)->connected()) {
    parts_.events.push(event::ParticipantRenamed{change.old_id, change.new_id});
  }
}

void Conversation::on_turn(const std::string& user_id) {
  remove(user_id);
}

void Conversation::on_place(const std::string& user_id, Roster::Newcomer newcomer) {
  Peer::Listener& listener = *this;
  PeerSettings settings = peer_settings_;
  settings.our_user_id = client_->user_id();
  auto peer = std::make_unique<Peer>(parts_.bin, user_id, settings, tracks_for(user_id),
                                     parts_.incoming.wanted_from(user_id), listener);
  for (const auto& candidate : newcomer.candidates) {
    peer->accept_candidate(candidate);
  }
  GstElement* const webrtcbin = peer->webrtcbin();
  parts_.roster.acquaint(user_id);
  parts_.roster.add(user_id, {.peer = std::move(peer),
                              .entry = entry_,
                              .invitation = std::move(newcomer.invitation),
                              .has_begun = false,
                              .offer = std::move(newcomer.offer)});
  parts_.events.push(event::WebrtcbinReady{
      user_id, glib::Ref<GstElement>::share(webrtcbin),
      [this, post = post_, user_id, webrtcbin] { post([this, user_id, webrtcbin] { begin(user_id, webrtcbin); }); }});
}

void Conversation::begin(const std::string& user_id, const GstElement* webrtcbin) {
  Roster::Participant* participant = parts_.roster.participant(user_id);
  if (!participant || participant->peer->webrtcbin() != webrtcbin || std::exchange(participant->has_begun, true)) {
    return;
  }
  if (const auto offer = std::exchange(participant->offer, std::nullopt)) {
    participant->peer->accept_offer(*offer);
  } else {
    participant->peer->offer();
  }
}

void Conversation::remove(const std::string& user_id) {
  breakages_.forget(user_id);
  doubts_.forget(user_id);
  returns_.forget(user_id);
  parts_.statistics.forget(user_id);
  const auto peer = parts_.roster.take(user_id);
  if (!peer) {
    return;
  }
  for (const auto& stream : peer->streams()) {
    parts_.incoming.stream_removed(stream);
  }
  if (peer->connected()) {
    parts_.events.push(event::ParticipantLeft{user_id});
  }
}

void Conversation::drop(const std::string& user_id) {
  remove(user_id);
  refusals_.forget(user_id);
  parts_.roster.forget(user_id);
  post_([this] { reception_.serve(); });
}

void Conversation::forget(const std::string& user_id) {
  drop(user_id);
  recalls_.forget(user_id);
  client_->forget(user_id);
}

void Conversation::end_all() {
  closure_.cancel();
  reception_.cancel();
  breakages_.clear();
  survivors_.clear();
  doubts_.clear();
  returns_.clear();
  recalls_.clear();
  calls_.clear();
  refusals_.clear();
  for (auto& peer : parts_.roster.take_all()) {
    const auto streams = peer->streams();
    parts_.statistics.forget(peer->user_id());
    Peer::end(std::move(peer), ending_);
    std::ranges::for_each(streams, [this](const auto& stream) { parts_.incoming.release(stream); });
  }
}

void Conversation::forget_all() {
  for (const std::string& user_id : parts_.roster.user_ids()) {
    remove(user_id);
  }
  end_all();
}

void Conversation::participant_is_gone(const std::string& user_id) {
  const Peer* peer = parts_.roster.find(user_id);
  const bool works = peer && peer->connected() && !breakages_.has(user_id);
  if (works && doubts_.add(user_id)) {
    GST_INFO_OBJECT(parts_.bin, "%s is gone for the server, but its packets arrive: it stays", user_id.c_str());
  } else if (works || recalls_.has(user_id)) {
    fell_silent(user_id);
  } else {
    forget(user_id);
  }
}

void Conversation::fell_silent(const std::string& user_id) {
  if (has_password_) {
    forget(user_id);  // it is out of the room, and who says to be it again has to know the password
    return;
  }
  drop(user_id);
  recalls_.vanished(user_id);
}

void Conversation::ask_back(const std::string& user_id, const std::string& invitation) {
  if (client_->in_room() && !is_taken(user_id)) {
    client_->ask_back(user_id, invitation);
  }
}

void Conversation::extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  if (parts_.roster.find(user_id)) {
    parts_.roster.set_extra(user_id, extra);
    parts_.events.push(event::ExtraChanged{user_id, extra});
  }
}

void Conversation::ask_whether_closed() {
  closure_.begin(*client_);
}

void Conversation::tracks_changed() {
  for (const auto& [user_id, participant] : parts_.roster.participants()) {
    for (const OutgoingTrack& track : tracks_for(user_id)) {
      participant.peer->add_track(track);
    }
  }
  reception_.serve();
}

void Conversation::remove_track(const send::Track& track) {
  const auto ended_stream = parts_.outgoing.remove(track);
  refusals_.forget(track);
  for (const auto& [user_id, participant] : parts_.roster.participants()) {
    participant.peer->remove_track(track);
    if (ended_stream) {  // browsers' library would not notice
      client_->send(user_id, protocol::StreamSync{*ended_stream, protocol::StreamSync::Action::Ended});
    }
  }
  reception_.serve();
}

void Conversation::tell_everyone(const std::vector<protocol::StreamSync>& syncs) {
  // Others hear all there is to say once they are.
  for (const std::string& user_id : connected()) {
    for (const protocol::StreamSync& sync : syncs) {
      client_->send(user_id, sync);
    }
  }
}

void Conversation::want_media() {
  // Later, since a participant may be on its way out when this is called.
  if (std::exchange(wanting_, true)) {
    return;
  }
  post_([this] {
    wanting_ = false;
    for (const std::string& user_id : parts_.roster.user_ids()) {
      if (Peer* peer = parts_.roster.find(user_id)) {
        peer->receive(parts_.incoming.wanted_from(user_id));
      }
    }
  });
}

void Conversation::send_data(const std::optional<std::string>& user_id) {
  for (const auto& [each, participant] : parts_.roster.participants()) {
    if (!user_id || each == *user_id) {
      participant.peer->send_data();
    }
  }
}

void Conversation::resume() {
  for (const auto& [user_id, participant] : parts_.roster.participants()) {
    participant.peer->resume();
  }
}

void Conversation::webrtcbin_failed(const GstElement* webrtcbin, const std::string& reason) {
  const auto& participants = parts_.roster.participants();
  const auto failed = std::ranges::find_if(
      participants, [webrtcbin](const auto& participant) { return participant.second.peer->webrtcbin() == webrtcbin; });
  if (failed == participants.end()) {
    return;
  }
  const std::string user_id = failed->first;
  if (!failed->second.peer->connected() || doubts_.has(user_id)) {
    on_failed(*failed->second.peer, reason);
    return;
  }
  breakages_.add(user_id, reason);
}

void Conversation::network_changed() {
  GST_INFO_OBJECT(parts_.bin, "our network has changed");
  recalls_.hurry();
  survivors_.network_changed(connected());
}

void Conversation::connection_failed(const std::string& user_id, const std::string& reason) {
  Peer* const peer = parts_.roster.find(user_id);
  if (peer && peer->connected()) {
    on_failed(*peer, reason);
  }
}

void Conversation::on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) {
  const Roster::Participant* participant = parts_.roster.participant(peer.user_id());
  const bool is_first_offer = type == protocol::SdpType::Offer && !renegotiating;
  client_->send(peer.user_id(),
                protocol::SessionDescription{
                    .type = type,
                    .sdp = std::move(sdp),
                    .renegotiating = renegotiating,
                    .crossing_resolved_by_user_id = true,
                    .streams_to_share = parts_.outgoing.streams_to_share(),
                    .invitation = participant && is_first_offer ? participant->invitation : std::string()});
}

void Conversation::on_local_candidate(Peer& peer, protocol::IceCandidate candidate) {
  client_->send(peer.user_id(), candidate);
}

void Conversation::on_connected(Peer& peer) {
  for (const protocol::StreamSync& sync : parts_.outgoing.syncs()) {
    client_->send(peer.user_id(), sync);
  }
  recalls_.connected(peer.user_id());
  parts_.events.push(event::ParticipantJoined{peer.user_id(), parts_.roster.extra_of(peer.user_id())});
  reception_.serve();
}

void Conversation::on_track_taken(Peer& peer, const send::Track& track) {
  for (const protocol::StreamSync& sync : parts_.outgoing.syncs(&track)) {
    client_->send(peer.user_id(), sync);
  }
}

void Conversation::on_track_reduced(Peer& peer, const OutgoingTrack& track) {
  parts_.events.push(event::TrackReduced{peer.user_id(), track.pad_name});
}

void Conversation::on_quality_changed(Peer& peer, const OutgoingTrack& track, const SentQuality& quality,
                                      QualityReason reason) {
  parts_.events.push(event::QualityChanged{peer.user_id(), track.pad_name, quality, reason});
}

void Conversation::on_track_refused(Peer& peer, const OutgoingTrack& track) {
  const std::string& user_id = peer.user_id();
  if (!refusals_.add(user_id, *track.track)) {
    return;
  }
  parts_.events.push(
      event::TrackRefused{user_id, track.pad_name, track.track->codecs().value_or(std::vector<rtp::Codec>())});
  const auto tracks = tracks_for(user_id);
  if (std::ranges::find(tracks, track.stream_id, &OutgoingTrack::stream_id) == tracks.end()) {
    return;
  }
  // RTCMultiConnection.js takes a stream for ended with the first of its tracks: there must be a new one. Later, since
  // the peer is at it.
  post_([this, user_id, webrtcbin = peer.webrtcbin()] {
    const Peer* refusing = parts_.roster.find(user_id);
    if (refusing && refusing->webrtcbin() == webrtcbin) {
      reception_.admit_again(user_id, {});
    }
  });
}

std::vector<OutgoingTrack> Conversation::tracks_for(const std::string& user_id) const {
  return refusals_.without(user_id, parts_.outgoing.known());
}

void Conversation::on_stream_added(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  parts_.incoming.stream_added(stream);
}

void Conversation::on_stream_removed(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  parts_.incoming.stream_removed(stream);
}

void Conversation::on_media(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  parts_.incoming.media_changed(stream);
}

void Conversation::on_data(Peer& peer, DataEvent event) {
  parts_.events.push(event::DataReceived{peer.user_id(), std::move(event)});
}

void Conversation::on_restart_needed(Peer& peer) {
  reception_.admit_again(std::string(peer.user_id()), {});
}

void Conversation::on_offer_wanted(Peer& peer) {
  client_->send(peer.user_id(), protocol::OfferRequest());
}

void Conversation::on_failed(Peer& peer, const std::string& reason) {
  // Copies: the peer is gone before they were used for the last time.
  const auto user_id = std::string(peer.user_id());
  const auto why = std::string(reason);
  const bool was_connected = peer.connected();
  const bool was_doubted = doubts_.has(user_id);
  const bool was_told = recalls_.has(user_id);
  const bool may_be_another = sender_of(user_id).may_be_another;
  const bool has_answered = !peer.awaits_first_answer();
  drop(user_id);
  if (was_connected) {
    parts_.statistics.count_broken_connection();
  }
  if (was_doubted && !was_told) {
    forget(user_id);  // the server was right
    return;
  }
  if (!may_be_another) {
    parts_.roster.acquaint(user_id);
  }
  // Should the network come back before the server takes us or them for gone, nobody else would say anything.
  const bool is_asked_again = has_answered && recalls_.connection_failed(user_id, was_connected);
  if (!was_told || !is_asked_again) {
    parts_.events.push(event::ParticipantFailed{user_id, why, is_asked_again});
  }
}

void Conversation::refuse(const std::string& user_id, const std::string& why) {
  const auto verdict = log_limiter_.count(user_id);
  if (verdict != LogLimiter::Verdict::Skip) {
    GST_WARNING_OBJECT(parts_.bin, "dropped a message of %s: %s%s", user_id.c_str(), why.c_str(),
                       LogLimiter::suffix(verdict));
  }
}

}  // namespace rtcmc
