// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/event_queue.hpp"

#include <atomic>
#include <cstddef>
#include <future>
#include <utility>
#include <variant>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

/// The most that the server and we let pass.
constexpr std::size_t kMaxExtraSize = 65'536;

bool may_be_lost(const Event& event) {
  return std::holds_alternative<event::DataReceived>(event) || std::holds_alternative<event::StreamMuted>(event) ||
         std::holds_alternative<event::ExtraChanged>(event);
}

std::size_t size_of(const DataEvent& data) {
  if (const auto* text = std::get_if<protocol::TextMessage>(&data)) {
    return text->text.size();
  }
  if (const auto* binary = std::get_if<BinaryMessage>(&data)) {
    return g_bytes_get_size(binary->bytes.get());
  }
  const auto* file = std::get_if<FileReceived>(&data);
  return file ? g_bytes_get_size(file->bytes.get()) : 0;
}

/// What a participant can make large.
std::size_t size_of(const Event& event) {
  if (const auto* data = std::get_if<event::DataReceived>(&event)) {
    return size_of(data->event);
  }
  return std::holds_alternative<event::ExtraChanged>(event) ? kMaxExtraSize : 0;
}

}  // namespace

struct EventQueue::Shared {
  Reader reader;
  std::atomic<bool> is_closed = false;
  std::atomic<unsigned> waiting = 0;
  std::atomic<std::size_t> waiting_bytes = 0;
  std::atomic<bool> has_told = false;  // of what is lost, since all was read
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

bool EventQueue::is_full(std::size_t size) const {
  return shared_->waiting >= kMaxWaiting ||
         (size > 0 && shared_->waiting_bytes > 0 && shared_->waiting_bytes + size > kMaxWaitingBytes);
}

void EventQueue::push(Event event) {
  if (shared_->is_closed) {
    return;
  }
  const std::size_t size = size_of(event);
  if (may_be_lost(event) && is_full(size)) {
    if (!shared_->has_told.exchange(true)) {
      GST_WARNING_OBJECT(element_, "the application reads its events too slowly: data, mutes and extras are lost");
    }
    return;
  }
  ++shared_->waiting;
  shared_->waiting_bytes += size;
  thread_.post([element = glib::Ref<GstElement>::share(element_), shared = shared_, size,
                held = std::make_shared<Event>(std::move(event))] {
    shared->waiting_bytes -= size;
    if (--shared->waiting == 0) {
      shared->has_told = false;
    }
    if (!shared->is_closed) {
      shared->reader(std::move(*held));
    }
  });
}

}  // namespace rtcmc
