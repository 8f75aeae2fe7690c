// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtcmc {

inline constexpr const char* kAudioTemplate = "audio_%u";
inline constexpr const char* kVideoTemplate = "video_%u";
inline constexpr const char* kOpenTemplate = "sink_%u";
inline constexpr const char* kReceivedAudioTemplate = "recv_audio_%u";
inline constexpr const char* kReceivedVideoTemplate = "recv_video_%u";

inline constexpr const char* kRemoteAudioTemplate = "remote_audio_%u";
inline constexpr const char* kRemoteVideoTemplate = "remote_video_%u";

void add_pad_templates(GstElementClass* element_class);
/// What pads of kOpenTemplate are made from: they take whatever one of the others takes.
[[nodiscard]] GstPadTemplate* open_pad_template();

}  // namespace rtcmc
