// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glib/ref.hpp"
#include "room/broadcast_entry.hpp"
#include "room/room_error.hpp"
#include "room/room_options.hpp"
#include "socketio/client.hpp"

namespace rtcmc::room {

/// The way into a room, on a connection that is there: check-presence, open-room or join-room, whichever
/// RoomOptions::action asks for; for a scalable broadcast what BroadcastEntry asks before.
///
/// Threads: as socketio::Client. The Listener may call any method and may destroy the entry.
class Entry {
 public:
  class Listener {
   public:
    /// `created`: the room was not there and is ours.
    virtual void on_entered(bool created) = 0;
    /// Waiting does not help.
    virtual void on_refused(const RoomError& error) = 0;
    /// Waiting may help.
    virtual void on_hindered(const RoomError& error) = 0;
    /// It takes a new connection under this userid.
    virtual void on_user_id_needed(const std::string& user_id) = 0;
    /// Somebody says so.
    virtual void on_broadcast_ended() = 0;

   protected:
    ~Listener() = default;
  };

  /// `options` are read at each step.
  Entry(const RoomOptions& options, Listener& listener);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() = default;

  /// The connection is there, for the first time or again.
  void begin(socketio::Client& client);
  /// Answers to what was asked before are ignored.
  void cancel();
  /// Changes with each begin() and cancel().
  [[nodiscard]] unsigned attempt() const { return attempt_; }
  /// At any time, on whichever connection.
  [[nodiscard]] bool has_succeeded() const { return has_succeeded_; }
  /// Whether it is an event of the server's that matters here alone.
  [[nodiscard]] bool take(std::string_view event, JsonNode* first) {
    return broadcast_ && broadcast_->take(event, first);
  }
  /// Who is to be asked for media by who has joined. Empty: nobody.
  [[nodiscard]] const std::string& host() const { return broadcast_ ? broadcast_->relay() : options_.room_id; }

 private:
  using Arguments = glib::Ref<JsonArray>;

  [[nodiscard]] std::unique_ptr<BroadcastEntry> broadcast_entry();
  void check_presence();
  void open_room();
  void join_room();
  void on_opened(const Arguments& answer);
  void on_joined(const Arguments& answer);
  void succeed(bool created);
  /// Whether a room that has vanished or appeared between two questions is worth another one.
  [[nodiscard]] bool may_take_detour();
  /// Asks the server and passes its answer on, unless it does not come: then we are hindered.
  void ask(const char* event, const std::vector<glib::Ref<JsonNode>>& arguments,
           std::function<void(const Arguments&)> next);

  const RoomOptions& options_;
  Listener& listener_;
  const std::unique_ptr<BroadcastEntry> broadcast_;  // null: an ordinary room
  socketio::Client* client_ = nullptr;
  unsigned attempt_ = 0;
  unsigned detours_ = 0;
  bool has_succeeded_ = false;
};

}  // namespace rtcmc::room
