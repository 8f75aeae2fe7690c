// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <ostream>
#include <random>

#include "receive/slot_fixture.hpp"
#include "wait_until.hpp"

// Whatever a participant sends, it ends the decoding of that stream at most.

namespace rtcmc::receive::testing {
namespace {

constexpr const char* kH264 =
    "videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48,framerate=30/1 ! "
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5 ! rtph264pay config-interval=-1 mtu=1200";
constexpr const char* kVp8 =
    "videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48,framerate=30/1 ! "
    "vp8enc deadline=1 keyframe-max-dist=5 ! rtpvp8pay mtu=1200";

Packet packet(std::uint16_t sequence, const std::vector<std::uint8_t>& payload) {
  Packet bytes{0x80, 0xe0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4};
  bytes[2] = static_cast<std::uint8_t>(sequence >> 8);
  bytes[3] = static_cast<std::uint8_t>(sequence);
  std::ranges::copy(payload, std::back_inserter(bytes));
  return bytes;
}

class ContainmentTest : public SlotTest {
 protected:
  void refuse_one_packet() {
    push(packet(7, {26, 1, 2, 3}));  // a NAL unit type that the depayloader calls an error
    ASSERT_TRUE(test::wait_until([this] { return count(GST_MESSAGE_WARNING) > 0; }));
  }
};

TEST_F(ContainmentTest, AnErrorEndsTheDecodingAndTheNextGoodStreamIsDecoded) {
  const Recording good = record(kH264);
  ASSERT_TRUE(good.caps);
  begin(rtp::Codec::H264);
  bind();
  ASSERT_TRUE(comes_through(good));
  const int asked = keyframe_requests();
  refuse_one_packet();
  EXPECT_EQ(said().front().code, GST_STREAM_ERROR_DECODE);
  EXPECT_NE(said().front().text.find("visitor"), std::string::npos) << said().front().text;
  ASSERT_TRUE(comes_through(good)) << "it is tried again";
  EXPECT_GT(keyframe_requests(), asked);
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0U);
  EXPECT_EQ(count(GST_MESSAGE_WARNING), 1U);
}

TEST_F(ContainmentTest, WhoGoesOnIsNotTriedAgainAtOnceNorToldOfAgain) {
  begin(rtp::Codec::H264);
  bind();
  refuse_one_packet();
  for (std::uint16_t i = 0; i < 100; ++i) {
    push(packet(i, {26, 1, 2, 3}));
    settle();
  }
  // Offering the same again, or another codec, does not help either.
  stream().codec = rtp::Codec::Vp8;
  slot().media_changed();
  unbind();
  bind();
  push(packet(7, {26, 1, 2, 3}));
  settle();
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0U);
  EXPECT_EQ(count(GST_MESSAGE_WARNING), 1U);
}

TEST_F(ContainmentTest, AnEndOfStreamBeforeAnyFrameIsNoError) {
  begin(rtp::Codec::H264);
  bind();
  end_of_stream();
  settle();
  EXPECT_TRUE(said().empty());
}

TEST_F(ContainmentTest, PicturesBeyondTheBoundAreNotDecoded) {
  const Recording good = record(kVp8);
  ASSERT_TRUE(good.caps);
  begin(rtp::Codec::Vp8);
  slot().set_max_picture_size(63);
  bind();
  play(good);
  ASSERT_TRUE(test::wait_until([this] { return count(GST_MESSAGE_WARNING) > 0; }));
  const std::string& text = said().front().text;
  EXPECT_EQ(said().front().code, GST_STREAM_ERROR_FORMAT);
  for (const char* part : {"visitor", "64×48", "max-picture-size=63"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
  EXPECT_EQ(arrived(), 0U);
  slot().set_max_picture_size(64);
  EXPECT_TRUE(comes_through(good)) << "with the next try";
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0U);
}

/// A VP8 keyframe's header (RFC 6386, 9.1) that promises 16,383×16,383 pixels, with next to nothing behind it.
TEST_F(ContainmentTest, APromiseOfAnEnormousPictureIsNotBelieved) {
  begin(rtp::Codec::Vp8);
  bind();
  push(packet(1, {0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f, 0, 0, 0, 0, 0}));
  ASSERT_TRUE(test::wait_until([this] { return count(GST_MESSAGE_WARNING) > 0; }));
  EXPECT_EQ(said().front().code, GST_STREAM_ERROR_FORMAT);
  EXPECT_NE(said().front().text.find("16383×16383"), std::string::npos) << said().front().text;
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0U);
}

struct Case {
  rtp::Codec codec;
  const char* source;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << rtp::info(c.codec).encoding_name;
}

class GarbageTest : public SlotTest, public ::testing::WithParamInterface<Case> {};

TEST_P(GarbageTest, EndsNeitherThePipelineNorTheStreamForGood) {
  const Recording good = record(GetParam().source);
  if (!good.caps) {
    GTEST_SKIP() << "not installed";
  }
  begin(GetParam().codec);
  bind();
  push_caps(good.caps);
  std::mt19937 random(11);  // the same garbage each time
  for (std::uint16_t i = 0; i < 600; ++i) {
    std::vector<std::uint8_t> payload(random() % 60);
    for (auto& byte : payload) {
      byte = static_cast<std::uint8_t>(random());
    }
    push(packet(i, payload));
    settle();
  }
  EXPECT_TRUE(comes_through(good));
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0U);
  EXPECT_LE(count(GST_MESSAGE_WARNING), 1U);
}

constexpr const char* kVideo = "videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48,framerate=30/1 ! ";

const std::vector<Case>& cases() {
  static const std::string vp9 = std::string(kVideo) + "vp9enc deadline=1 keyframe-max-dist=5 ! rtpvp9pay mtu=1200";
  static const std::string h265 = std::string(kVideo) +
                                  "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=5 ! "
                                  "rtph265pay config-interval=-1 mtu=1200";
  static const std::string av1 = std::string(kVideo) + "av1enc usage-profile=realtime ! rtpav1pay";
  static const std::string audio = "audiotestsrc num-buffers=20 ! audioconvert ! audioresample ! ";
  static const std::string opus = audio + "opusenc ! rtpopuspay";
  static const std::string g722 = audio + "audio/x-raw,rate=16000,channels=1 ! avenc_g722 ! rtpg722pay";
  static const std::string pcmu = audio + "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay";
  static const std::string pcma = audio + "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay";
  static const std::vector<Case> all{
      {rtp::Codec::Vp8, kVp8},          {rtp::Codec::Vp9, vp9.c_str()},   {rtp::Codec::H264, kH264},
      {rtp::Codec::H265, h265.c_str()}, {rtp::Codec::Av1, av1.c_str()},   {rtp::Codec::Opus, opus.c_str()},
      {rtp::Codec::G722, g722.c_str()}, {rtp::Codec::Pcmu, pcmu.c_str()}, {rtp::Codec::Pcma, pcma.c_str()}};
  return all;
}

INSTANTIATE_TEST_SUITE_P(EachCodec, GarbageTest, ::testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(rtp::info(info.param.codec).encoding_name); });

}  // namespace
}  // namespace rtcmc::receive::testing
