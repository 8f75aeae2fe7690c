// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "glib/timer.hpp"
#include "publish/publisher.hpp"
#include "session/event_queue.hpp"
#include "session/outgoing.hpp"
#include "session/roster.hpp"

namespace rtcmc {

/// Has what we send follow what the participants' networks carry: first each connection, that with a media server too,
/// divides that among its streams, then each track decides how it is encoded.
///
/// Threads: the session's.
class Adaptation {
 public:
  Adaptation(const Roster& roster, const Outgoing& outgoing, Publisher& publisher, EventQueue& events)
      : roster_(roster), outgoing_(outgoing), publisher_(publisher), events_(events) {}

  void start();
  void stop() { timer_.cancel(); }

 private:
  void adapt();

  const Roster& roster_;
  const Outgoing& outgoing_;
  Publisher& publisher_;
  EventQueue& events_;
  glib::Timer timer_;
};

}  // namespace rtcmc
