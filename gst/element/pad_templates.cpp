// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/pad_templates.hpp"

#include "element/sink_pad.hpp"
#include "element/source_pad.hpp"
#include "gst_ref.hpp"

namespace rtcmc {

namespace {

// Narrow on purpose: gst-launch picks the template by caps.
constexpr const char* kAudioCaps =
    "audio/x-raw(ANY);"
    "audio/x-opus; audio/G722; audio/x-mulaw; audio/x-alaw;"
    "application/x-rtp, media=(string)audio, encoding-name=(string){ OPUS, G722, PCMU, PCMA }";
constexpr const char* kVideoCaps =
    "video/x-raw(ANY);"
    "video/x-vp8; video/x-vp9; video/x-h264; video/x-h265; video/x-av1;"
    "application/x-rtp, media=(string)video, encoding-name=(string){ VP8, VP9, H264, H265, AV1 }";

// Whoever links is given a pad of the first template that may fit. This one fits if it is not known whether it will be
// sound or picture, and only then, so that all else gets a pad that says what it is.
constexpr const char* kOpenCaps = "application/x-rtp, media=(string)not-known-yet, encoding-name=(string)not-known-yet";

void add(GstElementClass* element_class, const char* name, GstPadDirection direction, GstPadPresence presence,
         const char* caps_text) {
  const auto caps = glib::Ref<GstCaps>::adopt(gst_caps_from_string(caps_text));
  const GType type = direction == GST_PAD_SINK ? RTCMC_TYPE_SINK_PAD : RTCMC_TYPE_SOURCE_PAD;
  gst_element_class_add_pad_template(element_class,
                                     gst_pad_template_new_with_gtype(name, direction, presence, caps.get(), type));
}

}  // namespace

void add_pad_templates(GstElementClass* element_class) {
  add(element_class, kOpenTemplate, GST_PAD_SINK, GST_PAD_REQUEST, kOpenCaps);
  add(element_class, kAudioTemplate, GST_PAD_SINK, GST_PAD_REQUEST, kAudioCaps);
  add(element_class, kVideoTemplate, GST_PAD_SINK, GST_PAD_REQUEST, kVideoCaps);
  // In this order, gst-launch asks for a slot for "room. ! …", for video if both would fit.
  add(element_class, kReceivedVideoTemplate, GST_PAD_SRC, GST_PAD_REQUEST, kVideoCaps);
  add(element_class, kReceivedAudioTemplate, GST_PAD_SRC, GST_PAD_REQUEST, kAudioCaps);
  add(element_class, kRemoteVideoTemplate, GST_PAD_SRC, GST_PAD_SOMETIMES, kVideoCaps);
  add(element_class, kRemoteAudioTemplate, GST_PAD_SRC, GST_PAD_SOMETIMES, kAudioCaps);
  gst_type_mark_as_plugin_api(RTCMC_TYPE_SINK_PAD, GstPluginAPIFlags(0));
  gst_type_mark_as_plugin_api(RTCMC_TYPE_SOURCE_PAD, GstPluginAPIFlags(0));
}

GstPadTemplate* open_pad_template() {
  static GstPadTemplate* const pad_template = [] {
    const auto caps = glib::Ref<GstCaps>::adopt(gst_caps_from_string(kVideoCaps));
    gst_caps_append(caps.get(), gst_caps_from_string(kAudioCaps));
    auto* made =
        gst_pad_template_new_with_gtype(kOpenTemplate, GST_PAD_SINK, GST_PAD_REQUEST, caps.get(), RTCMC_TYPE_SINK_PAD);
    GST_OBJECT_FLAG_SET(made, GST_OBJECT_FLAG_MAY_BE_LEAKED);
    return GST_PAD_TEMPLATE(gst_object_ref_sink(made));
  }();
  return pad_template;
}

}  // namespace rtcmc
