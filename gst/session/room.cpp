// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/room.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

// Well under the second in which a state change has to be done.
constexpr auto kStopTimeout = 800ms;
/// How long after our participation request a resident may answer it with an offer.
constexpr auto kInvitationTime = 15s;
/// Participants that wait for our tracks, and what we remember of each: a bound for hostile peers.
constexpr std::size_t kMaxWaiting = 1000;
constexpr std::size_t kMaxWaitingCandidates = 64;
/// How often a participant may have a connection made, in a minute: each is a webrtcbin with its threads.
constexpr unsigned kMaxConnections = 30;
/// How long an error waits for the element to play. gst-launch-1.0 never ends if it is told of one before its main loop
/// runs, where it sets the pipeline to PLAYING.
constexpr auto kErrorWaits = 200ms;

}  // namespace

Room::Room(GstBin* bin, RoomSettings settings, std::vector<OutgoingTrack> tracks,
           std::vector<std::shared_ptr<receive::Slot>> slots, Observer& observer)
    : bin_(bin),
      observer_(observer),
      settings_(std::move(settings)),
      tracks_(std::move(tracks)),
      connections_(kMaxConnections),
      worker_(std::make_unique<glib::WorkerThread>("rtcmc-room")) {
  for (auto& slot : slots) {
    add_slot(std::move(slot));
  }
}

Room::~Room() {
  stop();
}

void Room::start() {
  worker_->post([this] {
    next_ = settings_.options;
    enter_next();
  });
}

void Room::leave(std::function<void()> done) {
  worker_->post([this, done = std::move(done)]() mutable {
    next_.reset();
    depart(Farewell::Leave, std::move(done));
  });
}

void Room::stop() {
  if (!worker_) {
    return;
  }
  if (worker_->is_current()) {
    // From an application's signal handler: nobody would run the loop that a polite goodbye needs. The server notices
    // the closed connection.
    end_connections();
    reception_ = {};
    client_.reset();
    worker_.reset();
    return;
  }
  auto gone = std::make_shared<std::promise<void>>();
  leave([gone] { gone->set_value(); });
  if (gone->get_future().wait_for(kStopTimeout) != std::future_status::ready) {
    GST_WARNING_OBJECT(bin_, "the server took too long to be told that we leave");
  }
  worker_->post([this] {
    client_.reset();
    tracks_.clear();
    reception_ = {};
  });
  worker_.reset();
}

void Room::end_connections() {
  // Its connection first: what it feeds may go only then.
  for (auto& [user_id, participant] : std::exchange(participants_, {})) {
    const auto streams = participant.peer->streams();
    participant.peer.reset();
    stats_round_.forget(user_id);
    std::ranges::for_each(streams, [this](const auto& stream) { release(stream); });
  }
  {
    const std::lock_guard lock(outboxes_mutex_);
    outboxes_.clear();
  }
  waiting_.clear();
  given_up_.clear();
}

void Room::tracks_changed() {
  worker_->post([this] {
    for (const auto& [user_id, participant] : participants_) {
      for (const OutgoingTrack& track : known_tracks()) {
        participant.peer->add_track(track);
      }
    }
    serve_waiting();
  });
}

void Room::set_latency(GstClockTime latency) {
  worker_->post([this, latency] {
    latency_ = latency;
    for (const auto& [user_id, participant] : participants_) {
      participant.peer->set_latency(latency);
    }
  });
}

void Room::resume() {
  worker_->post([this] {
    has_played_ = true;
    for (const auto& [user_id, participant] : participants_) {
      participant.peer->resume();
    }
    if (failure_) {
      report_failure();
    }
  });
}

void Room::on_joined(bool created) {
  ++entry_;
  is_owner_ = created;
  asked_to_participate_ = created ? std::chrono::steady_clock::time_point() : std::chrono::steady_clock::now();
  observer_.on_joined(created);
}

void Room::on_failed(const room::RoomError& error) {
  left_ = true;
  failure_ = error;
  if (has_played_) {
    report_failure();
  } else {
    until_reported_.start_once(kErrorWaits, [this] { report_failure(); });
  }
}

void Room::report_failure() {
  until_reported_.cancel();
  observer_.on_join_failed(*std::exchange(failure_, std::nullopt));
}

void Room::on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) {
  // Media already flowing goes on: who is really gone is noticed by ICE, or by the next entry into the room.
  observer_.on_connection_lost(error, retry_in);
}

void Room::on_user_id_changed(const std::string& old_id, const std::string& new_id) {
  observer_.on_user_id(old_id, new_id);
}

void Room::on_message(const std::string& sender, const glib::Ref<JsonObject>& extra, protocol::Message message) {
  if (extra) {
    if (participants_.contains(sender) || extras_.size() < kMaxWaiting) {
      extras_[sender] = extra;
    }
  }
  std::visit([&](const auto& specific) { handle(sender, specific); }, message);
}

