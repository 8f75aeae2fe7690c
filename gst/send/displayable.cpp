// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/displayable.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace rtcmc::send {

namespace {

constexpr const char* kPlainPictures =
    ", which not all browsers show: pictures are to be in 4:2:0 with 8 bits. Put videoconvert ! "
    "video/x-raw,format=I420 before the encoder, or set the camera so.";
constexpr const char* kInOrder =
    "The input has B-frames, pictures that are sent in another order than they are shown in. Browsers show them "
    "jerkily "
    "or not at all: have the encoder make none (x264enc: tune=zerolatency or bframes=0), or set the camera so.";

std::string_view field_of(const GstStructure* structure, const char* name) {
  const char* value = gst_structure_get_string(structure, name);
  return value ? value : "";
}

/// The first byte of profile-level-id (RFC 6184), in hexadecimal digits of either case.
bool has_h264_profile(std::string_view profile_level_id, std::string_view idc) {
  return profile_level_id.size() >= idc.size() &&
         std::ranges::equal(profile_level_id.substr(0, idc.size()), idc,
                            [](char a, char b) { return g_ascii_tolower(a) == g_ascii_tolower(b); });
}

bool is_odd_h264(const GstStructure* structure) {
  constexpr std::array<std::string_view, 4> kIdcs{"6e", "7a", "f4", "2c"};  // High 10, 4:2:2, 4:4:4; CAVLC 4:4:4
  const std::string_view id = field_of(structure, "profile-level-id");
  const std::string_view profile = field_of(structure, "profile");
  return profile.starts_with("high-10") || profile.starts_with("high-4:") || profile.starts_with("cavlc-4:") ||
         std::ranges::any_of(kIdcs, [id](std::string_view idc) { return has_h264_profile(id, idc); });
}

bool is_odd(rtp::Codec codec, const GstStructure* structure) {
  const std::string_view chroma = field_of(structure, "chroma-format");
  guint bits = 8;
  gst_structure_get_uint(structure, "bit-depth-luma", &bits);
  if ((!chroma.empty() && chroma != "4:2:0") || bits > 8) {
    return true;
  }
  const std::string_view profile = field_of(structure, "profile");
  switch (codec) {
    case rtp::Codec::H264:
      return is_odd_h264(structure);
    case rtp::Codec::Vp9:
      return (!profile.empty() && profile != "0") || field_of(structure, "profile-id").find_first_of("123") == 0;
    default:
      return false;
  }
}

struct Watch {
  const rtp::Codec codec;
  const std::function<void(const std::string&)> tell;
  GstClockTime latest = GST_CLOCK_TIME_NONE;  // of the segment
  bool is_done = false;
};

void look_at_event(GstEvent* event, Watch& watch) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    watch.latest = GST_CLOCK_TIME_NONE;
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const std::string reason = why_not_displayable(watch.codec, caps);
    if (!reason.empty()) {
      watch.is_done = true;
      watch.tell(reason);
    }
  }
}

void look_at_buffer(GstBuffer* buffer, Watch& watch) {
  const GstClockTime time = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(time)) {
    return;
  }
  // A keyframe that goes back is a new beginning.
  const bool is_delta = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (is_delta && GST_CLOCK_TIME_IS_VALID(watch.latest) && time < watch.latest) {
    watch.is_done = true;
    watch.tell(kInOrder);
  }
  watch.latest = time;
}

GstPadProbeReturn look(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& watch = *static_cast<Watch*>(data);
  if (GST_IS_EVENT(info->data)) {
    look_at_event(gst_pad_probe_info_get_event(info), watch);
  } else if (GST_IS_BUFFER(info->data)) {
    look_at_buffer(gst_pad_probe_info_get_buffer(info), watch);
  }
  return watch.is_done ? GST_PAD_PROBE_REMOVE : GST_PAD_PROBE_OK;
}

}  // namespace

std::string why_not_displayable(rtp::Codec codec, GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  if (!is_odd(codec, structure)) {
    return {};
  }
  const std::string_view profile = field_of(structure, "profile");
  return "The input is " + std::string(rtp::info(codec).encoding_name) +
         (profile.empty() ? std::string(" of a profile") : " of profile " + std::string(profile)) + kPlainPictures;
}

void watch_displayable(GstPad* pad, rtp::Codec codec, std::function<void(const std::string&)> tell) {
  gst_pad_add_probe(pad, GstPadProbeType(GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER), look,
                    new Watch{codec, std::move(tell)}, [](gpointer watch) { delete static_cast<Watch*>(watch); });
}

}  // namespace rtcmc::send
