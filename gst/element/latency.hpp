// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtcmc {

/// Answers a LATENCY query for a sink from what is upstream of all its sink pads. A bin's own way would ask the sinks
/// inside webrtcbin, which synchronise nothing. Any thread.
[[nodiscard]] bool answer_latency_query(GstElement* element, GstQuery* query);

}  // namespace rtcmc
