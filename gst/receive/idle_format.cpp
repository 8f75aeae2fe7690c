// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/idle_format.hpp"

#include "media/elements.hpp"

namespace rtcmc::receive {

namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 360;
constexpr int kFrameRate = 15;
constexpr int kSampleRate = 48000;
constexpr int kChannels = 1;

glib::Ref<GstCaps> usual_format(rtp::Kind kind) {
  if (kind == rtp::Kind::Video) {
    return glib::Ref<GstCaps>::adopt(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "I420", "width",
                                                         G_TYPE_INT, kWidth, "height", G_TYPE_INT, kHeight, "framerate",
                                                         GST_TYPE_FRACTION, kFrameRate, 1, nullptr));
  }
  return glib::Ref<GstCaps>::adopt(gst_caps_new_simple("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
                                                       G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, kSampleRate,
                                                       "channels", G_TYPE_INT, kChannels, nullptr));
}

}  // namespace

glib::Ref<GstCaps> idle_format(rtp::Kind kind, GstPad* sink) {
  auto usual = usual_format(kind);
  const auto any = parse_caps(kind == rtp::Kind::Video ? "video/x-raw" : "audio/x-raw");
  const auto accepted = glib::Ref<GstCaps>::adopt(gst_pad_query_caps(sink, any.get()));
  if (gst_caps_can_intersect(accepted.get(), usual.get())) {
    return usual;
  }
  if (gst_caps_is_empty(accepted.get())) {
    return nullptr;
  }
  auto chosen = glib::Ref<GstCaps>::adopt(gst_caps_make_writable(gst_caps_truncate(gst_caps_copy(accepted.get()))));
  GstStructure* structure = gst_caps_get_structure(chosen.get(), 0);
  if (kind == rtp::Kind::Video) {
    gst_structure_fixate_field_nearest_int(structure, "width", kWidth);
    gst_structure_fixate_field_nearest_int(structure, "height", kHeight);
    gst_structure_fixate_field_nearest_fraction(structure, "framerate", kFrameRate, 1);
  } else {
    gst_structure_fixate_field_nearest_int(structure, "rate", kSampleRate);
    gst_structure_fixate_field_nearest_int(structure, "channels", kChannels);
  }
  return glib::Ref<GstCaps>::adopt(gst_caps_fixate(chosen.release()));
}

}  // namespace rtcmc::receive
