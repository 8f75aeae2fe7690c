// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/navigator.hpp"
#include "element/announcer.hpp"
#include "element/inputs.hpp"
#include "element/outputs.hpp"
#include "server/embedded_server.hpp"
#include "session/event.hpp"

namespace rtcmc {

enum class State { Idle, Connecting, Joined, Reconnecting, Left };

/// Reads a session's events: keeps what the element's read-only properties say, and tells the application.
///
/// Threads: begin() and end() where the element starts and stops; read() on the session's thread for events, which may
/// still be in it when end() returns: what it then has to say is of no interest any more, and is not said. The rest on
/// any. `mutex_` protects all data below it; it is never held while anything is told.
class News {
 public:
  News(GstElement* element, const Announcer& announcer, Navigator& navigator, Inputs& inputs, Outputs& outputs)
      : element_(element), announcer_(announcer), navigator_(navigator), inputs_(inputs), outputs_(outputs) {}

  /// `server`: the one that we brought along; may be null.
  void begin(const Session* session, std::shared_ptr<EmbeddedServer> server);
  void read(const Session* session, Event event);
  void end();

  [[nodiscard]] State state() const;
  [[nodiscard]] bool is_initiator() const;
  /// Empty: we never had one.
  [[nodiscard]] std::string user_id() const;
  [[nodiscard]] std::vector<std::string> participants() const;

 private:
  /// One event of the session that is on now.
  class Reading;

  GstElement* const element_;
  const Announcer& announcer_;
  Navigator& navigator_;
  Inputs& inputs_;
  Outputs& outputs_;

  mutable std::mutex mutex_;
  const Session* session_ = nullptr;  // only as a key
  std::shared_ptr<EmbeddedServer> server_;
  State state_ = State::Idle;
  bool is_initiator_ = false;
  bool joining_ = false;  // a PROGRESS start has not been completed yet
  std::string user_id_;
  std::vector<std::string> participants_;
};

}  // namespace rtcmc
