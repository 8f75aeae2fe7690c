// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define RTCMC_TYPE_ROOM (rtcmc_room_get_type())
G_DECLARE_FINAL_TYPE(RtcmcRoom, rtcmc_room, RTCMC, ROOM, GstBin)

GST_ELEMENT_REGISTER_DECLARE(rtcmcroom)

G_END_DECLS

namespace rtcmc {
class Participation;
}

struct _RtcmcRoom {
  GstBin parent;
  rtcmc::Participation* participation;
};

namespace rtcmc {

/// What is behind an rtcmcroom.
[[nodiscard]] Participation& participation_of(GstElement* room);
/// What the pipeline is to take it for: a source is told of the end, and a sink has to come to it before the pipeline
/// has ended. Who only receives is no sink; who has no pads is both.
void update_roles(GstElement* room);

}  // namespace rtcmc
