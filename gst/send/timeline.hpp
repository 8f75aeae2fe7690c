// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "gst_ref.hpp"

namespace rtcmc::send {

/// What the segments and timestamps of an input mean: when its data is due, in the pipeline's running time, and what
/// running time it is sent with. The latter never goes back, whatever the input does: a stream that begins anew, after
/// a flush or an end, goes on where time has come to meanwhile.
///
/// Threads: the streaming thread. `now` is the pipeline's running time, absent without a clock.
class Timeline {
 public:
  using Now = std::optional<GstClockTime>;

  Timeline() { reset(); }
  void reset();

  /// Counts from the next data on.
  void set_segment(glib::Ref<GstEvent> event) { next_ = std::move(event); }
  /// Running time begins anew.
  void flush(Now now);
  /// Data with this timestamp is here; GST_CLOCK_TIME_NONE: without. The segment to be passed on ahead of it; null: the
  /// same as before.
  [[nodiscard]] glib::Ref<GstEvent> begin(GstClockTime timestamp, Now now);

  /// When something with this timestamp is due, in running time. GST_CLOCK_TIME_NONE: at once.
  [[nodiscard]] GstClockTime due(GstClockTime timestamp, Now now);
  /// With the time of its arrival, if it has no timestamp.
  [[nodiscard]] glib::Ref<GstBuffer> stamped(glib::Ref<GstBuffer> buffer, Now now) const;
  [[nodiscard]] glib::Ref<GstBufferList> stamped(glib::Ref<GstBufferList> list, Now now) const;
  void note(GstBuffer* buffer);
  /// When the latest data is over.
  [[nodiscard]] GstClockTime due_end() const { return due_end_; }

 private:
  [[nodiscard]] GstClockTime running_time(GstClockTime timestamp) const;

  glib::Ref<GstEvent> next_;
  GstSegment segment_{};  // as the input said it
  bool was_flushed_ = false;
  GstClockTime flushed_at_ = 0;
  // Of what is sent:
  GstClockTime shift_ = 0;  // to be added to the input's running time
  GstClockTime end_ = 0;    // of the latest data
  // The same of what is due. A pipeline that is sought may or may not give out another base time, and does not say so.
  GstClockTime due_shift_ = 0;
  GstClockTime due_end_ = 0;
  GstClockTime shifted_at_ = 0;
};

}  // namespace rtcmc::send
