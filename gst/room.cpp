// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

// Together well under the second in which a state change has to be done.
constexpr auto kGoodbyeTimeout = 300ms;
constexpr auto kStopTimeout = 800ms;
/// How long after our participation request a resident may answer it with an offer.
constexpr auto kInvitationTime = 15s;
/// Participants that wait for our tracks, and what we remember of each: a bound for hostile peers.
constexpr std::size_t kMaxWaiting = 1000;
constexpr std::size_t kMaxWaitingCandidates = 64;

}  // namespace

Room::Room(GstBin* bin, RoomSettings settings, std::vector<OutgoingTrack> tracks, Observer& observer)
    : bin_(bin),
      settings_(std::move(settings)),
      observer_(observer),
      tracks_(std::move(tracks)),
      worker_(std::make_unique<glib::WorkerThread>("rtcmc-room")) {}

Room::~Room() {
  stop();
}

void Room::start() {
  worker_->post([this] {
    observer_.on_connecting();
    room::RoomClient::Listener& listener = *this;
    client_ = std::make_unique<room::RoomClient>(settings_.options, listener);
    observer_.on_user_id("", client_->user_id());
    client_->enter();
  });
}

void Room::leave(std::function<void()> done) {
  worker_->post([this, done = std::move(done)] {
    if (!client_ || std::exchange(left_, true)) {
      done();
      return;
    }
    std::vector<std::string> user_ids;
    for (const auto& [user_id, participant] : participants_) {
      user_ids.push_back(user_id);
    }
    client_->leave(user_ids, kGoodbyeTimeout, done);
    participants_.clear();
    waiting_.clear();
  });
}

void Room::stop() {
  if (!worker_) {
    return;
  }
  if (worker_->is_current()) {
    // From an application's signal handler: nobody would run the loop that a polite goodbye needs. The server notices
    // the closed connection.
    participants_.clear();
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
  });
  worker_.reset();
}

void Room::tracks_changed() {
  worker_->post([this] { serve_waiting(); });
}

void Room::add_track(OutgoingTrack track) {
  worker_->post([this, track = std::move(track)] { tracks_.push_back(track); });
}

void Room::remove_track(std::shared_ptr<send::Track> track) {
  worker_->post([this, track = std::move(track)] {
    std::erase_if(tracks_, [&track](const OutgoingTrack& outgoing) { return outgoing.track == track; });
    for (auto& [user_id, participant] : participants_) {
      participant.peer->remove_track(*track);
    }
    serve_waiting();
  });
}

void Room::on_joined(bool created) {
  ++entry_;
  asked_to_participate_ = created ? std::chrono::steady_clock::time_point() : std::chrono::steady_clock::now();
  observer_.on_joined(created);
}

