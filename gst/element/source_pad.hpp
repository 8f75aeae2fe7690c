// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

G_BEGIN_DECLS

#define RTCMC_TYPE_SOURCE_PAD (rtcmc_source_pad_get_type())
G_DECLARE_FINAL_TYPE(RtcmcSourcePad, rtcmc_source_pad, RTCMC, SOURCE_PAD, GstGhostPad)

G_END_DECLS

namespace rtcmc {

/// What the application wants on the pad.
struct SourcePadSettings {
  std::string user_id;    // empty: anybody's
  std::string stream_id;  // empty: any
  bool fill = false;
};

/// Any thread.
[[nodiscard]] SourcePadSettings settings_of(RtcmcSourcePad* pad);
/// Says whose stream passes; empty texts: nobody's. Any thread, without a lock held: notifies.
void show_stream(RtcmcSourcePad* pad, const std::string& user_id, const std::string& stream_id);

}  // namespace rtcmc
