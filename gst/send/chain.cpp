// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/chain.hpp"

#include <gst/audio/audio.h>

#include <utility>

#include "media/elements.hpp"
#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

/// As the caps come along.
GstPadProbeReturn make_even(GstPad*, GstPadProbeInfo* info, gpointer crop) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    const auto excess = [structure](const char* field) {
      int size = 0;
      gst_structure_get_int(structure, field, &size);
      return size > 1 ? size % 2 : 0;
    };
    g_object_set(crop, "right", excess("width"), "bottom", excess("height"), nullptr);
  }
  return GST_PAD_PROBE_OK;
}

/// As the caps come along. Channels without positions cannot be mixed: they get those that are usual for so many, up to
/// eight.
GstPadProbeReturn give_positions(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return GST_PAD_PROBE_OK;
  }
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  int channels = 0;
  guint64 positions = 0;
  gst_structure_get_int(structure, "channels", &channels);
  gst_structure_get(structure, "channel-mask", GST_TYPE_BITMASK, &positions, nullptr);
  const guint64 usual = channels > 2 && positions == 0 ? gst_audio_channel_get_fallback_mask(channels) : 0;
  if (usual != 0) {
    const auto replaced = glib::Ref<GstEvent>::adopt(event);
    const auto positioned = glib::Ref<GstCaps>::adopt(gst_caps_copy(caps));
    gst_caps_set_simple(positioned.get(), "channel-mask", GST_TYPE_BITMASK, usual, nullptr);
    GstEvent* changed = gst_event_new_caps(positioned.get());
    gst_event_set_seqnum(changed, gst_event_get_seqnum(event));
    GST_PAD_PROBE_INFO_DATA(info) = changed;
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void Chain::add(std::string_view factory) {
  if (!factory.empty()) {
    add(make_installed(std::string(factory)), factory);
  }
}

void Chain::add_filter(std::string_view caps) {
  if (caps.empty()) {
    return;
  }
  auto filter = make_installed("capsfilter");
  if (filter) {
    g_object_set(filter.get(), "caps", parse_caps(std::string(caps)).get(), nullptr);
  }
  add(std::move(filter), "capsfilter");
}

void Chain::add(glib::Ref<GstElement> element, std::string_view what) {
  if (!element) {
    GST_WARNING("there is no %s", std::string(what).c_str());
    missing_ = missing_.empty() ? std::string(what) : missing_;
    return;
  }
  elements_.push_back(std::move(element));
}

void Chain::add_queue() {
  auto queue = make_installed("queue");
  if (queue) {
    g_object_set(queue.get(), "max-size-buffers", 0, "max-size-bytes", 0, "max-size-time", guint64{0}, nullptr);
  }
  add(std::move(queue), "queue");
}

void Chain::add_even_crop() {
  auto crop = make_installed("videocrop");
  if (crop) {
    gst_pad_add_probe(static_pad(crop.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, make_even, crop.get(),
                      nullptr);
  }
  add(std::move(crop), "videocrop");
}

void Chain::add_deinterlacer() {
  if (auto deinterlacer = make_installed("deinterlace")) {
    gst_util_set_object_arg(G_OBJECT(deinterlacer.get()), "fields", "top");
    add(std::move(deinterlacer), "deinterlace");
  }
}

void Chain::add_mixer() {
  auto mixer = make_installed("audioconvert");
  if (mixer) {
    gst_pad_add_probe(static_pad(mixer.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, give_positions,
                      nullptr, nullptr);
  }
  add(std::move(mixer), "audioconvert");
}

}  // namespace rtcmc::send