void Room::handle(const std::string& sender, const protocol::ParticipationRequest&) {
  const Peer* peer = find(sender);
  if (peer && peer->awaits_first_answer()) {
    // Two newcomers ask each other at the same time, and the other one may have asked for our media besides.
    GST_DEBUG_OBJECT(bin_, "%s asks for an offer that is on its way", sender.c_str());
    return;
  }
  if (is_full_for(sender)) {
    GST_INFO_OBJECT(bin_, "%s may not come in: max-participants is reached", sender.c_str());
    return;
  }
  bool may_come_in = false;
  if (!tell([&](Observer& observer) { may_come_in = observer.may_come_in(sender, extra_of(sender)); })) {
    return;
  }
  if (!may_come_in) {
    GST_INFO_OBJECT(bin_, "%s may not come in: the application refused", sender.c_str());
    return;
  }
  // Browsers would now ask the newcomer to get its camera ready. It did so before it sent the request, and we need none
  // of it: offering at once saves a round trip.
  connect_with(sender, std::nullopt);
}

void Room::handle(const std::string& sender, const protocol::EnableMedia&) {
  const auto known = participants_.find(sender);
  if (known != participants_.end() && known->second.entry == entry_) {
    GST_DEBUG_OBJECT(bin_, "%s asks again for our media, which it was offered", sender.c_str());
    return;
  }
  // We answer with an offer of our own instead of readyForOffer: a browser without camera would offer no section that
  // our media could use.
  connect_with(sender, std::nullopt);
}

void Room::handle(const std::string& sender, const protocol::ReadyForOffer&) {
  if (find(sender) || waiting_.contains(sender)) {
    GST_DEBUG_OBJECT(bin_, "%s is ready for an offer that it already has", sender.c_str());
  } else {
    handle(sender, protocol::ParticipationRequest());
  }
}

void Room::handle(const std::string& sender, const protocol::SessionDescription& description) {
  if (description.type == protocol::SdpType::Offer) {
    handle_offer(sender, description);
  } else if (Peer* peer = find(sender)) {
    peer->accept_answer(description.sdp);
  } else if (!try_again_with(sender)) {
    drop(sender, "an answer", "nothing was offered to it");
  }
}

bool Room::try_again_with(const std::string& user_id) {
  if (given_up_.erase(user_id) == 0 || is_full_for(user_id)) {
    return false;
  }
  GST_INFO_OBJECT(bin_, "%s is still there, but slow: it gets another offer", user_id.c_str());
  connect_with(user_id, std::nullopt);
  return true;
}

void Room::handle_offer(const std::string& sender, const protocol::SessionDescription& offer) {
  Peer* peer = find(sender);
  if (offer.renegotiating) {
    if (!peer) {
      if (!try_again_with(sender)) {
        drop(sender, "an offer", "it would change a connection that does not exist");
      }
    } else if (!peer->awaits_answer() || !offer.crossing_resolved_by_user_id) {
      peer->accept_offer(offer.sdp);
    } else if (client_->user_id() < sender) {
      // Another rtcmcroom: neither webrtcbin can take its own offer back.
      connect_with(sender, std::nullopt);
    }
    return;
  }
  if (peer && peer->awaits_first_answer()) {
    // A browser has given up its own offer for ours. Another rtcmcroom goes by the rule.
    if (!offer.crossing_resolved_by_user_id || client_->user_id() > sender) {
      GST_DEBUG_OBJECT(bin_, "%s made an offer while ours was on its way: ours counts", sender.c_str());
      return;
    }
  }
  const bool invited =
      given_up_.contains(sender) || std::chrono::steady_clock::now() - asked_to_participate_ < kInvitationTime;
  if (!peer && !invited) {
    drop(sender, "an offer", "it was not asked for one");
    return;
  }
  connect_with(sender, offer.sdp);
}

void Room::handle(const std::string& sender, const protocol::IceCandidate& candidate) {
  if (Peer* peer = find(sender)) {
    peer->accept_candidate(candidate);
    return;
  }
  const auto waiting = waiting_.find(sender);
  if (waiting == waiting_.end()) {
    drop(sender, "an ICE candidate", "there is no connection with it");
  } else if (waiting->second.candidates.size() < kMaxWaitingCandidates) {
    waiting->second.candidates.push_back(candidate);
  }
}

void Room::handle(const std::string& sender, const protocol::UserLeft& goodbye) {
  if (forget(sender) && goodbye.close_entire_session) {
    on_room_closed();
  }
}

void Room::handle(const std::string& sender, const protocol::DropPeerConnection&) {
  (void)forget(sender);
}

void Room::handle(const std::string& sender, const protocol::Ignored& message) {
  GST_DEBUG_OBJECT(bin_, "ignored %s of %s", message.what.c_str(), sender.c_str());
}

