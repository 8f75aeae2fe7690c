// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/sink_pad.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "log.hpp"
#include "media/node.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

struct _RtcmcSinkPad {
  GstGhostPad parent;
  rtcmc::SinkPadSettings* settings;  // protected by the object lock
};

G_DEFINE_FINAL_TYPE(RtcmcSinkPad, rtcmc_sink_pad, GST_TYPE_GHOST_PAD)

namespace {

enum SinkPadProperty { kPropStreamId = 1, kPropScreen, kPropMuted, kPropNavigation };

constexpr std::size_t kMaxStreamId = 64;

/// RFC 8830: 1*64token-char.
bool is_stream_id(std::string_view text) {
  static constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`{|}~";
  return !text.empty() && text.size() <= kMaxStreamId && std::ranges::all_of(text, [](char c) {
    return g_ascii_isalnum(c) || kPunctuation.find(c) != std::string_view::npos;
  });
}

void set_sink_pad_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  auto* pad = RTCMC_SINK_PAD(object);
  switch (id) {
    case kPropStreamId: {
      const char* text = g_value_get_string(value);
      if (!text || !is_stream_id(text)) {
        GST_WARNING_OBJECT(pad, "stream-id \"%s\" is not used: it must be 1 to 64 letters, digits or -._~+",
                           text ? text : "");
        break;
      }
      GST_OBJECT_LOCK(pad);
      pad->settings->stream_id = text;
      GST_OBJECT_UNLOCK(pad);
      break;
    }
    case kPropScreen:
      GST_OBJECT_LOCK(pad);
      pad->settings->is_screen = g_value_get_boolean(value) != FALSE;
      GST_OBJECT_UNLOCK(pad);
      break;
    case kPropMuted:
      // GObject notifies by itself.
      (void)rtcmc::set_muted(pad, g_value_get_boolean(value) != FALSE);
      break;
    case kPropNavigation:
      GST_OBJECT_LOCK(pad);
      pad->settings->takes_navigation = g_value_get_boolean(value) != FALSE;
      GST_OBJECT_UNLOCK(pad);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void get_sink_pad_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  const rtcmc::SinkPadSettings settings = rtcmc::settings_of(RTCMC_SINK_PAD(object));
  switch (id) {
    case kPropStreamId:
      g_value_set_string(value, settings.stream_id.c_str());
      break;
    case kPropScreen:
      g_value_set_boolean(value, static_cast<gboolean>(settings.is_screen));
      break;
    case kPropMuted:
      g_value_set_boolean(value, static_cast<gboolean>(settings.is_muted));
      break;
    case kPropNavigation:
      g_value_set_boolean(value, static_cast<gboolean>(settings.takes_navigation));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

}  // namespace

static void rtcmc_sink_pad_init(RtcmcSinkPad* pad) {
  pad->settings = new rtcmc::SinkPadSettings{};
  rtcmc::watch_caps(GST_PAD(pad));
}

static void rtcmc_sink_pad_finalize(GObject* object) {
  delete RTCMC_SINK_PAD(object)->settings;
  G_OBJECT_CLASS(rtcmc_sink_pad_parent_class)->finalize(object);
}

static void rtcmc_sink_pad_class_init(RtcmcSinkPadClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = set_sink_pad_property;
  object_class->get_property = get_sink_pad_property;
  object_class->finalize = rtcmc_sink_pad_finalize;

  g_object_class_install_property(
      object_class, kPropStreamId,
      g_param_spec_string("stream-id", "Stream ID",
                          "Id of the MediaStream that browsers see this track in; tracks with the same id belong "
                          "together. Default: a random id shared by audio_N and video_N of the same number. Read when "
                          "the element starts",
                          nullptr, GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  g_object_class_install_property(
      object_class, kPropScreen,
      g_param_spec_boolean("screen", "Screen", "Tell participants that this is a screen share (isScreen)", FALSE,
                           GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  g_object_class_install_property(
      object_class, kPropMuted,
      g_param_spec_boolean("muted", "Muted",
                           "Send nothing, and tell participants so; takes effect at once, also while playing", FALSE,
                           GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  g_object_class_install_property(
      object_class, kPropNavigation,
      g_param_spec_boolean("navigation", "Navigation",
                           "Of video: push what any participant does over the picture with mouse, keys and touch "
                           "upstream, as GstNavigation events, and tell participants so; takes effect at once, also "
                           "while playing",
                           FALSE, GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
}

rtcmc::SinkPadSettings rtcmc::settings_of(RtcmcSinkPad* pad) {
  GST_OBJECT_LOCK(pad);
  SinkPadSettings settings = *pad->settings;
  GST_OBJECT_UNLOCK(pad);
  return settings;
}

bool rtcmc::set_muted(RtcmcSinkPad* pad, bool is_muted) {
  GST_OBJECT_LOCK(pad);
  const bool was_muted = std::exchange(pad->settings->is_muted, is_muted);
  GST_OBJECT_UNLOCK(pad);
  return was_muted != is_muted;
}
