// SPDX-License-Identifier: LGPL-2.1-or-later
// Encoded input as cameras and encoders make it: what browsers cannot show is said, and SDP says what it is.
#include <string>

#include "media/elements.hpp"
#include "media/rtp_elements.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

struct Displayable {
  const char* name;
  std::string elements;
  Codec codec;
  const char* advice;  // a word of it; null: there is nothing to say
};

class DisplayableTest : public TrackTest, public ::testing::WithParamInterface<Displayable> {};

std::string raw(const char* format) {
  return std::string("videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1,format=") + format +
         " ! ";
}

const std::string kSuperfast = "x264enc speed-preset=superfast key-int-max=30 rc-lookahead=0 sync-lookahead=0 ";
const std::string kNoBFrames = kSuperfast + "tune=zerolatency ! ";

TEST_P(DisplayableTest, IsSaidOnceWithWhatToSet) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(GetParam().elements));
  Peer peer;
  const auto subscription = start(peer, GetParam().codec);
  ASSERT_TRUE(peer.await_packets(20));
  const auto warnings = listener_.warnings();
  ASSERT_EQ(warnings.size(), GetParam().advice ? 1U : 0U) << ::testing::PrintToString(warnings);
  if (GetParam().advice) {
    EXPECT_NE(warnings.front().find(GetParam().advice), std::string::npos) << warnings.front();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, DisplayableTest,
    ::testing::Values(
        Displayable{"Baseline", raw("I420") + kNoBFrames + "video/x-h264,profile=constrained-baseline", Codec::H264,
                    nullptr},
        Displayable{"High", raw("I420") + kNoBFrames + "video/x-h264,profile=high", Codec::H264, nullptr},
        Displayable{"High422", raw("Y42B") + kNoBFrames + "video/x-h264", Codec::H264, "format=I420"},
        Displayable{"High444", raw("Y444") + kNoBFrames + "video/x-h264,stream-format=avc", Codec::H264, "format=I420"},
        Displayable{"High10", raw("I420_10LE") + kNoBFrames + "video/x-h264", Codec::H264, "format=I420"},
        Displayable{"High444InRtp", raw("Y444") + kNoBFrames + "rtph264pay config-interval=-1", Codec::H264,
                    "format=I420"},
        Displayable{"BFrames", raw("I420") + kSuperfast + "bframes=2 b-adapt=false ! video/x-h264", Codec::H264,
                    "bframes=0"},
        Displayable{"Vp9Profile0", raw("I420") + "vp9enc deadline=1 cpu-used=8 ! video/x-vp9", Codec::Vp9, nullptr},
        Displayable{"Vp9Profile1", raw("Y444") + "vp9enc deadline=1 cpu-used=8 ! video/x-vp9", Codec::Vp9,
                    "format=I420"}),
    [](const auto& info) { return info.param.name; });

struct ProfileCase {
  const char* name;
  const char* caps;
  const char* profile_level_id;
};

class H264ProfileTest : public ::testing::TestWithParam<ProfileCase> {};

TEST_P(H264ProfileTest, IsWhatTheCapsSay) {
  const auto caps = rtp_caps(Codec::H264, {parse_caps(GetParam().caps).get()});
  EXPECT_STREQ(gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "profile-level-id"),
               GetParam().profile_level_id);
}

INSTANTIATE_TEST_SUITE_P(
    Caps, H264ProfileTest,
    ::testing::Values(ProfileCase{"Nothing", "video/x-h264", "42e01f"},
                      ProfileCase{"High", "video/x-h264,profile=high,level=(string)4", "640028"},
                      ProfileCase{"NoLevel", "video/x-h264,profile=high", "64001f"},
                      ProfileCase{"Level1b", "video/x-h264,profile=high,level=(string)1b", "64000b"},
                      ProfileCase{"Level1bInCodecData", "video/x-h264,codec_data=(buffer)01640009", "64000b"},
                      ProfileCase{"NoProfile", "video/x-h264,level=(string)4", "42e028"},
                      ProfileCase{"High10", "video/x-h264,profile=high-10,level=(string)3.1", "6e001f"},
                      ProfileCase{"High422", "video/x-h264,profile=high-4:2:2,level=(string)3.1", "7a001f"},
                      ProfileCase{"High444", "video/x-h264,profile=high-4:4:4,level=(string)3.1", "f4001f"},
                      ProfileCase{"Extended", "video/x-h264,profile=extended,level=(string)3", "58001e"},
                      ProfileCase{"CodecData", "video/x-h264,codec_data=(buffer)0164001e", "64001e"},
                      ProfileCase{"Level1bInRtp", "application/x-rtp,profile-level-id=(string)640009", "64000b"},
                      ProfileCase{"Rtp", "application/x-rtp,profile-level-id=(string)4d0028", "4d0028"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rtcmc::send::testing
