// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.hpp"

#include <mutex>

GST_DEBUG_CATEGORY(rtcmc_room_debug);
GST_DEBUG_CATEGORY(rtcmc_peer_debug);
GST_DEBUG_CATEGORY(rtcmc_signaling_debug);

namespace rtcmc {

namespace {

GstDebugLevel to_gst_level(GLogLevelFlags level) {
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0) {
    return GST_LEVEL_ERROR;
  }
  // Input that is dropped is a "message": to GLib, warnings tell of programming mistakes.
  if ((level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE)) != 0) {
    return GST_LEVEL_WARNING;
  }
  return (level & G_LOG_LEVEL_INFO) != 0 ? GST_LEVEL_INFO : GST_LEVEL_DEBUG;
}

void forward(const gchar*, GLogLevelFlags level, const gchar* message, gpointer) {
  GST_CAT_LEVEL_LOG(rtcmc_signaling_debug, to_gst_level(level), nullptr, "%s", message);
}

}  // namespace

void init_logging() {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(rtcmc_room_debug, "rtcmcroom", 0, "RTCMultiConnection room: element");
    GST_DEBUG_CATEGORY_INIT(rtcmc_peer_debug, "rtcmcpeer", 0, "RTCMultiConnection room: participants");
    GST_DEBUG_CATEGORY_INIT(rtcmc_signaling_debug, "rtcmcsignaling", 0, "RTCMultiConnection room: signaling");
    g_log_set_handler("rtcmc", GLogLevelFlags(G_LOG_LEVEL_MASK), forward, nullptr);
  });
}

}  // namespace rtcmc
