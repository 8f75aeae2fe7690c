// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>

#include "media/elements.hpp"
#include "receive/slot_fixture.hpp"

namespace rtcmc::receive::testing {
namespace {

class StereoTest : public SlotTest, public ::testing::WithParamInterface<const char*> {};

/// Browsers send two channels without announcing them; only who says that it is one channel is believed.
TEST_P(StereoTest, SoundInTwoChannelsArrivesInTwo) {
  auto recording = record("audiotestsrc num-buffers=20 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay");
  ASSERT_TRUE(recording.caps);
  recording.caps = glib::Ref<GstCaps>::adopt(gst_caps_copy(recording.caps.get()));
  GstStructure* structure = gst_caps_get_structure(recording.caps.get(), 0);
  gst_structure_remove_fields(structure, "sprop-stereo", "stereo", nullptr);
  if (!std::string(GetParam()).empty()) {
    gst_structure_set(structure, "sprop-stereo", G_TYPE_STRING, GetParam(), nullptr);
  }
  begin(rtp::Codec::Opus);
  bind();
  push_caps(recording.caps);
  ASSERT_TRUE(comes_through(recording));
  const auto caps = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(slot().src_pad()));
  int channels = 0;
  gst_structure_get_int(gst_caps_get_structure(caps.get(), 0), "channels", &channels);
  EXPECT_EQ(channels, 2) << glib::String(gst_caps_to_string(caps.get())).get();
}

INSTANTIATE_TEST_SUITE_P(Descriptions, StereoTest, ::testing::Values("", "1"), [](const auto& info) {
  return std::string(info.param).empty() ? std::string("Nothing") : "Says" + std::string(info.param);
});

}  // namespace
}  // namespace rtcmc::receive::testing
