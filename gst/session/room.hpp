// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "glib/timer.hpp"
#include "glib/worker_thread.hpp"
#include "limit/quota.hpp"
#include "log/log_limiter.hpp"
#include "peer/peer.hpp"
#include "receive/reception.hpp"
#include "room/room_client.hpp"
#include "stats/round.hpp"

namespace rtcmc {

struct RoomSettings {
  room::RoomOptions options;
  PeerSettings peer;
  bool auto_receive = false;
  bool keeps_pads = false;  // of auto_receive: one for each kind of media, which stays and takes one stream at a time
  bool session_is_implied = true;  // by the tracks there are: none is without a place in it
};

/// Our stays in rooms, one at a time, from the element's start to its stop: joins the signaling events of a RoomClient
/// and the Peers.
///
/// Threads: one worker thread does everything; the Observer is called there. start(), stop() and the other public
/// methods may be called on any thread, and post to it. stop() waits for it, unless called there: the Observer may stop
/// and destroy the Room from any of its methods but on_webrtcbin_ready().
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
    /// The participant sends us a track, or no longer does.
    virtual void on_stream_added(const receive::RemoteStream& stream) = 0;
    virtual void on_stream_removed(const receive::RemoteStream& stream) = 0;
    /// With auto_receive: streams came or went, or passed from one slot to another. What there is now.
    virtual void on_streams_changed(const glib::Ref<GstStreamCollection>& streams) = 0;
    /// What select_streams() led to: which of all the streams pass in the slots now.
    virtual void on_streams_selected(const glib::Ref<GstStreamCollection>& all,
                                     const std::vector<glib::Ref<GstStream>>& passing, guint32 seqnum) = 0;
    /// With auto_receive: the media of a stream is there that no slot has. Makes one for it.
    virtual std::shared_ptr<receive::Slot> expose(const receive::RemoteStream& stream) = 0;
    /// Unless keeps_pads: the stream in that slot is over. False if the slot is not one that expose() has made.
    virtual bool withdraw(const receive::Slot& slot) = 0;
    virtual void on_data(const std::string& user_id, const DataEvent& event) = 0;
    virtual void on_participant_renamed(const std::string& old_id, const std::string& new_id) = 0;
    /// It muted or unmuted one of its streams.
    virtual void on_stream_muted(const std::string& user_id, const protocol::StreamSync& sync) = 0;

