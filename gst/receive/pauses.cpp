// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/pauses.hpp"

#include <algorithm>

namespace rtcmc::receive {

namespace {

/// The shortest packet of browsers'. Less is a clock that was corrected.
constexpr GstClockTime kShortestPause = 10 * GST_MSECOND;
/// Within pauses, Opus sends a packet each 400 ms. After a longer time without any, the sound was off.
constexpr GstClockTime kLongestPause = GST_SECOND;
/// opusdec makes up no more than 120 ms at a time.
constexpr GstClockTime kMadeUpAtOnce = 20 * GST_MSECOND;
/// Opus makes up multiples of this. Told of less, opusdec swallows the sound that comes next until it has that much
/// together, and has all that follows late by as much for ever.
constexpr GstClockTime kMadeUpAtLeast = 2500 * GST_USECOND;

struct Passed {
  GstClockTime end = GST_CLOCK_TIME_NONE;  // of what came last
};

void fill(GstPad* pad, GstClockTime begin, GstClockTime end) {
  while (end >= begin + kMadeUpAtLeast) {
    const GstClockTime duration = std::min(kMadeUpAtOnce, (end - begin) / kMadeUpAtLeast * kMadeUpAtLeast);
    gst_pad_push_event(pad, gst_event_new_gap(begin, duration));
    begin += duration;
  }
}

void on_sound(GstPad* pad, const GstBuffer* buffer, Passed& passed) {
  const GstClockTime begin = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(begin) || !GST_BUFFER_DURATION_IS_VALID(buffer)) {
    passed.end = GST_CLOCK_TIME_NONE;
    return;
  }
  if (GST_CLOCK_TIME_IS_VALID(passed.end) && begin >= passed.end + kShortestPause &&
      begin <= passed.end + kLongestPause) {
    fill(pad, passed.end, begin);
  }
  passed.end = begin + GST_BUFFER_DURATION(buffer);
}

GstPadProbeReturn on_event(GstEvent* event, Passed& passed) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT || GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
    passed.end = GST_CLOCK_TIME_NONE;
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_GAP) {
    GstClockTime begin = 0;
    GstClockTime duration = 0;
    gst_event_parse_gap(event, &begin, &duration);
    if (duration < kMadeUpAtLeast) {
      return GST_PAD_PROBE_DROP;
    }
    passed.end = GST_CLOCK_TIME_IS_VALID(duration) ? begin + duration : GST_CLOCK_TIME_NONE;
  }
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn pass(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& passed = *static_cast<Passed*>(data);
  if (GST_IS_BUFFER(info->data)) {
    on_sound(pad, GST_PAD_PROBE_INFO_BUFFER(info), passed);
  } else if (GST_IS_EVENT(info->data)) {
    return on_event(GST_PAD_PROBE_INFO_EVENT(info), passed);
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void fill_pauses(GstPad* pad) {
  gst_pad_add_probe(pad, GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM), pass,
                    new Passed(), [](gpointer passed) { delete static_cast<Passed*>(passed); });
}

}  // namespace rtcmc::receive
