// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/remote_stream.hpp"

namespace rtcmc::receive {

glib::Ref<GstStream> describe(const std::string& user_id, const std::string& stream_id, rtp::Kind kind) {
  const bool is_video = kind == rtp::Kind::Video;
  const std::string id = user_id + "/" + stream_id + (is_video ? "/video" : "/audio");
  auto stream = glib::Ref<GstStream>::adopt(gst_stream_new(
      id.c_str(), nullptr, is_video ? GST_STREAM_TYPE_VIDEO : GST_STREAM_TYPE_AUDIO, GST_STREAM_FLAG_NONE));
  const auto tags = glib::Ref<GstTagList>::adopt(
      gst_tag_list_new(GST_TAG_TITLE, user_id.c_str(), GST_TAG_EXTENDED_COMMENT, ("user-id=" + user_id).c_str(),
                       GST_TAG_EXTENDED_COMMENT, ("stream-id=" + stream_id).c_str(), nullptr));
  gst_stream_set_tags(stream.get(), tags.get());
  return stream;
}

}  // namespace rtcmc::receive
