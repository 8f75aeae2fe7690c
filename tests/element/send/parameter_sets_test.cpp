// SPDX-License-Identifier: LGPL-2.1-or-later
// H.264 and H.265: which packets parameter sets come in.
#include <gst/video/video.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

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

/// Where a stream has its parameter sets, as cameras and files do it.
enum class Place { Description, Start };

struct SparseCase {
  const char* name;
  Codec codec;
  Place place;
  std::string encoder;
  std::string payloader;  // empty: the stream is not in RTP
  const char* decoder;
};

/// Takes the parameter sets out of a stream with lengths before its units; of the first picture, only if `is_bare`.
struct Stripping {
  Codec codec;
  bool is_bare;
  bool is_first = true;
};

GstPadProbeReturn strip(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& stripping = *static_cast<Stripping*>(data);
  if (GST_IS_EVENT(info->data)) {  // payloaders would send parameter sets with that
    return gst_video_event_is_force_key_unit(gst_pad_probe_info_get_event(info)) ? GST_PAD_PROBE_DROP
                                                                                 : GST_PAD_PROBE_OK;
  }
  if (std::exchange(stripping.is_first, false) && !stripping.is_bare) {
    return GST_PAD_PROBE_OK;
  }
  const auto whole = glib::Ref<GstBuffer>::adopt(gst_pad_probe_info_get_buffer(info));
  std::vector<std::uint8_t> bytes(gst_buffer_get_size(whole.get()));
  gst_buffer_extract(whole.get(), 0, bytes.data(), bytes.size());
  std::vector<std::uint8_t> left;
  for (std::size_t at = 0; at + 4 < bytes.size();) {
    const std::size_t size = 4U + (bytes[at] << 24U | bytes[at + 1] << 16U | bytes[at + 2] << 8U | bytes[at + 3]);
    const bool is_h264 = stripping.codec == Codec::H264;
    const int type = is_h264 ? bytes[at + 4] & 0x1f : bytes[at + 4] >> 1 & 0x3f;
    if (!parameter_sets(stripping.codec).contains(type) && type != (is_h264 ? 9 : 35)) {
      left.insert(left.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                  bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    at += size;
  }
  GstBuffer* bare = gst_buffer_new_memdup(left.data(), left.size());
  gst_buffer_copy_into(bare, whole.get(), GstBufferCopyFlags(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
                       static_cast<gsize>(-1));
  GST_PAD_PROBE_INFO_DATA(info) = bare;
  return GST_PAD_PROBE_OK;
}

class SparseParameterSetsTest : public TrackTest, public ::testing::WithParamInterface<SparseCase> {};

/// The first viewer comes long after the start, the second one after the first.
TEST_P(SparseParameterSetsTest, ReachWhoeverComes) {
  const auto& [name, codec, place, encoder, payloader, decoder] = GetParam();
  if (!is_installed(encoder.substr(0, encoder.find(' ')))) {
    GTEST_SKIP() << encoder << " is not installed";
  }
  make_track(Kind::Video, {codec});
  const bool is_h264 = codec == Codec::H264;
  ASSERT_NO_FATAL_FAILURE(feed(
      "videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=240,framerate=30/1 ! " + encoder +
      (is_h264 ? " ! h264parse ! video/x-h264,stream-format=avc" : " ! h265parse ! video/x-h265,stream-format=hvc1") +
      ",alignment=au ! identity name=bare" + (payloader.empty() ? "" : " ! " + payloader)));
  const auto pad = static_pad(element("bare"), "src");
  Stripping stripping{codec, place == Place::Description};
  const gulong probe =
      gst_pad_add_probe(pad.get(), GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                        strip, &stripping, nullptr);
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_codecs());
  for (int i = 0; i < 2; ++i) {
    Peer peer;
    auto subscription = start(peer, codec);
    ASSERT_TRUE(peer.await([](const auto& packets) {
      return std::ranges::count_if(packets, [](const Packet& packet) { return (packet[1] & 0x80) != 0; }) >= 4;
    })) << "whole frames";
    subscription.reset();
    EXPECT_TRUE(starts_keyframe(peer.packets().front(), codec));
    const auto packets = peer.packets();
    for (std::size_t j = 1; j < packets.size(); ++j) {
      EXPECT_EQ(sequence_of(packets[j]), static_cast<std::uint16_t>(sequence_of(packets[j - 1]) + 1));
    }
    const Picture picture = decode(peer, codec, decoder);
    EXPECT_GT(picture.red, 200);
    EXPECT_LT(picture.green, 60);
  }
  gst_pad_remove_probe(pad.get(), probe);
}

const std::string kSparse264 = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000";
const std::string kSparse265 = "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=3000";
const std::string kPay264 = "rtph264pay config-interval=0 mtu=500";
const std::string kPay265 = "rtph265pay config-interval=0 mtu=500";
constexpr const char* kDecode264 = "rtph264depay ! h264parse ! avdec_h264";
constexpr const char* kDecode265 = "rtph265depay ! h265parse ! avdec_h265";
/// Of a payloader's caps, what names the stream, without its parameter sets.
const std::string kSayLittle264 =
    " ! capssetter replace=true join=false caps=application/x-rtp,media=video,encoding-name=H264,clock-rate=90000";
const std::string kSayLittle265 =
    " ! capssetter replace=true join=false caps=application/x-rtp,media=video,encoding-name=H265,clock-rate=90000";

INSTANTIATE_TEST_SUITE_P(
    Inputs, SparseParameterSetsTest,
    ::testing::Values(
        SparseCase{"H264Caps", Codec::H264, Place::Description, kSparse264, "", kDecode264},
        SparseCase{"H265Caps", Codec::H265, Place::Description, kSparse265, "", kDecode265},
        SparseCase{"H264RtpCaps", Codec::H264, Place::Description, kSparse264, kPay264, kDecode264},
        SparseCase{"H265RtpCaps", Codec::H265, Place::Description, kSparse265, kPay265, kDecode265},
        SparseCase{"H264Start", Codec::H264, Place::Start, kSparse264, "", kDecode264},
        SparseCase{"H264RtpStart", Codec::H264, Place::Start, kSparse264, kPay264 + kSayLittle264, kDecode264},
        SparseCase{"H265RtpStart", Codec::H265, Place::Start, kSparse265, kPay265 + kSayLittle265, kDecode265}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rtcmc::send::testing
