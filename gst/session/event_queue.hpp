// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "glib/worker_thread.hpp"
#include "session/event.hpp"

namespace rtcmc {

/// Brings events to the element, in their order, on a thread of their own, where nothing waits for whoever reads them:
/// a handler of the application may take its time, stop the element, or drop the last reference to it. Each event that
/// waits holds the element.
///
/// Bounded: what a participant can cause without end (data, mutes, extras) is lost while kMaxWaiting events wait, or
/// kMaxWaitingBytes of what they carry; a single one may have more.
///
/// Threads: any.
class EventQueue {
 public:
  using Reader = std::function<void(Event)>;

  static constexpr unsigned kMaxWaiting = 4096;
  static constexpr std::size_t kMaxWaitingBytes = 64 * 1024 * 1024;

  EventQueue(GstElement* element, Reader reader);
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;
  /// As close(). Does not wait for an event that is being read.
  ~EventQueue();

  void push(Event event);
  /// No event is read any more, but for one that is being read.
  void close();
  /// After close(): waits until none is being read, and so none holds the element. False if that takes longer than
  /// `timeout`. Not waited for by the reader itself.
  [[nodiscard]] bool wait_for_reader(std::chrono::milliseconds timeout);

 private:
  struct Shared;

  [[nodiscard]] bool is_full(std::size_t size) const;

  GstElement* const element_;
  const std::shared_ptr<Shared> shared_;  // with the thread, which may outlive this
  glib::WorkerThread thread_;
};

}  // namespace rtcmc
