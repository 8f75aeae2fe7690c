// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <mutex>
#include <optional>

namespace rtcmc::send {

/// Holds what is not live until its time has come by the pipeline's clock, as a sink would. While the element does not
/// play, time stands still.
///
/// Threads: wait() on the streaming thread, the rest on any. `mutex_` protects all data below it, and is not held while
/// waiting for the clock.
class Pacer {
 public:
  Pacer() = default;
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;
  ~Pacer() = default;

  /// For a change of state of `element`, whose clock and base time count, before anything else is done about it.
  void change_state(GstElement* element, GstStateChange transition);
  void set_flushing(bool is_flushing);
  /// Whoever waits is to go, as at a flush; until the next start.
  void interrupt();

  /// Until `element` plays and its running time has come this far; GST_CLOCK_TIME_NONE, or without a clock: until it
  /// plays. False: it is to be given up, since the stream is flushed or stopped.
  [[nodiscard]] bool wait(GstElement* element, GstClockTime running_time);
  /// Running time, which stands still while the element does not play. Absent without a clock.
  [[nodiscard]] std::optional<GstClockTime> now(GstElement* element) const;

 private:
  [[nodiscard]] bool is_over() const { return is_flushing_ || is_stopped_; }
  void wake();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_playing_ = false;
  bool is_stopped_ = true;
  bool is_flushing_ = false;
  GstClockTime paused_at_ = 0;  // running time
  GstClockID wait_ = nullptr;   // wait() holds it
};

}  // namespace rtcmc::send