void Room::on_user_disconnected(const std::string& user_id) {
  (void)forget(user_id);
}

void Room::on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  if (find(user_id)) {
    extras_[user_id] = extra;
    observer_.on_extra_changed(user_id, extra);
  }
}

void Room::on_became_owner() {
  is_owner_ = true;
  observer_.on_became_owner();
}

void Room::on_room_closed() {
  while (!participants_.empty()) {
    if (!forget(std::string(participants_.begin()->first))) {
      return;
    }
  }
  depart(Farewell::Leave, [] {});  // until then, the server would send newcomers to us
  observer_.on_room_closed();
}

void Room::connect_with(const std::string& user_id, std::optional<std::string> offer) {
  if (connections_.count(user_id) != Quota::Verdict::Within) {
    drop(user_id, "a wish for a connection", "it has had too many of late");
    return;
  }
  given_up_.erase(user_id);
  if (!remove(user_id)) {
    return;
  }
  if (waiting_.size() < kMaxWaiting) {
    waiting_[user_id] = {std::move(offer), {}};
  }
  if (!tracks_ready()) {
    GST_INFO_OBJECT(bin_, "%s waits until data has arrived on every sink pad", user_id.c_str());
  }
  serve_waiting();
}

void Room::serve_waiting() {
  if (!tracks_ready()) {
    return;
  }
  for (auto& [user_id, waiting] : std::exchange(waiting_, {})) {
    Peer::Listener& listener = *this;
    PeerSettings settings = settings_.peer;
    settings.our_user_id = client_->user_id();
    auto peer = std::make_unique<Peer>(bin_, user_id, settings, known_tracks(), wanted_from(user_id), listener);
    Peer& added = *peer;
    set_outbox(user_id, added.outbox());
    participants_[user_id] = {std::move(peer), entry_};
    added.set_latency(latency_);
    observer_.on_webrtcbin_ready(user_id, added.webrtcbin());
    for (const auto& candidate : waiting.candidates) {
      added.accept_candidate(candidate);
    }
    if (waiting.offer) {
      added.accept_offer(*waiting.offer);
    } else {
      added.offer();
    }
  }
}

bool Room::remove(const std::string& user_id) {
  waiting_.erase(user_id);
  set_outbox(user_id, nullptr);
  stats_round_.forget(user_id);
  const auto participant = participants_.extract(user_id);
  if (participant.empty()) {
    return true;
  }
  const auto streams = participant.mapped().peer->streams();
  const bool was_connected = participant.mapped().peer->connected();
  for (const auto& stream : streams) {
    release(stream);
    if (!publish_streams() || !tell([&stream](Observer& observer) { observer.on_stream_removed(*stream); })) {
      return false;
    }
  }
  want_media();
  if (!was_connected) {
    return true;
  }
  return tell([&](Observer& observer) { observer.on_participant_left(user_id); });
}

bool Room::forget(const std::string& user_id) {
  extras_.erase(user_id);
  given_up_.erase(user_id);
  return remove(user_id);
}

void Room::on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) {
  client_->send(peer.user_id(), protocol::SessionDescription{.type = type,
                                                             .sdp = std::move(sdp),
                                                             .renegotiating = renegotiating,
                                                             .crossing_resolved_by_user_id = true,
                                                             .streams_to_share = streams_to_share()});
}

void Room::on_local_candidate(Peer& peer, protocol::IceCandidate candidate) {
  client_->send(peer.user_id(), candidate);
}

void Room::on_connected(Peer& peer) {
  tell_syncs(peer.user_id(), outgoing_tracks());
  observer_.on_participant_joined(peer.user_id(), extra_of(peer.user_id()));
}

void Room::on_track_taken(Peer& peer, const send::Track& track) {
  std::vector<OutgoingTrack> taken = outgoing_tracks();
  std::erase_if(taken, [&track](const OutgoingTrack& outgoing) { return outgoing.track.get() != &track; });
  tell_syncs(peer.user_id(), taken);
}

void Room::on_data(Peer& peer, DataEvent event) {
  observer_.on_data(std::string(peer.user_id()), event);
}

void Room::set_outbox(const std::string& user_id, std::shared_ptr<Outbox> outbox) {
  const std::lock_guard lock(outboxes_mutex_);
  if (outbox) {
    outboxes_[user_id] = std::move(outbox);
  } else {
    outboxes_.erase(user_id);
  }
}

