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
  bool is_muted;
  bool takes_navigation;
};

/// Any thread.
[[nodiscard]] SinkPadSettings settings_of(RtcmcSinkPad* pad);
/// Any thread. False if it was so already; otherwise the caller is to notify of the property "muted".
[[nodiscard]] bool set_muted(RtcmcSinkPad* pad, bool is_muted);

}  // namespace rtcmc
