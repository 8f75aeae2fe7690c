// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "gst_ref.hpp"

/// What the rtpbin in a webrtcbin is told: how much it may hold, when it asks again, and how often it reports.
namespace rtcmc::rtpbin {

/// Null if this version of webrtcbin has another way to receive.
[[nodiscard]] glib::Ref<GstElement> find(GstElement* webrtcbin);

/// Before the webrtcbin has any pad. `latency`: of its jitterbuffers, in ms.
void set_up(GstElement* webrtcbin, guint latency);

/// For every element that comes into a webrtcbin, before it runs. Threads: any.
void set_up_part(GstElement* added);

}  // namespace rtcmc::rtpbin
