// SPDX-License-Identifier: LGPL-2.1-or-later
// Raw input in whatever form caps can describe: viewers see the right colours, shape and direction.
#include <gst/gst.h>

#include "media/elements.hpp"
#include "send/fit.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

struct Colour {
  int red;
  int green;
  int blue;
};
constexpr Colour kRedPixel{255, 0, 0};
constexpr Colour kBlue{0, 0, 191};
constexpr Colour kGrey{128, 128, 128};
constexpr int kTolerance = 16;

struct Variant {
  const char* name;
  std::string elements;
  int width;
  int height;
  Colour colour;
  double x = 0.5;  // where it is
  double y = 0.5;
};

const std::string kSource = "videotestsrc is-live=true ";
const std::string kPlain = "video/x-raw,framerate=30/1,";
/// White and blue in the upper corners.
const std::string kBars =
    kSource + "pattern=smpte75 ! " + kPlain + "format=I420,width=64,height=48 ! taginject tags=\"image-orientation=";

class VariantsTest : public TrackTest, public ::testing::WithParamInterface<Variant> {
 protected:
  static void expect_shown(const Peer& peer, Codec codec) {
    const auto& [name, elements, width, height, colour, x, y] = GetParam();
    const Picture picture = decode(
        peer, codec, codec == Codec::Vp8 ? "rtpvp8depay ! vp8dec" : "rtph264depay ! h264parse ! avdec_h264", x, y);
    EXPECT_EQ(picture.width, width);
    EXPECT_EQ(picture.height, height);
    EXPECT_NEAR(picture.red, colour.red, kTolerance);
    EXPECT_NEAR(picture.green, colour.green, kTolerance);
    EXPECT_NEAR(picture.blue, colour.blue, kTolerance);
  }
};

TEST_P(VariantsTest, AreShownAsTheyAre) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(GetParam().elements));
  Peer vp8;
  Peer h264;
  auto to_vp8 = start(vp8, Codec::Vp8);
  auto to_h264 = start(h264, Codec::H264);
  ASSERT_TRUE(vp8.await_packets(4));
  ASSERT_TRUE(h264.await_packets(4));
  to_vp8.reset();
  to_h264.reset();
  expect_shown(vp8, Codec::Vp8);
  expect_shown(h264, Codec::H264);
  EXPECT_TRUE(listener_.errors().empty());
  EXPECT_TRUE(listener_.warnings().empty()) << ::testing::PrintToString(listener_.warnings());
}

std::string solid(const std::string& pattern, const std::string& caps) {
  return kSource + "pattern=" + pattern + " ! " + kPlain + caps;
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, VariantsTest,
    ::testing::Values(
        Variant{"FullRange", solid("red", "format=I420,width=64,height=48,colorimetry=(string)1:4:0:0"), 64, 48,
                kRedPixel},
        Variant{"FullRangeGrey",
                "videotestsrc is-live=true pattern=solid-color foreground-color=0xff808080 ! " + kPlain +
                    "format=I420,width=64,height=48,colorimetry=(string)1:4:0:0",
                64, 48, kGrey},
        Variant{"Bt709", solid("red", "format=I420,width=64,height=48,colorimetry=bt709"), 64, 48, kRedPixel},
        Variant{"Bt601", solid("red", "format=NV12,width=64,height=48,colorimetry=bt601"), 64, 48, kRedPixel},
        Variant{"Bt2020", solid("red", "format=I420_10LE,width=64,height=48,colorimetry=bt2020"), 64, 48, kRedPixel},
        Variant{"Rgb", solid("red", "format=BGRx,width=64,height=48"), 64, 48, kRedPixel},
        Variant{"GreyOnly",
                "videotestsrc is-live=true pattern=solid-color foreground-color=0xff808080 ! " + kPlain +
                    "format=GRAY8,width=64,height=48",
                64, 48, kGrey},
        Variant{"WidePixels", solid("red", "format=I420,width=60,height=48,pixel-aspect-ratio=4/3"), 80, 48, kRedPixel},
        Variant{"TallPixels", solid("red", "format=I420,width=64,height=40,pixel-aspect-ratio=1/2"), 64, 80, kRedPixel},
        Variant{"Pal", solid("red", "format=I420,width=180,height=144,pixel-aspect-ratio=16/15"), 192, 144, kRedPixel},
        Variant{"Upright", kBars + "rotate-0\"", 64, 48, kBlue, 0.95, 0.1},
        Variant{"TurnedRight", kBars + "rotate-90\"", 48, 64, kBlue, 0.9, 0.95},
        Variant{"UpsideDown", kBars + "rotate-180\"", 64, 48, kBlue, 0.05, 0.9},
        Variant{"TurnedLeft", kBars + "rotate-270\"", 48, 64, kBlue, 0.1, 0.05},
        Variant{"Mirrored", kBars + "flip-rotate-0\"", 64, 48, kBlue, 0.05, 0.1},
        Variant{"VariableRate",
                kSource + "pattern=red ! video/x-raw,width=64,height=48,framerate=30/1 ! capssetter "
                          "caps=\"video/x-raw,framerate=0/1,max-framerate=30/1\"",
                64, 48, kRedPixel},
        Variant{"NoRate",
                kSource + "pattern=red ! video/x-raw,width=64,height=48,framerate=30/1 ! capssetter "
                          "caps=\"video/x-raw,framerate=0/1\"",
                64, 48, kRedPixel},
        Variant{"OnePoint", solid("red", "format=RGB,width=1,height=1"), 16, 16, kRedPixel},
        Variant{"FourPoints", solid("red", "format=I420,width=2,height=2"), 16, 16, kRedPixel},
        Variant{"Odd", solid("red", "format=I420,width=321,height=241"), 320, 240, kRedPixel}),
    [](const auto& info) { return info.param.name; });

