// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <utility>

#include "glib/timer.hpp"
#include "room/room_client.hpp"

namespace rtcmc {

/// Anybody can say that the room is closed; the server knows. It is asked for some seconds, since the owner's goodbye
/// may come before the room has ended.
///
/// Threads: the session's.
class ClosureCheck {
 public:
  ClosureCheck(GstBin* bin, std::function<void()> room_is_closed)
      : bin_(bin), room_is_closed_(std::move(room_is_closed)) {}

  /// Leads to `room_is_closed` if the server confirms it.
  void begin(room::RoomClient& client);
  void cancel() { next_question_.cancel(); }

 private:
  void ask(room::RoomClient& client, unsigned questions_left);
  void answered(room::RoomClient& client, bool room_exists, unsigned questions_left);

  GstBin* const bin_;
  const std::function<void()> room_is_closed_;
  glib::Timer next_question_;
};

}  // namespace rtcmc
