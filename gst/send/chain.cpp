// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/chain.hpp"

#include <gst/audio/audio.h>

#include <optional>
#include <utility>

#include "media/elements.hpp"
#include "send/fit.hpp"
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

/// As the caps come along. What has no rate of its own gets that which it may have at most, or the usual one.
GstPadProbeReturn give_rate(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return GST_PAD_PROBE_OK;
  }
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  int frames = 0;
  int seconds = 1;
  if (gst_structure_get_fraction(structure, "framerate", &frames, &seconds) && frames > 0) {
    return GST_PAD_PROBE_OK;
  }
  if (!gst_structure_get_fraction(structure, "max-framerate", &frames, &seconds) || frames <= 0) {
    frames = 30;
    seconds = 1;
  }
  const auto rated = glib::Ref<GstCaps>::adopt(gst_caps_copy(caps));
  gst_caps_set_simple(rated.get(), "framerate", GST_TYPE_FRACTION, frames, seconds, nullptr);
  replace_caps(info, rated.get());
  return GST_PAD_PROBE_OK;
}

/// Of channels that came without.
struct Positions {
  std::optional<GstAudioInfo> given;  // absent: they came with their own
};

glib::Ref<GstCaps> with_positions(GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  int channels = 0;
  guint64 positions = 0;
  gst_structure_get_int(structure, "channels", &channels);
  gst_structure_get(structure, "channel-mask", GST_TYPE_BITMASK, &positions, nullptr);
  const guint64 usual = channels > 2 && positions == 0 ? gst_audio_channel_get_fallback_mask(channels) : 0;
  if (usual == 0) {
    return nullptr;
  }
  auto positioned = glib::Ref<GstCaps>::adopt(gst_caps_copy(caps));
  gst_caps_set_simple(positioned.get(), "channel-mask", GST_TYPE_BITMASK, usual, nullptr);
  return positioned;
}

void give_positions_to_caps(GstPadProbeInfo* info, Positions& positions) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return;
  }
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const auto positioned = with_positions(caps);
  GstAudioInfo given;
  if (!positioned || !gst_audio_info_from_caps(&given, positioned.get())) {
    positions.given.reset();
    return;
  }
  positions.given = given;
  replace_caps(info, positioned.get());
}

/// Each buffer of planar sound says its channels, too.
void give_positions_to_buffer(GstPadProbeInfo* info, const Positions& positions) {
  GstBuffer* buffer = gst_pad_probe_info_get_buffer(info);
  if (positions.given && gst_buffer_get_audio_meta(buffer)) {
    buffer = gst_buffer_make_writable(buffer);
    gst_buffer_get_audio_meta(buffer)->info = *positions.given;
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
  }
}

/// As the caps come along. Channels without positions cannot be mixed: they get those that are usual for so many, up to
/// eight.
GstPadProbeReturn give_positions(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& positions = *static_cast<Positions*>(data);
  if (GST_IS_EVENT(info->data)) {
    give_positions_to_caps(info, positions);
  } else if (GST_IS_BUFFER(info->data)) {
    give_positions_to_buffer(info, positions);
  }
  return GST_PAD_PROBE_OK;
}

struct Fit {
  glib::Ref<GstElement> filter;
  Chain::Fitting wanted;
};

/// As the caps come along: the filter behind asks for what is made of them.
GstPadProbeReturn fit_filter(GstPad*, GstPadProbeInfo* info, gpointer data) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    const auto& fit = *static_cast<Fit*>(data);
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    g_object_set(fit.filter.get(), "caps", fit.wanted(fit.filter.get(), caps).get(), nullptr);
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

void Chain::add_even_crop(bool gives_rate) {
  auto crop = make_installed("videocrop");
  if (crop) {
    if (gives_rate) {
      gst_pad_add_probe(static_pad(crop.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, give_rate, nullptr,
                        nullptr);
    }
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

void Chain::add_fitting(const char* factory, Fitting wanted) {
  auto converter = make_installed(factory);
  auto filter = make_installed("capsfilter");
  if (converter && filter) {
    set_if_known(converter.get(), "add-borders", "false");
    gst_pad_add_probe(static_pad(converter.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, fit_filter,
                      new Fit{filter, std::move(wanted)}, [](gpointer fit) { delete static_cast<Fit*>(fit); });
  }
  add(std::move(converter), factory);
  add(std::move(filter), "capsfilter");
}

void Chain::add_colour_converter(rtp::Codec codec) {
  add_fitting("videoconvert", [codec](GstElement*, GstCaps* caps) { return fitting_colours(caps, codec); });
}

void Chain::add_turner() {
  if (auto turner = make_installed("videoflip")) {
    // It copies what it need not turn until its direction has changed once (as of GStreamer 1.26).
    gst_util_set_object_arg(G_OBJECT(turner.get()), "video-direction", "horiz");
    gst_util_set_object_arg(G_OBJECT(turner.get()), "video-direction", "auto");
    add(std::move(turner), "videoflip");
  }
}

void Chain::add_scaler(const std::shared_ptr<Reduction>& reduction) {
  add_fitting("videoscale",
              [reduction](GstElement* filter, GstCaps* caps) { return reduction->on_caps(filter, caps); });
}

void Chain::add_mixer() {
  auto mixer = make_installed("audioconvert");
  if (mixer) {
    gst_pad_add_probe(static_pad(mixer.get(), "sink").get(),
                      GstPadProbeType(GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER), give_positions,
                      new Positions(), [](gpointer positions) { delete static_cast<Positions*>(positions); });
  }
  add(std::move(mixer), "audioconvert");
}

}  // namespace rtcmc::send