Room::Sent Room::send(const std::optional<std::string>& user_id, const OutgoingData& data) {
  Sent sent = Sent::NobodyThere;
  {
    const std::lock_guard lock(outboxes_mutex_);
    for (const auto& [each, outbox] : outboxes_) {
      if (user_id && each != *user_id) {
        continue;
      }
      if (outbox->push(data)) {
        sent = Sent::Taken;
      } else if (sent != Sent::Taken) {
        sent = Sent::Full;
      }
    }
  }
  if (sent == Sent::Taken) {
    worker_->post([this, user_id] {
      for (const auto& [each, participant] : participants_) {
        if (!user_id || each == *user_id) {
          participant.peer->send_data();
        }
      }
    });
  }
  return sent;
}

void Room::on_restart_needed(Peer& peer) {
  connect_with(std::string(peer.user_id()), std::nullopt);
}

void Room::on_offer_wanted(Peer& peer) {
  client_->send(peer.user_id(), protocol::OfferRequest());
}

void Room::on_failed(Peer& peer, const std::string& reason) {
  // A copy: the peer is gone before its name was used for the last time.
  const auto user_id = std::string(peer.user_id());
  const bool was_connected = peer.connected();
  if (!forget(user_id)) {
    return;
  }
  if (given_up_.size() < kMaxWaiting) {
    given_up_.insert(user_id);
  }
  observer_.on_participant_failed(user_id, reason);
  if (was_connected) {
    // Should the network come back before the server takes us or them for gone, nobody else would say anything.
    client_->ask_to_participate(user_id);
  }
}

void Room::drop(const std::string& sender, const char* what, const char* why) {
  const auto verdict = log_limiter_.count(sender);
  if (verdict != LogLimiter::Verdict::Skip) {
    GST_WARNING_OBJECT(bin_, "dropped %s of %s: %s%s", what, sender.c_str(), why, LogLimiter::suffix(verdict));
  }
}

std::vector<OutgoingTrack> Room::known_tracks() const {
  std::vector<OutgoingTrack> known = outgoing_tracks();
  std::erase_if(known, [](const OutgoingTrack& outgoing) { return !outgoing.track->codecs(); });
  return known;
}

bool Room::tracks_ready() const {
  // What we receive may be what we are to send.
  return settings_.auto_receive || reception_.has_slots() || known_tracks().size() == outgoing_tracks().size();
}

std::vector<OutgoingTrack> Room::outgoing_tracks() const {
  const protocol::Session& session = settings_.options.session;
  if (session.oneway && !is_owner_) {
    return {};
  }
  if (settings_.session_is_implied) {
    return tracks_;
  }
  std::vector<OutgoingTrack> outgoing;
  std::ranges::copy_if(tracks_, std::back_inserter(outgoing), [&session](const OutgoingTrack& candidate) {
    return candidate.track->kind() == rtp::Kind::Audio ? session.audio : session.video || session.screen;
  });
  return outgoing;
}

bool Room::is_full_for(const std::string& user_id) const {
  // As in the browser's library: the limit counts the others, not ourselves.
  return !participants_.contains(user_id) &&
         participants_.size() + waiting_.size() >= settings_.options.max_participants;
}

protocol::StreamsToShare Room::streams_to_share() const {
  protocol::StreamsToShare streams;
  for (const OutgoingTrack& outgoing : outgoing_tracks()) {
    auto& info = streams[outgoing.stream_id];
    info.is_video = info.is_video || outgoing.track->kind() == rtp::Kind::Video;
    info.is_screen = info.is_screen || outgoing.is_screen;
  }
  for (auto& [stream_id, info] : streams) {
    info.is_audio = !info.is_video;
  }
  return streams;
}

void Room::webrtcbin_failed(GstElement* webrtcbin, const std::string& reason) {
  worker_->post([this, webrtcbin = glib::Ref<GstElement>::share(webrtcbin), reason] {
    const auto failed = std::ranges::find_if(participants_, [&webrtcbin](const auto& participant) {
      return participant.second.peer->webrtcbin() == webrtcbin.get();
    });
    if (failed != participants_.end()) {
      end_connection(*failed->second.peer, reason);
    }
  });
}

void Room::end_connection(Peer& peer, const std::string& reason) {
  if (!peer.connected()) {
    on_failed(peer, reason);
    return;
  }
  // A browser that goes ends DTLS before the server tells of it.
  GST_INFO_OBJECT(bin_, "%s has gone: %s", peer.user_id().c_str(), reason.c_str());
  (void)forget(std::string(peer.user_id()));
}

std::vector<std::string> Room::user_ids() const {
  std::vector<std::string> user_ids;
  std::ranges::transform(participants_, std::back_inserter(user_ids), [](const auto& entry) { return entry.first; });
  return user_ids;
}

Peer* Room::find(const std::string& user_id) {
  const auto found = participants_.find(user_id);
  return found == participants_.end() ? nullptr : found->second.peer.get();
}

glib::Ref<JsonObject> Room::extra_of(const std::string& user_id) const {
  const auto found = extras_.find(user_id);
  return found == extras_.end() ? nullptr : found->second;
}

}  // namespace rtcmc
