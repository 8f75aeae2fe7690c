// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glib/task_group.hpp"
#include "log/log_limiter.hpp"
#include "peer/peer.hpp"
#include "room/room_client.hpp"
#include "session/admission.hpp"
#include "session/breakages.hpp"
#include "session/calls.hpp"
#include "session/closure_check.hpp"
#include "session/doubts.hpp"
#include "session/event_queue.hpp"
#include "session/incoming.hpp"
#include "session/outgoing.hpp"
#include "session/poster.hpp"
#include "session/recalls.hpp"
#include "session/reception.hpp"
#include "session/refusals.hpp"
#include "session/returns.hpp"
#include "session/roster.hpp"
#include "session/statistics.hpp"
#include "session/survivors.hpp"

namespace rtcmc {

/// What participants and we say to each other through the server, made into connections: each message goes through the
/// door (admission), and what that decides is done here.
///
/// Threads: the session's.
class Conversation final : private Peer::Listener, private Reception::Listener {
 public:
  struct Parts {
    GstBin* bin;
    Roster& roster;
    Outgoing& outgoing;
    Incoming& incoming;
    Statistics& statistics;
    EventQueue& events;
  };

  /// `room_is_closed`: by its owner, as the server confirms.
  Conversation(Parts parts, PeerSettings peer, Poster post, std::function<void()> room_is_closed);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation();

  /// Messages go out there from now on. `max_participants` in it: others, besides us.
  void use(room::RoomClient& client, const room::RoomOptions& options);
  /// Entered the room, for the first time or again.
  void joined();
  /// The server, for the time being. Connections go on.
  void lost();

  void receive(const room::MessageHead& head, const protocol::Message& message);
  /// The server's word.
  void participant_is_gone(const std::string& user_id);
  void extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra);
  /// The room is said to be closed, by whomever: leads to `room_is_closed` if the server confirms it within seconds.
  void ask_whether_closed();

  /// Asks somebody, in our room or not, to be connected with us.
  void call(const std::string& user_id);

  /// Its connection ends.
  void forget(const std::string& user_id);
  /// All connections end, together and on other threads; those in the room are told of nothing.
  void end_all();
  /// One that is no participant's: as end_all(), and waited for likewise.
  void end(std::unique_ptr<Peer> peer) { Peer::end(std::move(peer), ending_); }
  /// False if some have not ended by then. They do so by themselves.
  [[nodiscard]] bool wait_for_ends(std::chrono::milliseconds limit) { return ending_.wait_for(limit); }
  /// All connections end, each with the events that tell so.
  void forget_all();

  /// A track learned its codecs: it can be offered, and those who wait for it can be answered.
  void tracks_changed();
  void remove_track(const send::Track& track);
  void tell_everyone(const std::vector<protocol::StreamSync>& syncs);
  void want_media();
  void send_data(const std::optional<std::string>& user_id);
  void resume();
  /// This machine has other addresses: connections that do not work any more are made anew.
  void network_changed();
  /// An element inside a participant's webrtcbin cannot go on.
  void webrtcbin_failed(const GstElement* webrtcbin, const std::string& reason);

 private:
  // Peer::Listener
  void on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) override;
  void on_local_candidate(Peer& peer, protocol::IceCandidate candidate) override;
  void on_connected(Peer& peer) override;
  void on_stream_added(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_stream_removed(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_media(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_data(Peer& peer, DataEvent event) override;
  void on_track_taken(Peer& peer, const send::Track& track) override;
  void on_track_refused(Peer& peer, const OutgoingTrack& track) override;
  void on_track_reduced(Peer& peer, const OutgoingTrack& track) override;
  void on_quality_changed(Peer& peer, const OutgoingTrack& track, const SentQuality& quality,
                          QualityReason reason) override;
  void on_restart_needed(Peer& peer) override;
  void on_offer_wanted(Peer& peer) override;
  void on_failed(Peer& peer, const std::string& reason) override;

  // Reception::Listener
  void on_turn(const std::string& user_id) override;
  void on_place(const std::string& user_id, Roster::Newcomer newcomer) override;
  void on_refused(const std::string& user_id, const std::string& why) override { refuse(user_id, why); }

  /// What the door is to know of whoever sends.
  [[nodiscard]] admission::Sender sender_of(const std::string& user_id) const;
  /// Those whose connections are up.
  [[nodiscard]] std::vector<std::string> connected() const;
  /// When something came over the connection with it, if that is up.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> last_heard(const std::string& user_id) const;
  /// What can be sent to it.
  [[nodiscard]] std::vector<OutgoingTrack> tracks_for(const std::string& user_id) const;
  void pass_on(const std::string& sender, const protocol::Message& message);
  void pass_on(const std::string& sender, const protocol::SessionDescription& description);
  void pass_on(const std::string& sender, const protocol::IceCandidate& candidate);
  /// By us, or by somebody whom we are connected with or about to be.
  [[nodiscard]] bool is_taken(const std::string& user_id) const;
  void rename(const std::string& sender, const protocol::UserIdChanged& change);
  void rename(const protocol::UserIdChanged& change);
  /// The application has seen the webrtcbin.
  void begin(const std::string& user_id, const GstElement* webrtcbin);
  /// Ends its connection, if it has one, and says so.
  void remove(const std::string& user_id);
  /// remove(), and nothing of it is remembered.
  void drop(const std::string& user_id);
  /// Somebody whose connection failed.
  void ask_back(const std::string& user_id, const std::string& invitation);
  /// Its connection, if it has one, does not work any more.
  void connection_failed(const std::string& user_id, const std::string& reason);
  /// The connection there is works for both.
  void keep(const std::string& user_id, bool is_greeted);
  /// Whom the server takes for gone, and who has nothing more to say.
  void fell_silent(const std::string& user_id);
  void refuse(const std::string& user_id, const std::string& why);

  const Parts parts_;
  const PeerSettings peer_settings_;
  const Poster post_;
  room::RoomClient* client_ = nullptr;
  bool accepts_calls_ = false;
  bool has_password_ = false;
  Reception reception_;
  Calls calls_;
  ClosureCheck closure_;
  unsigned entry_ = 0;
  glib::TaskGroup ending_;
  bool wanting_ = false;  // want_media() will run
  Breakages breakages_;
  Survivors survivors_;
  Doubts doubts_;
  Returns returns_;
  Recalls recalls_;
  Refusals refusals_;
  LogLimiter log_limiter_;
};

}  // namespace rtcmc
