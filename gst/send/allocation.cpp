// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/allocation.hpp"

#include <gst/video/video.h>

namespace rtcmc::send {

void propose_allocation(GstQuery* query) {
  // Whatever comes first in a branch can read them.
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  GstVideoInfo info;
  // Of pictures in other memory, upstream alone knows the size.
  if (caps && gst_video_info_from_caps(&info, caps)) {
    gst_query_add_allocation_pool(query, nullptr, static_cast<guint>(GST_VIDEO_INFO_SIZE(&info)), kMaxKeptPictures, 0);
  }
}

}  // namespace rtcmc::send
