// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/latency.hpp"

#include <algorithm>

#include "gst_ref.hpp"

namespace rtcmc {

namespace {

struct Latency {
  bool live = false;
  GstClockTime min = 0;
  GstClockTime max = GST_CLOCK_TIME_NONE;
};

gboolean fold(GstElement*, GstPad* pad, gpointer data) {
  const auto upstream = glib::Ref<GstQuery>::adopt(gst_query_new_latency());
  if (!gst_pad_peer_query(pad, upstream.get())) {
    return TRUE;
  }
  gboolean live = FALSE;
  GstClockTime min = 0;
  GstClockTime max = 0;
  gst_query_parse_latency(upstream.get(), &live, &min, &max);
  if (live) {
    auto* total = static_cast<Latency*>(data);
    total->live = true;
    total->min = std::max(total->min, min);
    total->max = std::min(total->max, max);  // GST_CLOCK_TIME_NONE is the largest value
  }
  return TRUE;
}

}  // namespace

bool answer_latency_query(GstElement* element, GstQuery* query) {
  Latency total;
  gst_element_foreach_sink_pad(element, fold, &total);
  gst_query_set_latency(query, static_cast<gboolean>(total.live), total.min, total.max);
  return true;
}

}  // namespace rtcmc
