// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>

#include "media/elements.hpp"
#include "receive/slot_fixture.hpp"

namespace rtcmc::receive::testing {
namespace {

struct ColourCase {
  const char* name;
  rtp::Codec codec;
  const char* colours;
  int height;
  const char* encoder;
};

class ColourTest : public SlotTest, public ::testing::WithParamInterface<ColourCase> {};

/// Decoders guess by the number of lines where the stream does not say it; VP8 knows of BT.601 alone.
TEST_P(ColourTest, IsSaidAsTheStreamHasIt) {
  const auto& [name, codec, colours, height, encoder] = GetParam();
  const auto recording =
      record("videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=" + std::to_string(height) +
             ",colorimetry=" + colours + " ! " + encoder);
  ASSERT_TRUE(recording.caps);
  begin(codec);
  bind();
  push_caps(recording.caps);
  ASSERT_TRUE(comes_through(recording));
  const auto caps = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(slot().src_pad()));
  const char* said = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "colorimetry");
  EXPECT_EQ(std::string(said ? said : ""), colours);
}

const char* const kColourVp8 = "vp8enc deadline=1 ! rtpvp8pay";
const char* const kVp9 = "vp9enc deadline=1 cpu-used=8 ! rtpvp9pay";
const char* const kColourH264 = "x264enc tune=zerolatency ! rtph264pay";

INSTANTIATE_TEST_SUITE_P(Streams, ColourTest,
                         ::testing::Values(ColourCase{"Vp8Small", rtp::Codec::Vp8, "bt601", 240, kColourVp8},
                                           ColourCase{"Vp8Large", rtp::Codec::Vp8, "bt601", 720, kColourVp8},
                                           ColourCase{"Vp9Small", rtp::Codec::Vp9, "bt709", 240, kVp9},
                                           ColourCase{"Vp9Large", rtp::Codec::Vp9, "bt601", 720, kVp9},
                                           ColourCase{"H264Small", rtp::Codec::H264, "bt709", 240, kColourH264},
                                           ColourCase{"H264Large", rtp::Codec::H264, "bt601", 720, kColourH264}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rtcmc::receive::testing
