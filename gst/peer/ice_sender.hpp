// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"
#include "peer/datagrams.hpp"

namespace rtcmc {

/// Where the datagrams of a component leave that ICE has connected. Where it has found a direct way over UDP, straight
/// to the socket: equal ones go through the kernel in one piece, where libnice has each take the whole way. What goes
/// through a relay or over TCP, or is not taken by the socket, is libnice's.
///
/// Threads: send_straight() one at a time, the rest any. The agent's signals come on libnice's thread and any that
/// calls into it. `mutex_` protects what they bring, and is not held while libnice is called.
class IceSender {
 public:
  /// For the component of a nicesink, before it is connected. Null if there is none.
  [[nodiscard]] static std::shared_ptr<IceSender> make(GstElement* nicesink);
  IceSender(const IceSender&) = delete;
  IceSender& operator=(const IceSender&) = delete;

  /// Whether there is a direct way now.
  [[nodiscard]] bool is_straight() const { return way() != nullptr; }
  /// How many of them, from the first on, the socket takes. What is left is for send_by_libnice().
  [[nodiscard]] std::size_t send_straight(std::span<const datagrams::Packet> packets);
  /// What cannot be sent now is lost.
  void send_by_libnice(std::span<const datagrams::Packet> packets) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Way;

  IceSender() = default;
  void listen(const std::weak_ptr<IceSender>& self);
  /// Null: through libnice.
  [[nodiscard]] std::shared_ptr<Way> way() const;
  [[nodiscard]] std::shared_ptr<Way> checked_way();
  /// Null if what is selected is not direct, or not UDP.
  [[nodiscard]] glib::Ref<GSocket> selected_socket() const;

  glib::Ref<GObject> agent_;
  guint stream_ = 0;
  guint component_ = 0;
  Clock::time_point recheck_at_;  // of send_straight()
  mutable std::mutex mutex_;
  std::shared_ptr<Way> way_;  // mutex_
  bool has_consent_ = false;  // mutex_
  glib::SignalConnection selected_;
  glib::SignalConnection state_;
};

}  // namespace rtcmc
