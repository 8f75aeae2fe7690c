// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/event_queue.hpp"

#include <atomic>
#include <future>
#include <utility>
#include <variant>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

bool may_be_lost(const Event& event) {
  return std::holds_alternative<event::DataReceived>(event) || std::holds_alternative<event::StreamMuted>(event) ||
         std::holds_alternative<event::ExtraChanged>(event);
}

}  // namespace

struct EventQueue::Shared {
  Reader reader;
  std::atomic<bool> is_closed = false;
  std::atomic<unsigned> waiting = 0;
};

EventQueue::EventQueue(GstElement* element, Reader reader)
    : element_(element), shared_(std::make_shared<Shared>()), thread_("rtcmc-events") {
  shared_->reader = std::move(reader);
}

EventQueue::~EventQueue() {
  close();
  thread_.abandon();
}

void EventQueue::close() {
  shared_->is_closed = true;
}

bool EventQueue::wait_for_reader(std::chrono::milliseconds timeout) {
  if (thread_.is_current()) {
    return true;
  }
  const auto reached = std::make_shared<std::promise<void>>();
  auto is_reached = reached->get_future();
  thread_.post([reached] { reached->set_value(); });
  return is_reached.wait_for(timeout) == std::future_status::ready;
}

void EventQueue::push(Event event) {
  if (shared_->is_closed) {
    return;
  }
  if (++shared_->waiting > kMaxWaiting && may_be_lost(event)) {
    // One line for each jam: the count comes back through this value only as the application reads.
    if (shared_->waiting == kMaxWaiting + 1) {
      GST_WARNING_OBJECT(element_, "the application reads its events too slowly: data, mutes and extras are lost");
    }
    --shared_->waiting;
    return;
  }
  thread_.post([element = glib::Ref<GstElement>::share(element_), shared = shared_,
                held = std::make_shared<Event>(std::move(event))] {
    --shared->waiting;
    if (!shared->is_closed) {
      shared->reader(std::move(*held));
    }
  });
}

}  // namespace rtcmc
