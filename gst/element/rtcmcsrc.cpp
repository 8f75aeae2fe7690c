// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-rtcmcsrc
 * @title: rtcmcsrc
 *
 * The rtcmcroom that players make of a URI.
 *
 * ## Example
 * |[
 * gst-launch-1.0 playbin3 uri=rtcmc://example.org:9001/garden
 * ]|
 */
#include "element/rtcmcsrc.hpp"

#include "element/player.hpp"
#include "element/rtcmcroom.hpp"
#include "log.hpp"

namespace {

struct RtcmcSrc {
  RtcmcRoom parent;
};

struct RtcmcSrcClass {
  RtcmcRoomClass parent_class;
};

gint by_presence(gconstpointer one, gconstpointer other) {
  const auto rank = [](gconstpointer item) {
    return GST_PAD_TEMPLATE_PRESENCE(GST_PAD_TEMPLATE(item)) == GST_PAD_SOMETIMES ? 0 : 1;
  };
  return rank(one) - rank(other);
}

}  // namespace

G_DEFINE_FINAL_TYPE_WITH_CODE(RtcmcSrc, rtcmc_src, RTCMC_TYPE_ROOM,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, rtcmc::player::init_uri_handler))
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE(rtcmcsrc, "rtcmcsrc", GST_RANK_NONE, rtcmc_src_get_type(), rtcmc::init_logging())

static void rtcmc_src_init(RtcmcSrc*) {}

static void rtcmc_src_class_init(RtcmcSrcClass* klass) {
  auto* element_class = GST_ELEMENT_CLASS(klass);
  // The bins of players expect pads to come if the first template of a source pad says so (GStreamer 1.22), whereas
  // gst-launch asks for a pad of the first one that fits. That is why there are two elements.
  element_class->padtemplates = g_list_sort(element_class->padtemplates, by_presence);
  gst_element_class_set_static_metadata(
      element_class, "RTCMultiConnection room for players", "Source/Network/WebRTC",
      "Plays an RTCMultiConnection room, which a URI names: one sound and one picture "
      "of those who are there",
      "The rtcmc authors");
}