class ChangesTest : public TrackTest {};

TEST_F(ChangesTest, OfShapeAndDirectionInMidStreamAreFollowed) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      play(kSource + "pattern=red ! capsfilter name=filter caps=" + kPlain + "format=I420,width=64,height=48"));
  Peer peer;
  auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(2));
  const auto caps = parse_caps(kPlain + "format=I420,width=64,height=48,pixel-aspect-ratio=2/1,colorimetry=1:4:0:0");
  g_object_set(element("filter"), "caps", caps.get(), nullptr);
  ASSERT_TRUE(peer.await([](const auto& packets) { return count_keyframes(packets, Codec::Vp8) >= 2; }));
  Picture picture = decode(peer, Codec::Vp8, "rtpvp8depay ! vp8dec");
  EXPECT_EQ(picture.width, 128);
  EXPECT_EQ(picture.height, 48);
  EXPECT_NEAR(picture.red, kRedPixel.red, kTolerance);
  GstTagList* tags = gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-90", nullptr);
  gst_element_send_event(element("filter"), gst_event_new_tag(tags));
  ASSERT_TRUE(peer.await([](const auto& packets) { return count_keyframes(packets, Codec::Vp8) >= 3; }));
  subscription.reset();
  picture = decode(peer, Codec::Vp8, "rtpvp8depay ! vp8dec");
  EXPECT_EQ(picture.width, 48);
  EXPECT_EQ(picture.height, 128);
}

/// Nobody turns them: one warning says so.
TEST_F(ChangesTest, EncodedPicturesOnTheirSideAreToldOf) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kBars + "rotate-90\" ! vp8enc deadline=1"));
  ASSERT_TRUE(listener_.await_warning());
  EXPECT_NE(listener_.warnings().front().find("rotate-90"), std::string::npos) << listener_.warnings().front();
}

/// As a slide show.
TEST_F(ChangesTest, ARestOfAMinuteIsSurvived) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      feed("appsrc name=app is-live=true format=time ! video/x-raw,format=I420,width=16,height=16,framerate=0/1"));
  ASSERT_NO_FATAL_FAILURE(play());
  const auto push = [this](GstClockTime time) {
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 384, nullptr));
    gst_buffer_memset(buffer.get(), 0, 128, 384);
    GST_BUFFER_PTS(buffer.get()) = time;
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(element("app"), "push-buffer", buffer.get(), &flow);
  };
  push(0);
  ASSERT_TRUE(listener_.await_codecs());
  GstClockTime minute = 1;
  for (const Codec codec : {Codec::Vp8, Codec::H264}) {
    Peer peer;
    const auto subscription = start(peer, codec);
    for (int i = 0; i < 3; ++i, ++minute) {
      const std::size_t before = peer.packets().size();
      push(minute * 60 * GST_SECOND);
      ASSERT_TRUE(peer.await_packets(before + 1)) << rtp::info(codec).encoding_name << " " << minute;
    }
  }
}

