// SPDX-License-Identifier: LGPL-2.1-or-later
// H.264 and H.265: which packets parameter sets come in.
#include <gst/video/video.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>

#include "media/elements.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

/// The types of the units in a packet, whole or in part.
std::vector<int> units_in(const Packet& packet, Codec codec) {
  const auto payload = payload_of(packet);
  const bool is_h264 = codec == Codec::H264;
  const auto type_of = [is_h264](std::uint8_t byte) { return is_h264 ? byte & 0x1f : byte >> 1 & 0x3f; };
  const std::size_t header_size = is_h264 ? 1 : 2;
  const int type = type_of(payload.at(0));
  if (type == (is_h264 ? 28 : 49)) {  // a fragment
    const std::uint8_t header = payload.at(header_size);
    return {is_h264 ? header & 0x1f : header & 0x3f};
  }
  if (type != (is_h264 ? 24 : 48)) {
    return {type};
  }
  std::vector<int> types;
  for (std::size_t at = header_size; at + 2 < payload.size();) {
    types.push_back(type_of(payload.at(at + 2)));
    at += 2U + (payload.at(at) << 8 | payload.at(at + 1));
  }
  return types;
}

bool is_slice(int type, Codec codec) {
  return codec == Codec::H264 ? type >= 1 && type <= 5 : type < 32;
}
bool is_key_slice(int type, Codec codec) {
  return codec == Codec::H264 ? type == 5 : type >= 16 && type <= 21;
}
std::set<int> parameter_sets(Codec codec) {
  return codec == Codec::H264 ? std::set{7, 8} : std::set{32, 33, 34};
}

/// Units of each picture, in the order of packets; checks that a marker ends a picture.
std::vector<std::vector<int>> pictures_in(const std::vector<Packet>& packets, Codec codec) {
  std::vector<std::vector<int>> pictures(1);
  for (const Packet& packet : packets) {
    for (const int type : units_in(packet, codec)) {
      pictures.back().push_back(type);
    }
    if ((packet.at(1) & 0x80) != 0) {
      pictures.emplace_back();
    }
  }
  pictures.pop_back();  // may be cut off
  return pictures;
}

struct Sets {
  const char* name;
  Codec codec;
  const char* encoder;
  std::string elements;
};

class ParameterSetsTest : public TrackTest, public ::testing::WithParamInterface<Sets> {};

TEST_P(ParameterSetsTest, EachKeyframeBringsItsOwnInOnePiece) {
  const Codec codec = GetParam().codec;
  if (!is_installed(GetParam().encoder)) {
    GTEST_SKIP() << GetParam().encoder << " is not installed";
  }
  make_track(Kind::Video, {codec});
  ASSERT_NO_FATAL_FAILURE(
      play("videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1" + GetParam().elements));
  Peer peer;
  const auto subscription = start(peer, codec);
  for (std::size_t keyframes = 1; keyframes <= 3; ++keyframes) {
    ASSERT_TRUE(peer.await([&](const auto& packets) { return count_keyframes(packets, codec) >= keyframes; }));
    // Others on the way ask for whatever they like.
    for (const gboolean all_headers : std::initializer_list<gboolean>{TRUE, FALSE}) {
      gst_pad_push_event(track_->sink_pad(),
                         gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, all_headers, 0));
      gst_pad_send_event(track_->sink_pad(),
                         gst_video_event_new_downstream_force_key_unit(GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
                                                                       GST_CLOCK_TIME_NONE, all_headers, 0));
    }
    peer.request_keyframe();
  }
  const auto size = peer.packets().size();
  ASSERT_TRUE(peer.await_packets(size + 10));
  unsigned keyframes = 0;
  for (const auto& picture : pictures_in(peer.packets(), codec)) {
    SCOPED_TRACE(::testing::PrintToString(picture));
    ASSERT_TRUE(std::ranges::any_of(picture, [codec](int type) { return is_slice(type, codec); }))
        << "a marker, but no picture";
    const auto slice = std::ranges::find_if(picture, [codec](int type) { return is_key_slice(type, codec); });
    if (slice != picture.end()) {
      ++keyframes;
      const std::set<int> before(picture.begin(), slice);
      EXPECT_TRUE(std::ranges::includes(before, parameter_sets(codec)));
    }
  }
  EXPECT_GE(keyframes, 3U);
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, ParameterSetsTest,
    ::testing::Values(
        Sets{"Raw264", Codec::H264, "x264enc", ""}, Sets{"Raw265", Codec::H265, "x265enc", ""},
        Sets{"H264", Codec::H264, "x264enc",
             " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 aud=true"
             " ! video/x-h264,stream-format=byte-stream"},
        Sets{"H264WithoutDelimiters", Codec::H264, "x264enc",
             " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 aud=false"
             " ! video/x-h264,stream-format=byte-stream"},
        Sets{"H264InAvc", Codec::H264, "x264enc",
             " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 ! video/x-h264,stream-format=avc"},
        Sets{"H264Openh264", Codec::H264, "openh264enc", " ! openh264enc gop-size=3000"},
        Sets{"H265", Codec::H265, "x265enc", " ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=3000"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rtcmc::send::testing