void Room::on_failed(const room::RoomError& error) {
  observer_.on_join_failed(error);
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
  if (is_full_for(sender)) {
    GST_INFO_OBJECT(bin_, "%s may not come in: max-participants is reached", sender.c_str());
    return;
  }
  if (!observer_.may_come_in(sender, extra_of(sender))) {
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
  GST_DEBUG_OBJECT(bin_, "%s is ready for an offer that it already has", sender.c_str());
}

void Room::handle(const std::string& sender, const protocol::SessionDescription& description) {
  if (description.type == protocol::SdpType::Offer) {
    handle_offer(sender, description);
  } else if (Peer* peer = find(sender)) {
    peer->accept_answer(description.sdp);
  } else {
    GST_WARNING_OBJECT(bin_, "dropped an answer of %s, to whom nothing was offered", sender.c_str());
  }
}

void Room::handle_offer(const std::string& sender, const protocol::SessionDescription& offer) {
  Peer* peer = find(sender);
  if (offer.renegotiating) {
    if (peer) {
      peer->accept_offer(offer.sdp);
    } else {
      GST_WARNING_OBJECT(bin_, "dropped an offer of %s to change a connection that does not exist", sender.c_str());
    }
    return;
  }
  const bool invited = std::chrono::steady_clock::now() - asked_to_participate_ < kInvitationTime;
  if (!peer && !invited) {
    GST_WARNING_OBJECT(bin_, "dropped an offer of %s, whom we did not ask for one", sender.c_str());
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
    GST_WARNING_OBJECT(bin_, "dropped an ICE candidate of %s, with whom there is no connection", sender.c_str());
  } else if (waiting->second.candidates.size() < kMaxWaitingCandidates) {
    waiting->second.candidates.push_back(candidate);
  }
}

void Room::handle(const std::string& sender, const protocol::UserLeft& goodbye) {
  remove(sender);
  if (goodbye.close_entire_session) {
    on_room_closed();
  }
}

void Room::handle(const std::string& sender, const protocol::DropPeerConnection&) {
  remove(sender);
}

void Room::handle(const std::string& sender, const protocol::Ignored& message) {
  GST_DEBUG_OBJECT(bin_, "ignored %s of %s", message.what.c_str(), sender.c_str());
}

void Room::on_user_disconnected(const std::string& user_id) {
  remove(user_id);
}

void Room::on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  if (find(user_id)) {
    extras_[user_id] = extra;
    observer_.on_extra_changed(user_id, extra);
  }
}

void Room::on_became_owner() {
  observer_.on_became_owner();
}

void Room::on_room_closed() {
  for (const auto& [user_id, participant] : std::exchange(participants_, {})) {
    if (participant.peer->connected()) {
      observer_.on_participant_left(user_id);
    }
  }
  observer_.on_room_closed();
}

void Room::connect_with(const std::string& user_id, std::optional<std::string> offer) {
  remove(user_id);
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
    auto peer = std::make_unique<Peer>(bin_, user_id, settings_.peer, tracks_, listener);
    Peer& added = *peer;
    participants_[user_id] = {std::move(peer), entry_};
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

void Room::remove(const std::string& user_id) {
  waiting_.erase(user_id);
  const auto found = participants_.find(user_id);
  if (found == participants_.end()) {
    return;
  }
  const bool was_connected = found->second.peer->connected();
  participants_.erase(found);
  extras_.erase(user_id);
  if (was_connected) {
    observer_.on_participant_left(user_id);
  }
}

void Room::on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) {
  client_->send(peer.user_id(),
                protocol::SessionDescription{type, std::move(sdp), renegotiating, streams_to_share(), {}});
}

void Room::on_local_candidate(Peer& peer, protocol::IceCandidate candidate) {
  client_->send(peer.user_id(), candidate);
}

void Room::on_connected(Peer& peer) {
  observer_.on_participant_joined(peer.user_id(), extra_of(peer.user_id()));
}

void Room::on_restart_needed(Peer& peer) {
  connect_with(std::string(peer.user_id()), std::nullopt);
}

void Room::on_failed(Peer& peer, const std::string& reason) {
  const std::string user_id = peer.user_id();  // the peer is gone before its name was used for the last time
  remove(user_id);
  observer_.on_participant_failed(user_id, reason);
}

bool Room::tracks_ready() const {
  return std::ranges::all_of(tracks_,
                             [](const OutgoingTrack& outgoing) { return outgoing.track->codecs().has_value(); });
}

bool Room::is_full_for(const std::string& user_id) const {
  // As in the browser's library: the limit counts the others, not ourselves.
  return !participants_.contains(user_id) &&
         participants_.size() + waiting_.size() >= settings_.options.max_participants;
}

protocol::StreamsToShare Room::streams_to_share() const {
  protocol::StreamsToShare streams;
  for (const OutgoingTrack& outgoing : tracks_) {
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
    for (const auto& [user_id, participant] : participants_) {
      if (participant.peer->webrtcbin() == webrtcbin.get()) {
        on_failed(*participant.peer, reason);
        return;
      }
    }
  });
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
