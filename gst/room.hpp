// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glib/worker_thread.hpp"
#include "peer.hpp"
#include "room/room_client.hpp"

namespace rtcmc {

struct RoomSettings {
  room::RoomOptions options;
  PeerSettings peer;
};

/// One stay in a room, from the element's start to its stop: joins the signaling events of a RoomClient and the Peers.
///
/// Threads: one worker thread does everything; the Observer is called there. start(), stop() and the other public
/// methods may be called on any thread, and post to it. stop() waits for it, unless called there.
class Room final : private room::RoomClient::Listener, private Peer::Listener {
 public:
  class Observer {
   public:
    virtual void on_connecting() = 0;
    virtual void on_joined(bool created) = 0;
    virtual void on_join_failed(const room::RoomError& error) = 0;
    virtual void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) = 0;
    virtual void on_room_closed() = 0;
    virtual void on_became_owner() = 0;
    virtual void on_user_id(const std::string& old_id, const std::string& new_id) = 0;
    /// The participant's webrtcbin was made, nothing is negotiated yet.
    virtual void on_webrtcbin_ready(const std::string& user_id, GstElement* webrtcbin) = 0;
    /// Somebody wants to be connected with us. `extra` may be null.
    virtual bool may_come_in(const std::string& user_id, const glib::Ref<JsonObject>& extra) = 0;
    /// Media can flow to the participant. `extra` may be null.
    virtual void on_participant_joined(const std::string& user_id, const glib::Ref<JsonObject>& extra) = 0;
    virtual void on_participant_left(const std::string& user_id) = 0;
    virtual void on_participant_failed(const std::string& user_id, const std::string& reason) = 0;
    virtual void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) = 0;

   protected:
    ~Observer() = default;
  };

  Room(GstBin* bin, RoomSettings settings, std::vector<OutgoingTrack> tracks, Observer& observer);
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room();

  void start();
  /// Says goodbye to everyone and ends all connections; `done` runs on the worker thread.
  void leave(std::function<void()> done);
  /// leave(), waited for; no Observer call follows. Bounded to under a second.
  void stop();
  /// An element inside a participant's webrtcbin cannot go on.
  void webrtcbin_failed(GstElement* webrtcbin, const std::string& reason);
  /// A track learned its codecs: those who wait for it can be answered.
  void tracks_changed();
  void add_track(OutgoingTrack track);
  void remove_track(std::shared_ptr<send::Track> track);

 private:
  /// Somebody to be connected with as soon as all tracks know their codecs.
  struct Waiting {
    std::optional<std::string> offer;  // absent: we offer
    std::vector<protocol::IceCandidate> candidates;
  };
  struct Participant {
    std::unique_ptr<Peer> peer;
    unsigned entry;  // which of our entries into the room it belongs to
  };

  // RoomClient::Listener
  void on_joined(bool created) override;
  void on_failed(const room::RoomError& error) override;
  void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) override;
  void on_user_id_changed(const std::string& old_id, const std::string& new_id) override;
  void on_message(const std::string& sender, const glib::Ref<JsonObject>& extra, protocol::Message message) override;
  void on_user_disconnected(const std::string& user_id) override;
  void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) override;
  void on_became_owner() override;
  void on_room_closed() override;

  // Peer::Listener
  void on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) override;
  void on_local_candidate(Peer& peer, protocol::IceCandidate candidate) override;
  void on_connected(Peer& peer) override;
  void on_restart_needed(Peer& peer) override;
  void on_failed(Peer& peer, const std::string& reason) override;

  void handle(const std::string& sender, const protocol::ParticipationRequest& request);
  void handle(const std::string& sender, const protocol::EnableMedia& request);
  void handle(const std::string& sender, const protocol::ReadyForOffer& reply);
  void handle(const std::string& sender, const protocol::SessionDescription& description);
  void handle(const std::string& sender, const protocol::IceCandidate& candidate);
  void handle(const std::string& sender, const protocol::UserLeft& goodbye);
  void handle(const std::string& sender, const protocol::DropPeerConnection& request);
  void handle(const std::string& sender, const protocol::Ignored& message);
  void handle_offer(const std::string& sender, const protocol::SessionDescription& offer);

  void connect_with(const std::string& user_id, std::optional<std::string> offer);
  void serve_waiting();
  void remove(const std::string& user_id);
  [[nodiscard]] bool tracks_ready() const;
  [[nodiscard]] bool is_full_for(const std::string& user_id) const;
  [[nodiscard]] protocol::StreamsToShare streams_to_share() const;
  [[nodiscard]] Peer* find(const std::string& user_id);
  [[nodiscard]] glib::Ref<JsonObject> extra_of(const std::string& user_id) const;

  GstBin* const bin_;
  const RoomSettings settings_;
  Observer& observer_;

  // Only used on the worker thread.
  std::vector<OutgoingTrack> tracks_;
  std::unique_ptr<room::RoomClient> client_;
  std::map<std::string, Participant> participants_;
  std::map<std::string, Waiting> waiting_;
  std::map<std::string, glib::Ref<JsonObject>> extras_;
  unsigned entry_ = 0;
  bool left_ = false;
  std::chrono::steady_clock::time_point asked_to_participate_;

  std::unique_ptr<glib::WorkerThread> worker_;
};

}  // namespace rtcmc
