// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

G_BEGIN_DECLS

#define RTCMC_TYPE_SINK_PAD (rtcmc_sink_pad_get_type())
G_DECLARE_FINAL_TYPE(RtcmcSinkPad, rtcmc_sink_pad, RTCMC, SINK_PAD, GstGhostPad)

G_END_DECLS

namespace rtcmc {

struct SinkPadSettings {
  std::string stream_id;
  bool is_screen;
};

/// Any thread.
[[nodiscard]] SinkPadSettings settings_of(RtcmcSinkPad* pad);

}  // namespace rtcmc
