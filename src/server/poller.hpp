// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <cstdint>
#include <span>
#include <vector>

#include "glib/timer.hpp"

struct epoll_event;

namespace rtcmc::server {

/// Watches many sockets as one source of the main context: with a GSource for each, every turn of the main loop would
/// cost as much as there are sockets. Lives on the thread-default main context of its construction.
class Poller {
 public:
  class Handler {
   public:
    /// What is ready, as EPOLL… bits; 0 if it was asked for by call_soon(). May destroy handlers, this one included.
    virtual void on_ready(std::uint32_t events) = 0;

   protected:
    ~Handler() = default;
  };

  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  /// One handler at most for a descriptor. `events`: EPOLL… bits, level-triggered.
  void add(int fd, Handler& handler, std::uint32_t events);
  void change(int fd, Handler& handler, std::uint32_t events);
  /// Before the descriptor is closed.
  void remove(int fd, Handler& handler);
  /// No call follows. To be called before a handler is destroyed.
  void forget(Handler& handler);

  /// Calls the handler once all that is ready now has been handled.
  void call_soon(Handler& handler);

 private:
  void dispatch();
  void call_pending();

  int epoll_;
  GSource* source_;
  std::span<epoll_event> batch_;  // what is being handled
  bool dispatching_ = false;
  std::vector<Handler*> soon_, running_;
  glib::Timer timer_;
};

}  // namespace rtcmc::server