struct SizeCase {
  const char* name;
  const char* caps;
  const char* wanted;
};

class FittingSizeTest : public ::testing::TestWithParam<SizeCase> {};

TEST_P(FittingSizeTest, IsWhatDecodersTake) {
  const auto size = fitting_size(parse_caps(std::string("video/x-raw,") + GetParam().caps).get());
  const auto wanted = parse_caps(std::string("video/x-raw") + GetParam().wanted);
  EXPECT_TRUE(gst_caps_is_equal(size.get(), wanted.get())) << glib::String(gst_caps_to_string(size.get())).get();
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, FittingSizeTest,
    ::testing::Values(SizeCase{"Usual", "width=1920,height=1080", ""}, SizeCase{"Odd", "width=321,height=241", ""},
                      SizeCase{"Largest", "width=4096,height=2304,pixel-aspect-ratio=1/1", ""},
                      SizeCase{"Huge", "width=8192,height=4320", ",width=4096,height=2160,pixel-aspect-ratio=1/1"},
                      SizeCase{"Square", "width=4096,height=4096", ",width=3072,height=3072,pixel-aspect-ratio=1/1"},
                      SizeCase{"Panorama", "width=16000,height=500", ",width=4096,height=128,pixel-aspect-ratio=1/1"},
                      SizeCase{"Ntsc", "width=720,height=480,pixel-aspect-ratio=8/9",
                               ",width=720,height=540,pixel-aspect-ratio=1/1"},
                      SizeCase{"Hdv", "width=1440,height=1080,pixel-aspect-ratio=4/3",
                               ",width=1920,height=1080,pixel-aspect-ratio=1/1"},
                      SizeCase{"Tiny", "width=1,height=3", ",width=16,height=48,pixel-aspect-ratio=1/1"},
                      SizeCase{"Line", "width=2000,height=1", ",width=4096,height=2,pixel-aspect-ratio=1/1"}),
    [](const auto& info) { return info.param.name; });

struct SoundCase {
  const char* name;
  const char* caps;
};

class SoundVariantsTest : public TrackTest, public ::testing::WithParamInterface<SoundCase> {};

TEST_P(SoundVariantsTest, AreHeard) {
  make_track(Kind::Audio);
  ASSERT_NO_FATAL_FAILURE(play(std::string("audiotestsrc is-live=true ! audio/x-raw,") + GetParam().caps));
  Peer opus;
  Peer pcmu;
  const auto to_opus = start(opus, Codec::Opus);
  const auto to_pcmu = start(pcmu, Codec::Pcmu);
  EXPECT_TRUE(opus.await_packets(5));
  EXPECT_TRUE(pcmu.await_packets(5));
  EXPECT_TRUE(listener_.errors().empty());
  EXPECT_TRUE(listener_.warnings().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, SoundVariantsTest,
    ::testing::Values(SoundCase{"Hz8000", "rate=8000,channels=1"}, SoundCase{"Hz11025", "rate=11025,channels=2"},
                      SoundCase{"Hz44100", "rate=44100,channels=2"}, SoundCase{"Hz96000", "rate=96000,channels=2"},
                      SoundCase{"Hz192000", "rate=192000,channels=8,channel-mask=(bitmask)0xc3f"},
                      SoundCase{"Planes", "layout=non-interleaved,channels=2,format=S16LE"},
                      SoundCase{"PlanesOfFive",
                                "layout=non-interleaved,channels=5,format=F32LE,channel-mask=(bitmask)0"},
                      SoundCase{"F64", "format=F64LE,channels=2"}, SoundCase{"U8", "format=U8,channels=1"},
                      SoundCase{"S24BigEndian", "format=S24BE,channels=2,rate=32000"},
                      SoundCase{"Four", "channels=4,channel-mask=(bitmask)0x33"},
                      SoundCase{"Seven", "channels=7,channel-mask=(bitmask)0"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rtcmc::send::testing
