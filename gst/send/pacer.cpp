// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/pacer.hpp"

#include <memory>
#include <type_traits>

#include "gst_ref.hpp"

namespace rtcmc::send {

namespace {

struct ClockIdDeleter {
  void operator()(GstClockID id) const { gst_clock_id_unref(id); }
};
using ClockId = std::unique_ptr<std::remove_pointer_t<GstClockID>, ClockIdDeleter>;

glib::Ref<GstClock> clock_of(GstElement* element) {
  return glib::Ref<GstClock>::adopt(gst_element_get_clock(element));
}

std::optional<GstClockTime> running_time_of(GstElement* element) {
  const auto clock = clock_of(element);
  if (!clock) {
    return std::nullopt;
  }
  const GstClockTime time = gst_clock_get_time(clock.get());
  const GstClockTime base = gst_element_get_base_time(element);
  return time > base ? time - base : 0;
}

}  // namespace

void Pacer::change_state(GstElement* element, GstStateChange transition) {
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED: {
      const std::lock_guard lock(mutex_);
      is_stopped_ = false;
      is_flushing_ = false;
      paused_at_ = 0;
      break;
    }
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING: {
      const std::lock_guard lock(mutex_);
      is_playing_ = true;
      break;
    }
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED: {
      const auto time = running_time_of(element);
      const std::lock_guard lock(mutex_);
      is_playing_ = false;
      paused_at_ = time.value_or(paused_at_);
      break;
    }
    case GST_STATE_CHANGE_PAUSED_TO_READY: {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
      break;
    }
    default:
      return;
  }
  wake();
}

void Pacer::set_flushing(bool is_flushing) {
  {
    const std::lock_guard lock(mutex_);
    is_flushing_ = is_flushing;
  }
  wake();
}

void Pacer::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  wake();
}

void Pacer::wake() {
  const std::lock_guard lock(mutex_);
  if (wait_) {
    gst_clock_id_unschedule(wait_);
  }
  changed_.notify_all();
}

bool Pacer::wait(GstElement* element, GstClockTime running_time) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_playing_ || is_over(); });
    if (is_over()) {
      return false;
    }
    const auto clock = clock_of(element);
    if (!clock || !GST_CLOCK_TIME_IS_VALID(running_time)) {
      return true;
    }
    const ClockId id(gst_clock_new_single_shot_id(clock.get(), gst_element_get_base_time(element) + running_time));
    wait_ = id.get();
    lock.unlock();
    const GstClockReturn result = gst_clock_id_wait(id.get(), nullptr);
    lock.lock();
    wait_ = nullptr;
    if (result != GST_CLOCK_UNSCHEDULED) {
      return !is_over();
    }
  }
}

std::optional<GstClockTime> Pacer::now(GstElement* element) const {
  {
    const std::lock_guard lock(mutex_);
    if (!is_playing_) {
      return paused_at_;
    }
  }
  return running_time_of(element);
}

}  // namespace rtcmc::send
