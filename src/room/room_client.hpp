// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glib/ref.hpp"
#include "glib/timer.hpp"
#include "log/log_limiter.hpp"
#include "protocol/messages.hpp"
#include "protocol/queries.hpp"
#include "room/entry.hpp"
#include "room/registration.hpp"
#include "room/room_error.hpp"
#include "room/room_options.hpp"
#include "room/voices.hpp"
#include "socketio/client.hpp"

namespace rtcmc::room {

/// Of a message that came: who says that it is from whom, and how it came. None of it is proof of anything.
struct MessageHead {
  std::string sender;
  glib::Ref<JsonObject> extra;     // the sender's; null if the message came without
  bool came_through_room = false;  // see protocol::Envelope
};

/// Enters a room as RTCMultiConnection.js does (check-presence, open-room or join-room, participation request), stays
/// in it (enters again after a lost connection), and carries the messages between participants as typed values.
///
/// What prevents it is tried again, if waiting can help: after the room was entered once for ever, before that as often
/// as RoomOptions::retries says.
///
/// Threads: as socketio::Client. The Listener may call any method and may destroy the client.
class RoomClient final : private socketio::Client::Listener, private Entry::Listener {
 public:
  class Listener {
   public:
    /// `created`: the room was not there and is ours. Also called on each re-entry after a lost connection.
    virtual void on_joined(bool created) = 0;
    /// The room was there already, but nobody in it has said anything since we have come in.
    virtual void on_unanswered() = 0;
    /// The room cannot be entered and nothing more will be tried.
    virtual void on_failed(const RoomError& error) = 0;
    /// The connection was lost or an attempt failed; the next one is made by itself.
    virtual void on_connection_lost(const RoomError& error, std::chrono::milliseconds retry_in) = 0;
    /// A taken userid was replaced.
    virtual void on_user_id_changed(const std::string& old_id, const std::string& new_id) = 0;
    virtual void on_message(const MessageHead& head, protocol::Message message) = 0;
    /// The server says that this participant's socket is gone. May come more than once, and for a participant never
    /// heard of. What is known of how to speak to it is kept until forget().
    virtual void on_user_disconnected(const std::string& user_id) = 0;
    virtual void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) = 0;
    virtual void on_became_owner() = 0;
    /// An event of the server says that the owner closed the room for everyone. Any client can make the Node server
    /// send it: ask_whether_room_exists() tells.
    virtual void on_room_said_to_be_closed() = 0;

   protected:
    ~Listener() = default;
  };

  RoomClient(RoomOptions options, Listener& listener);
  RoomClient(const RoomClient&) = delete;
  RoomClient& operator=(const RoomClient&) = delete;
  ~RoomClient();

  void enter();

  /// Tells `participants` that we leave (userLeft), then closes the connection; `done` is called once that has been
  /// written or after `timeout`. No Listener call follows.
  void leave(const std::vector<std::string>& participants, std::chrono::milliseconds timeout,
             std::function<void()> done);

  /// The same for everybody: they are told to leave too, and the server to end the room, which it does if we own it.
  void close_room(const std::vector<std::string>& participants, std::chrono::milliseconds timeout,
                  std::function<void()> done);

  [[nodiscard]] const std::string& user_id() const { return options_.user_id; }
  [[nodiscard]] bool in_room() const { return in_room_; }
  /// What our latest participation request invited with. Empty: there was none since we entered.
  [[nodiscard]] const std::string& invitation() const { return invitation_; }

  /// Asks one who was in the room, and may be out of it, to be connected with us, as everybody in the room is asked by
  /// entering it: its answer has to bring `invitation` back.
  void ask_back(const std::string& remote_user_id, const std::string& invitation) {
    request_participation(remote_user_id, invitation, false);
  }
  /// Of one whom we are connected with: has the server know so, and nothing else, unless there is no connection for the
  /// other side any more.
  void greet(const std::string& remote_user_id);
  /// The same of anybody on the server. Returns what its answer has to bring back as invitation.
  [[nodiscard]] std::string call(const std::string& remote_user_id);
  /// After an entry under another userid than before: who was there goes by it, and our connection before that, which
  /// the server does not know to be gone, says goodbye to them.
  void end_ghost(const std::vector<std::string>& participants);
  /// It is not spoken to any more.
  void forget(const std::string& user_id) { voices_.forget(user_id); }
  /// Dropped with a log line while there is no connection.
  void send(const std::string& remote_user_id, const protocol::SessionDescription& description);
  void send(const std::string& remote_user_id, const protocol::IceCandidate& candidate);
  void send(const std::string& remote_user_id, const protocol::StreamSync& sync);
  void send(const std::string& remote_user_id, const protocol::OfferRequest& request);

