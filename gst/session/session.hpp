// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glib/timer.hpp"
#include "glib/worker_thread.hpp"
#include "peer/peer.hpp"
#include "publish/publisher.hpp"
#include "room/room_client.hpp"
#include "session/adaptation.hpp"
#include "session/conversation.hpp"
#include "session/event_queue.hpp"
#include "session/incoming.hpp"
#include "session/outgoing.hpp"
#include "session/roster.hpp"
#include "session/statistics.hpp"
#include "socketio/network_watch.hpp"

namespace rtcmc {

struct SessionSettings {
  room::RoomOptions room;
  PeerSettings peer;
  PublishSettings publish = {};
  IncomingSettings incoming;
  bool session_is_implied = true;  // by the tracks there are: none is without a place in it
};

/// Our stays in rooms, one at a time, from the element's start to its stop: entry, farewell, and what to do when the
/// server is lost. It owns all that there is of a stay, and the room that we are in.
///
/// Threads: one worker thread does everything. The public methods may be called on any thread, and post to it. Nothing
/// of the application's runs there, but for the handlers of encoder-setup and payloader-setup: the rest reads events.
class Session final : public std::enable_shared_from_this<Session>, private room::RoomClient::Listener {
 public:
  /// `read` gets the events, on a thread of their own.
  Session(GstBin* bin, SessionSettings settings, EventQueue::Reader read);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// After stop().
  ~Session();

  void start();
  /// Enters as at the start, after having left the room that we are in.
  void enter(room::RoomOptions options);
  /// Says goodbye to everyone and ends all connections. `is_end`: since all input has ended.
  void leave(bool is_end = false);
  /// leave(), with which the room ends for everybody.
  void close();
  /// leave(), waited for, but not for a second: what has not ended then ends by itself. No event is read any more, but
  /// for one whose handler does not return in that time, or is it that calls.
  void stop();

  void webrtcbin_failed(GstElement* webrtcbin, const std::string& reason);
  /// A track learned its codecs.
  void tracks_changed();
  /// The pipeline's, as of its LATENCY event.
  /// The element plays again after a pause.
  void resume();
  /// So many are there of which nobody knows yet whether they are sound or picture: add_track() comes when that is
  /// known.
  void expect_tracks(std::size_t count);
  void add_track(OutgoingTrack track);
  void remove_track(std::shared_ptr<send::Track> track);
  /// Tells everyone, now and when they come.
  void change_tracks(std::vector<TrackChange> changes);
  void add_slot(std::shared_ptr<receive::Slot> slot);
  /// The slot is closed; it is destroyed once nothing leads to it any more.
  void remove_slot(std::shared_ptr<receive::Slot> slot);
  /// Lets those with these ids pass; `seqnum` comes back in an event.
  void select_streams(std::vector<std::string> ids, guint32 seqnum);
  /// The reply comes on the worker thread, within a second, unless the Session ends before.
  void get_stats(Statistics::Reply reply);
  /// Over the data channel, as soon as that is open. Without `user_id`, to everyone: taken if one takes it.
  [[nodiscard]] Roster::Sent send(const std::optional<std::string>& user_id, const OutgoingData& data);
  [[nodiscard]] bool has_data_channels() const { return has_data_channels_; }

  void set_extra(glib::Ref<JsonObject> extra);
  void disconnect_with(std::string user_id);
  void call(std::string user_id);
  /// The callbacks run on the worker thread, or are destroyed without having run if no answer comes.
  void find_presence(std::string room_id, std::function<void(const protocol::Presence&)> callback);
  void find_public_rooms(std::string identifier,
                         std::function<void(const std::vector<protocol::PublicRoom>&)> callback);
  /// The callback gets the server's objection, if it has one.
  void set_password(std::string password, std::function<void(const std::optional<std::string>&)> callback);

 private:
  enum class Farewell { Leave, CloseRoom };
  class Stopping;

  // RoomClient::Listener
  void on_joined(bool created) override;
  void on_unanswered() override;
  void on_failed(const room::RoomError& error) override;
  void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) override;
  void on_user_id_changed(const std::string& old_id, const std::string& new_id) override;
  void on_message(const room::MessageHead& head, protocol::Message message) override;
  void on_user_disconnected(const std::string& user_id) override;
  void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) override;
  void on_became_owner() override;
  void on_room_said_to_be_closed() override;

  /// Enters the room that next_ says, unless we are still on our way out of one.
  void enter_next();
  /// `done` runs once the server knows; at once if we are out already.
  void depart(Farewell farewell, std::function<void()> done);
  /// The room's server knows that we are gone, or the one that we publish at.
  void is_out_of_one();
  void is_out();
  void leave_closed_room();
  /// Drops `stopping` when all has ended.
  void end(std::shared_ptr<Stopping> stopping);
  /// After the goodbye.
  void clear();
  void call_now(const std::string& user_id);
  void use_session(bool is_owner);
  void report_failure();

  GstBin* const bin_;
  const bool has_data_channels_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
  EventQueue events_;
  Roster roster_;

  // Only used on the worker thread.
  room::RoomOptions options_;  // of the room that we are in, or were in last
  const bool session_is_implied_;
  bool left_ = false;                             // or on our way out
  std::vector<std::function<void()>> departing_;  // to be called when we are out; empty: we are, or stay
  unsigned still_told_ = 0;                       // servers, that we are on our way out
  std::optional<room::RoomOptions> next_;         // where to go from there
  bool has_played_ = false;
  std::optional<room::RoomError> failure_;  // not yet reported
  glib::Timer until_reported_;

  std::unique_ptr<glib::WorkerThread> worker_;  // its end, and these tasks' end, come first in the destructor
  Outgoing outgoing_;
  Incoming incoming_;
  Publisher publisher_;
  Statistics statistics_;
  Adaptation adaptation_;
  Conversation conversation_;
  std::unique_ptr<room::RoomClient> client_;
  std::unique_ptr<socketio::NetworkWatch> network_;
};

}  // namespace rtcmc
