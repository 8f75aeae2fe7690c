// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "glib/ref.hpp"
#include "glib/timer.hpp"
#include "room/room_error.hpp"
#include "room/room_options.hpp"
#include "socketio/client.hpp"

namespace rtcmc::room {

/// The way into a scalable broadcast (`connection.enableScalableBroadcast`): the server says whether there is one, and
/// from whom to get it. Its source goes by the broadcast's id; everybody else is sent to the source, or to a viewer
/// who passes it on, and to another one when that one goes.
///
/// Threads: as socketio::Client.
class BroadcastEntry {
 public:
  /// What comes of it.
  struct Steps {
    std::function<void()> become_source;  // to connect anew, with the broadcast's id as userid
    std::function<void()> serve;          // to open the room, as its source
    std::function<void()> watch;          // to join it; relay() says from whom to get it
    std::function<void()> ended;          // somebody says that it has
    std::function<void(const RoomError&)> failed;
  };

  BroadcastEntry(const RoomOptions& options, Steps steps) : options_(options), steps_(std::move(steps)) {}
  BroadcastEntry(const BroadcastEntry&) = delete;
  BroadcastEntry& operator=(const BroadcastEntry&) = delete;
  ~BroadcastEntry() = default;

  /// The connection is there. `was_in_room`: it is not our first.
  void begin(socketio::Client& client, bool was_in_room);
  /// Nothing that was asked before counts any more.
  void cancel() {
    ++attempt_;
    answer_due_.cancel();
  }
  /// Whether it is a word of the server's on broadcasts. Any client can make the Node server say it.
  [[nodiscard]] bool take(std::string_view event, JsonNode* first);
  /// Whose media we get. Empty: we are the source.
  [[nodiscard]] const std::string& relay() const { return relay_; }

 private:
  void ask(socketio::Client& client, std::function<void(bool exists)> next);
  void join();

  const RoomOptions& options_;
  Steps steps_;
  socketio::Client* client_ = nullptr;
  unsigned attempt_ = 0;
  std::string relay_;
  glib::Timer answer_due_;  // active: the server has been asked for a place
};

}  // namespace rtcmc::room
