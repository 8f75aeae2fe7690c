// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/timeline.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::send {

namespace {

/// Streams that were cut and joined may overlap a little.
constexpr GstClockTime kOverlap = 100 * GST_MSECOND;
/// Nothing passes that early: base time was changed.
constexpr GstClockTime kTooEarly = GST_SECOND;

GstClockTime difference(GstClockTime later, GstClockTime earlier) {
  return later > earlier ? later - earlier : 0;
}

}  // namespace

void Timeline::reset() {
  next_.reset();
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  was_flushed_ = false;
  flushed_at_ = 0;
  shift_ = 0;
  end_ = 0;
  due_shift_ = 0;
  due_end_ = 0;
  shifted_at_ = 0;
}

void Timeline::flush(Now now) {
  was_flushed_ = true;
  flushed_at_ = now.value_or(0);
}

GstClockTime Timeline::running_time(GstClockTime timestamp) const {
  return gst_segment_to_running_time(&segment_, GST_FORMAT_TIME, timestamp);
}

glib::Ref<GstEvent> Timeline::begin(GstClockTime timestamp, Now now) {
  const glib::Ref<GstEvent> event = std::exchange(next_, nullptr);
  if (!event) {
    return nullptr;
  }
  gst_event_copy_segment(event.get(), &segment_);
  if (segment_.format != GST_FORMAT_TIME) {
    gst_segment_init(&segment_, GST_FORMAT_TIME);  // bytes say nothing of time
  }
  const GstClockTime start = running_time(segment_.start);
  const GstClockTime origin = GST_CLOCK_TIME_IS_VALID(start) ? start : 0;
  const GstClockTime given = running_time(timestamp);
  const GstClockTime first = GST_CLOCK_TIME_IS_VALID(given) ? given : origin;
  const bool was_flushed = std::exchange(was_flushed_, false);
  const GstClockTime overlap = was_flushed ? 0 : kOverlap;
  const GstClockTime resumed_at = was_flushed ? flushed_at_ : now.value_or(0);

  if (now && due_end_ > *now + kTooEarly) {
    due_end_ = *now;
  }
  shift_ = first + overlap < end_ ? difference(std::max(end_, resumed_at), origin) : 0;
  due_shift_ = first + overlap < due_end_ ? difference(std::max(due_end_, resumed_at), origin) : 0;
  shifted_at_ = resumed_at;

  GstSegment sent = segment_;
  sent.base += shift_;
  auto result = glib::Ref<GstEvent>::adopt(gst_event_new_segment(&sent));
  gst_event_set_seqnum(result.get(), gst_event_get_seqnum(event.get()));
  return result;
}

GstClockTime Timeline::due(GstClockTime timestamp, Now now) {
  if (now && *now < shifted_at_) {
    due_shift_ = 0;
    shifted_at_ = 0;
  }
  const GstClockTime time = running_time(timestamp);
  return GST_CLOCK_TIME_IS_VALID(time) ? time + due_shift_ : time;
}

glib::Ref<GstBuffer> Timeline::stamped(glib::Ref<GstBuffer> buffer, Now now) const {
  if (GST_BUFFER_PTS_IS_VALID(buffer.get())) {
    return buffer;
  }
  auto result = glib::Ref<GstBuffer>::adopt(gst_buffer_make_writable(buffer.release()));
  if (GST_BUFFER_DTS_IS_VALID(result.get())) {
    GST_BUFFER_PTS(result.get()) = GST_BUFFER_DTS(result.get());
  } else if (now) {
    GST_BUFFER_PTS(result.get()) =
        gst_segment_position_from_running_time(&segment_, GST_FORMAT_TIME, difference(*now, due_shift_));
  }
  return result;
}

glib::Ref<GstBufferList> Timeline::stamped(glib::Ref<GstBufferList> list, Now now) const {
  const guint length = gst_buffer_list_length(list.get());
  bool is_complete = true;
  for (guint i = 0; i < length; ++i) {
    is_complete = is_complete && GST_BUFFER_PTS_IS_VALID(gst_buffer_list_get(list.get(), i));
  }
  if (is_complete) {
    return list;
  }
  auto result = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(length));
  for (guint i = 0; i < length; ++i) {
    auto buffer = stamped(glib::Ref<GstBuffer>::share(gst_buffer_list_get(list.get(), i)), now);
    gst_buffer_list_add(result.get(), buffer.release());
  }
  return result;
}

void Timeline::note(GstBuffer* buffer) {
  const GstClockTime time = running_time(GST_BUFFER_PTS(buffer));
  if (GST_CLOCK_TIME_IS_VALID(time)) {
    const GstClockTime end = time + (GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0);
    end_ = std::max(end_, end + shift_);
    due_end_ = std::max(due_end_, end + due_shift_);
  }
}

}  // namespace rtcmc::send