   protected:
    ~Observer() = default;
  };

  Room(GstBin* bin, RoomSettings settings, std::vector<OutgoingTrack> tracks,
       std::vector<std::shared_ptr<receive::Slot>> slots, Observer& observer);
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room();

  void start();
  /// Enters as at the start, after having left the room that we are in.
  void enter(room::RoomOptions options);
  /// Says goodbye to everyone and ends all connections; `done` runs on the worker thread.
  void leave(std::function<void()> done);
  /// leave(), with which the room ends for everybody.
  void close(std::function<void()> done);
  /// leave(), waited for; no Observer call follows. Bounded to under a second.
  void stop();
  /// An element inside a participant's webrtcbin cannot go on.
  void webrtcbin_failed(GstElement* webrtcbin, const std::string& reason);
  /// A track learned its codecs: it can be offered, and those who wait for it can be answered.
  void tracks_changed();
  /// The pipeline's, as of its LATENCY event.
  void set_latency(GstClockTime latency);
  /// The element plays again after a pause.
  void resume();
  void add_track(OutgoingTrack track);
  void remove_track(std::shared_ptr<send::Track> track);
  void add_slot(std::shared_ptr<receive::Slot> slot);
  /// Lets those with these ids pass; `seqnum` comes back to the Observer.
  void select_streams(std::vector<std::string> ids, guint32 seqnum);
  using StatsReply = std::function<void(const std::shared_ptr<const stats::Snapshot>&)>;
  /// The reply comes on the worker thread, within a second, unless the Room ends before.
  void get_stats(StatsReply reply);
  /// The slot is closed; it is destroyed once nothing leads to it any more.
  void remove_slot(std::shared_ptr<receive::Slot> slot);

  enum class Sent { Taken, NobodyThere, Full };
  /// Over the data channel, as soon as that is open. Without `user_id`, to everyone: taken if one takes it.
  [[nodiscard]] Sent send(const std::optional<std::string>& user_id, const OutgoingData& data);

  struct TrackChange {
    std::shared_ptr<send::Track> track;
    bool is_muted;
    bool takes_navigation;
  };
  /// Tells everyone, now and when they come.
  void change_tracks(std::vector<TrackChange> changes);
  void set_extra(glib::Ref<JsonObject> extra);
  void disconnect_with(std::string user_id);
  /// The callbacks run on the worker thread, or are destroyed without having run if no answer comes.
  void find_presence(std::string room_id, std::function<void(const protocol::Presence&)> callback);
  void find_public_rooms(std::string identifier,
                         std::function<void(const std::vector<protocol::PublicRoom>&)> callback);
  /// The callback gets the server's objection, if it has one.
  void set_password(std::string password, std::function<void(const std::optional<std::string>&)> callback);

 private:
  /// Somebody to be connected with as soon as tracks_ready().
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
  void on_stream_added(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_stream_removed(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_media(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_data(Peer& peer, DataEvent event) override;
  void on_track_taken(Peer& peer, const send::Track& track) override;
  void on_restart_needed(Peer& peer) override;
  void on_offer_wanted(Peer& peer) override;
  void on_failed(Peer& peer, const std::string& reason) override;

  void handle(const std::string& sender, const protocol::ParticipationRequest& request);
  void handle(const std::string& sender, const protocol::EnableMedia& request);
  void handle(const std::string& sender, const protocol::ReadyForOffer& reply);
  void handle(const std::string& sender, const protocol::SessionDescription& description);
  void handle(const std::string& sender, const protocol::IceCandidate& candidate);
  void handle(const std::string& sender, const protocol::UserLeft& goodbye);
  void handle(const std::string& sender, const protocol::DropPeerConnection& request);
  void handle(const std::string& sender, const protocol::StreamSync& sync);
  void handle(const std::string& sender, const protocol::UserIdChanged& change);
  void handle(const std::string& sender, const protocol::Ignored& message);
  void handle_offer(const std::string& sender, const protocol::SessionDescription& offer);

  /// Calls the Observer. False if that destroyed this Room.
  template <typename Call>
  [[nodiscard]] bool tell(Call call) {
    const std::weak_ptr<char> alive = alive_;
    call(observer_);
    return !alive.expired();
  }
  /// Its slot is free again, or gone.
  void release(const std::shared_ptr<receive::RemoteStream>& stream);
  /// False if that destroyed this Room.
  [[nodiscard]] bool publish_streams();
  [[nodiscard]] WantedMedia wanted_from(const std::string& user_id) const;
  /// Slots have come, gone, or got a stream: asks participants for media that has a place now, and no longer for media
  /// that has none.
  void want_media();
  enum class Farewell { Leave, CloseRoom };
  /// `done` runs once the server knows; at once if we are out already.
  void depart(Farewell farewell, std::function<void()> done);
  /// Enters the room that next_ says, unless we are still on our way out of one.
  void enter_next();
  /// Which of these are muted, and which take navigation.
  void tell_syncs(const std::string& user_id, const std::vector<OutgoingTrack>& tracks);
  /// `offer` is absent if we are to make one.
  void connect_with(const std::string& user_id, std::optional<std::string> offer);
  void serve_waiting();
  /// Somebody whose connection failed speaks as if it had not, and knows no better way to ask. False if it is not so.
  [[nodiscard]] bool try_again_with(const std::string& user_id);
  void set_outbox(const std::string& user_id, std::shared_ptr<Outbox> outbox);
  /// Ends the connection. False if that destroyed this Room.
  [[nodiscard]] bool remove(const std::string& user_id);
  /// The participant is gone. False if that destroyed this Room.
  [[nodiscard]] bool forget(const std::string& user_id);
  /// All of them, without a word to the Observer.
  void end_connections();
  /// Its webrtcbin cannot go on.
  void end_connection(Peer& peer, const std::string& reason);
  void drop(const std::string& sender, const char* what, const char* why);
  /// Those that can be offered.
  [[nodiscard]] std::vector<OutgoingTrack> known_tracks() const;
  [[nodiscard]] bool tracks_ready() const;
  /// The tracks that the room's session has a place for.
  [[nodiscard]] std::vector<OutgoingTrack> outgoing_tracks() const;
  [[nodiscard]] bool is_full_for(const std::string& user_id) const;
  [[nodiscard]] protocol::StreamsToShare streams_to_share() const;
  [[nodiscard]] std::vector<std::string> user_ids() const;
  [[nodiscard]] Peer* find(const std::string& user_id);
  [[nodiscard]] glib::Ref<JsonObject> extra_of(const std::string& user_id) const;
  void begin_stats_round();
  [[nodiscard]] unsigned running_encoders() const;
  void report_failure();

  GstBin* const bin_;
  Observer& observer_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();

  // Only used on the worker thread.
  RoomSettings settings_;
  std::vector<OutgoingTrack> tracks_;
  receive::Reception reception_;
  std::unique_ptr<room::RoomClient> client_;
  std::map<std::string, Participant> participants_;
  std::map<std::string, Waiting> waiting_;
  std::set<std::string> given_up_;  // whose connections failed, and who have said nothing since
  std::map<std::string, glib::Ref<JsonObject>> extras_;
  stats::Round stats_round_;
  std::vector<StatsReply> stats_replies_;
  GstClockTime latency_ = 0;
  LogLimiter log_limiter_;
  Quota connections_;  // that a participant may have made anew
  unsigned entry_ = 0;
  bool is_owner_ = false;
  bool left_ = false;                             // or on our way out
  std::vector<std::function<void()>> departing_;  // to be called when we are out; empty: we are, or stay
  std::optional<room::RoomOptions> next_;         // where to go from there
  guint32 selection_ = GST_SEQNUM_INVALID;        // the latest one's
  bool has_played_ = false;
  std::optional<room::RoomError> failure_;  // not yet reported
  glib::Timer until_reported_;
  bool wanting_ = false;  // want_media() will run
  std::chrono::steady_clock::time_point asked_to_participate_;

  std::mutex outboxes_mutex_;
  std::map<std::string, std::shared_ptr<Outbox>> outboxes_;  // of the participants; any thread

  std::unique_ptr<glib::WorkerThread> worker_;
};

}  // namespace rtcmc
