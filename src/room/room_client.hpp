// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glib/ref.hpp"
#include "protocol/messages.hpp"
#include "socketio/client.hpp"

namespace rtcmc::room {

enum class Action { OpenOrJoin, Open, Join };

struct RoomOptions {
  std::string socket_url;
  std::string room_id;
  Action action = Action::OpenOrJoin;
  protocol::Session session;
  std::string user_id;          // empty: random
  glib::Ref<JsonObject> extra;  // may be null
  std::string password;
  std::string public_identifier;
  std::uint32_t max_participants = 1000;
  bool auto_close_session = false;
  std::optional<std::string> tls_ca_file;
  bool tls_insecure = false;
};

/// Why we are not in the room. `text` is a sentence for a person that says what to do; `detail` is for a log.
struct RoomError {
  enum class Kind {
    InvalidUrl,
    Unreachable,
    Tls,
    NotSocketIo,
    Refused,
    WrongPassword,
    RoomFull,
    RoomExists,
    RoomAbsent,
    NoAnswer
  };
  Kind kind;
  std::string text;
  std::string detail;
};

/// Enters a room as RTCMultiConnection.js does (check-presence, open-room or join-room, participation request), stays
/// in it (enters again after a lost connection), and carries the messages between participants as typed values.
///
/// Threads: as socketio::Client. The Listener may call any method, but not destroy the client.
class RoomClient {
 public:
  class Listener {
   public:
    /// `created`: the room was not there and is ours. Also called on each re-entry after a lost connection.
    virtual void on_joined(bool created) = 0;
    /// The room cannot be entered and nothing more will be tried.
    virtual void on_failed(const RoomError& error) = 0;
    /// The connection was lost or an attempt failed; the next one is made by itself.
    virtual void on_connection_lost(const RoomError& error, std::chrono::milliseconds retry_in) = 0;
    /// A taken userid was replaced.
    virtual void on_user_id_changed(const std::string& old_id, const std::string& new_id) = 0;
    virtual void on_message(const std::string& sender, const glib::Ref<JsonObject>& extra,
                            protocol::Message message) = 0;
    /// The server says that this participant is gone. May come more than once, and for a participant never heard of.
    virtual void on_user_disconnected(const std::string& user_id) = 0;
    virtual void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) = 0;
    virtual void on_became_owner() = 0;
    /// The owner closed the room for everyone.
    virtual void on_room_closed() = 0;

   protected:
    ~Listener() = default;
  };

  RoomClient(RoomOptions options, Listener& listener);
  ~RoomClient();
  RoomClient(const RoomClient&) = delete;
  RoomClient& operator=(const RoomClient&) = delete;

  void enter();

  /// Tells `participants` that we leave (userLeft), then closes the connection; `done` is called once that has been
  /// written or after `timeout`. No Listener call follows.
  void leave(const std::vector<std::string>& participants, std::chrono::milliseconds timeout,
             std::function<void()> done);

  [[nodiscard]] const std::string& user_id() const;
  [[nodiscard]] bool in_room() const;

  /// Dropped with a log line while there is no connection.
  void send(const std::string& remote_user_id, const protocol::SessionDescription& description);
  void send(const std::string& remote_user_id, const protocol::IceCandidate& candidate);
  void send(const std::string& remote_user_id, const protocol::EnableMedia& request);
  void send(const std::string& remote_user_id, const protocol::ReadyForOffer& reply);
  void send(const std::string& remote_user_id, const protocol::UserLeft& goodbye);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rtcmc::room
