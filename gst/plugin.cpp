// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include "config.h"
#include "element/rtcmcroom.hpp"
#include "element/rtcmcsrc.hpp"

static gboolean plugin_init(GstPlugin* plugin) {
  return static_cast<gboolean>(GST_ELEMENT_REGISTER(rtcmcroom, plugin) && GST_ELEMENT_REGISTER(rtcmcsrc, plugin));
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, rtcmc, "Takes part in RTCMultiConnection rooms", plugin_init,
                  RTCMC_VERSION, "LGPL", "rtcmc", RTCMC_URL)
