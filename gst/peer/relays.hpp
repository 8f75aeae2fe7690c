// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <vector>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"

namespace rtcmc {

/// What a webrtcbin's ICE holds at TURN servers, which keep each allocation for ten minutes unless they are told that
/// nobody needs it any more. Before 1.28, webrtcbin does not tell them.
///
/// Threads: made before ICE gathers candidates; give_back() and destruction on any but webrtcbin's own, which they wait
/// for.
class Relays {
 public:
  /// `has_servers`: some are on their way at times, as long as ICE gathers candidates. Null if ICE is not libnice's.
  [[nodiscard]] static std::shared_ptr<Relays> watch(GstElement* webrtcbin, bool has_servers);
  Relays(const Relays&) = delete;
  Relays& operator=(const Relays&) = delete;
  ~Relays() = default;

  /// After the webrtcbin's way to NULL. Waits for the servers' answers, not for long.
  void give_back();

 private:
  struct Gathering;

  Relays(glib::Ref<GObject> ice, glib::Ref<GObject> agent, bool has_servers);
  /// Packets are read, and dropped, by whoever iterates the context.
  void read_in(GMainContext* context) const;

  const glib::Ref<GObject> ice_;  // its thread is the agent's, and ends with it
  const glib::Ref<GObject> agent_;
  const bool has_servers_;
  const std::shared_ptr<Gathering> gathering_;
  std::vector<glib::SignalConnection> connections_;
};

}  // namespace rtcmc