  /// Tells everyone. `extra` may be null.
  void set_extra(glib::Ref<JsonObject> extra);
  /// The server ends our acquaintance with this participant, and tells both of us.
  void disconnect_with(const std::string& user_id);

  /// Questions to the server: the callback is destroyed without having been called if no answer comes.
  void find_presence(const std::string& room_id, std::function<void(const protocol::Presence&)> callback);
  /// Whether the server still has the room that we are in.
  void ask_whether_room_exists(std::function<void(bool)> callback);
  /// Whether the server knows a user of this id.
  void find_user(const std::string& user_id, std::function<void(bool)> callback);
  void find_public_rooms(const std::string& identifier,
                         std::function<void(const std::vector<protocol::PublicRoom>&)> callback);
  /// Only the owner may: the callback gets the server's objection, if it has one.
  void set_password(const std::string& password, std::function<void(const std::optional<std::string>&)> callback);

 private:
  using Arguments = glib::Ref<JsonArray>;

  // socketio::Client::Listener
  void on_connected() override;
  void on_disconnected(const socketio::ConnectError& error, std::optional<std::chrono::milliseconds> retry_in) override;
  void on_event(std::string_view name, JsonArray* arguments) override;

  // Entry::Listener
  void on_entered(bool created) override;
  void on_refused(const RoomError& error) override { fail(error); }
  void on_hindered(const RoomError& error) override { try_again_after(error); }
  void on_user_id_needed(const std::string& user_id) override { go_by(user_id); }
  void on_broadcast_ended() override { listener_.on_room_said_to_be_closed(); }

  void on_relayed(std::string_view event, JsonNode* node);
  /// Whether it is a message to participants, and not somebody's custom event. Learns the name of who asks to take
  /// part.
  [[nodiscard]] bool understands(std::string_view event, const protocol::Envelope& envelope,
                                 const protocol::Message& message);
  void introduce(const std::string& user_id, std::function<void()> done);
  void on_user_id_taken();
  /// Goes by the userid that we were given, if it is free again.
  void take_wanted_user_id();
  void go_by(std::string user_id);
  void request_participation(const std::string& remote_user_id, const std::string& invitation, bool spares_connections);
  void say_goodbye(const std::vector<std::string>& participants, bool closes_room);
  /// A question that our being in the room does not depend on.
  void query(const char* event, const std::string& argument, std::function<void(const Arguments&)> next);
  void fail(const RoomError& error);
  /// Counts one more attempt.
  [[nodiscard]] bool may_try_again();
  void try_again_after(const RoomError& error);
  [[nodiscard]] socketio::ClientOptions client_options(UrlQuery query) const;
  void relay(std::string_view remote_user_id, glib::Ref<JsonNode> message);
  void drop(const std::string& sender, const std::string& fault);

  RoomOptions options_;
  Listener& listener_;
  std::unique_ptr<socketio::Client> client_;
  Voices voices_;
  Entry entry_;
  glib::Timer retry_;
  glib::Timer answer_due_;
  LogLimiter log_limiter_;
  std::uint32_t retries_ = 0;
  bool is_user_id_given_ = false;
  std::string wanted_user_id_;  // that somebody else has, such as our ghost; empty: nobody
  glib::Timer until_asked_for_user_id_;
  std::string ghost_;  // userid of our connection before this one, if the server has it still
  std::string invitation_;
  bool in_room_ = false;
  bool was_in_room_ = false;  // before the entry that there is or is to be
  bool is_owner_ = false;
};

}  // namespace rtcmc::room
