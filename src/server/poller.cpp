// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/poller.hpp"

#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace rtcmc::server {

namespace {

constexpr std::size_t kBatch = 256;

void control(int epoll, int operation, int fd, Poller::Handler& handler, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll, operation, fd, &event) != 0) {
    g_warning("epoll_ctl: %s", g_strerror(errno));
  }
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), source_(g_unix_fd_source_new(epoll_, G_IO_IN)) {
  g_source_set_callback(source_, G_SOURCE_FUNC(+[](gint, GIOCondition, gpointer self) -> gboolean {
                          static_cast<Poller*>(self)->dispatch();
                          return G_SOURCE_CONTINUE;
                        }),
                        this, nullptr);
  g_source_attach(source_, g_main_context_get_thread_default());
}

Poller::~Poller() {
  g_source_destroy(source_);
  g_source_unref(source_);
  close(epoll_);
}

void Poller::add(int fd, Handler& handler, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_ADD, fd, handler, events);
}

void Poller::change(int fd, Handler& handler, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_MOD, fd, handler, events);
}

void Poller::remove(int fd, Handler& handler) {
  control(epoll_, EPOLL_CTL_DEL, fd, handler, 0);
  forget(handler);
}

void Poller::forget(Handler& handler) {
  for (epoll_event& event : batch_) {
    if (event.data.ptr == &handler) {
      event.data.ptr = nullptr;
    }
  }
  std::ranges::replace(soon_, &handler, nullptr);
  std::ranges::replace(running_, &handler, nullptr);
}

void Poller::call_soon(Handler& handler) {
  soon_.push_back(&handler);
  if (!dispatching_ && !timer_.active()) {
    timer_.start_once(std::chrono::milliseconds(0), [this] { call_pending(); });
  }
}

void Poller::dispatch() {
  std::array<epoll_event, kBatch> events{};
  const int count = epoll_wait(epoll_, events.data(), kBatch, 0);
  batch_ = std::span(events).first(static_cast<std::size_t>(std::max(count, 0)));
  dispatching_ = true;
  for (const epoll_event& event : batch_) {
    if (auto* handler = static_cast<Handler*>(event.data.ptr)) {
      handler->on_ready(event.events);
    }
  }
  batch_ = {};
  dispatching_ = false;
  call_pending();
}

/// Those that they ask for in turn come next time, so that nobody keeps the main loop.
void Poller::call_pending() {
  running_ = std::exchange(soon_, {});
  // By reference: a handler may forget another one, whose entry is null then.
  for (Handler* const& handler : running_) {
    if (handler) {
      handler->on_ready(0);
    }
  }
  running_.clear();
}

}  // namespace rtcmc::server
