// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/source_pad.hpp"

#include <utility>

struct _RtcmcSourcePad {
  GstGhostPad parent;
  // Protected by the object lock:
  rtcmc::SourcePadSettings* settings;
  std::pair<std::string, std::string>* shown;  // user-id and stream-id of what passes
};

G_DEFINE_FINAL_TYPE(RtcmcSourcePad, rtcmc_source_pad, GST_TYPE_GHOST_PAD)

namespace {

enum SourcePadProperty { kPropShownUserId = 1, kPropShownStreamId, kPropFill };

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text ? text : "";
}

void set_source_pad_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  auto* pad = RTCMC_SOURCE_PAD(object);
  GST_OBJECT_LOCK(pad);
  switch (id) {
    case kPropShownUserId:
      pad->settings->user_id = text_of(value);
      break;
    case kPropShownStreamId:
      pad->settings->stream_id = text_of(value);
      break;
    case kPropFill:
      pad->settings->fill = g_value_get_boolean(value) != FALSE;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(pad);
}

void set_text(GValue* value, const std::string& shown, const std::string& wanted) {
  const std::string& text = shown.empty() ? wanted : shown;
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

void get_source_pad_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  auto* pad = RTCMC_SOURCE_PAD(object);
  GST_OBJECT_LOCK(pad);
  switch (id) {
    case kPropShownUserId:
      set_text(value, pad->shown->first, pad->settings->user_id);
      break;
    case kPropShownStreamId:
      set_text(value, pad->shown->second, pad->settings->stream_id);
      break;
    case kPropFill:
      g_value_set_boolean(value, static_cast<gboolean>(pad->settings->fill));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(pad);
}

}  // namespace

static void rtcmc_source_pad_init(RtcmcSourcePad* pad) {
  pad->settings = new rtcmc::SourcePadSettings{};
  pad->shown = new std::pair<std::string, std::string>{};
}

static void rtcmc_source_pad_finalize(GObject* object) {
  delete RTCMC_SOURCE_PAD(object)->settings;
  delete RTCMC_SOURCE_PAD(object)->shown;
  G_OBJECT_CLASS(rtcmc_source_pad_parent_class)->finalize(object);
}

static void rtcmc_source_pad_class_init(RtcmcSourcePadClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = set_source_pad_property;
  object_class->get_property = get_source_pad_property;
  object_class->finalize = rtcmc_source_pad_finalize;

  constexpr auto kFlags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object_class, kPropShownUserId,
      g_param_spec_string("user-id", "User ID",
                          "Whose stream passes. Set before anything does, only that participant's streams come here; "
                          "otherwise anybody's. Notified when it changes",
                          nullptr, kFlags));
  g_object_class_install_property(
      object_class, kPropShownStreamId,
      g_param_spec_string("stream-id", "Stream ID",
                          "Id of the MediaStream that passes. Set before anything does, only that stream comes here. "
                          "Notified when it changes",
                          nullptr, kFlags));
  g_object_class_install_property(
      object_class, kPropFill,
      g_param_spec_boolean(
          "fill", "Fill",
          "While there is no stream, black pictures or silence pass, so that mixers and recorders keep "
          "running. Needs a downstream that takes raw media. Read when a stream comes or goes",
          FALSE, kFlags));
}

rtcmc::SourcePadSettings rtcmc::settings_of(RtcmcSourcePad* pad) {
  GST_OBJECT_LOCK(pad);
  SourcePadSettings settings = *pad->settings;
  GST_OBJECT_UNLOCK(pad);
  return settings;
}

void rtcmc::show_stream(RtcmcSourcePad* pad, const std::string& user_id, const std::string& stream_id) {
  GST_OBJECT_LOCK(pad);
  *pad->shown = {user_id, stream_id};
  GST_OBJECT_UNLOCK(pad);
  g_object_notify(G_OBJECT(pad), "user-id");
  g_object_notify(G_OBJECT(pad), "stream-id");
}
