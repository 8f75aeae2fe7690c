// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/keyframe.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace rtcmc::rtp {
namespace {

bool starts(Codec codec, const std::vector<std::uint8_t>& payload) {
  return starts_keyframe(codec, payload);
}

TEST(StartsKeyframe, AudioAlways) {
  EXPECT_TRUE(starts(Codec::Opus, {}));
  EXPECT_TRUE(starts(Codec::Pcmu, {1}));
}

TEST(StartsKeyframe, NothingIsNoKeyframe) {
  for (const Codec codec : {Codec::Vp8, Codec::Vp9, Codec::H264, Codec::H265, Codec::Av1}) {
    EXPECT_FALSE(starts(codec, {}));
  }
}

TEST(StartsKeyframe, Vp8) {
  EXPECT_TRUE(starts(Codec::Vp8, {0x10, 0x00}));
  EXPECT_FALSE(starts(Codec::Vp8, {0x10, 0x01})) << "inter frame";
  EXPECT_FALSE(starts(Codec::Vp8, {0x00, 0x00})) << "not the start of a partition";
  EXPECT_FALSE(starts(Codec::Vp8, {0x11, 0x00})) << "second partition";
  EXPECT_TRUE(starts(Codec::Vp8, {0x90, 0x80, 0x81, 0x23, 0x00})) << "15-bit picture id";
  EXPECT_FALSE(starts(Codec::Vp8, {0x90, 0x80, 0x81, 0x22, 0x01}));
  EXPECT_TRUE(starts(Codec::Vp8, {0x90, 0x80, 0x01, 0x02})) << "7-bit picture id";
  EXPECT_TRUE(starts(Codec::Vp8, {0x90, 0xf0, 0x81, 0x23, 0x01, 0x01, 0x00})) << "all fields";
  EXPECT_FALSE(starts(Codec::Vp8, {0x90, 0xf0, 0x81, 0x23, 0x01, 0x01})) << "cut short";
  EXPECT_FALSE(starts(Codec::Vp8, {0x90, 0x80}));
}

TEST(StartsKeyframe, Vp9) {
  EXPECT_TRUE(starts(Codec::Vp9, {0x08, 0x00}));
  EXPECT_FALSE(starts(Codec::Vp9, {0x48, 0x00})) << "inter-predicted";
  EXPECT_FALSE(starts(Codec::Vp9, {0x00, 0x00})) << "not the start of a frame";
  EXPECT_TRUE(starts(Codec::Vp9, {0xa8, 0x81, 0x23, 0x00, 0x00})) << "lowest spatial layer";
  EXPECT_FALSE(starts(Codec::Vp9, {0xa8, 0x81, 0x23, 0x02, 0x00})) << "second spatial layer";
  EXPECT_FALSE(starts(Codec::Vp9, {0x88, 0x81, 0x23})) << "cut short";
}

TEST(StartsKeyframe, H264) {
  EXPECT_TRUE(starts(Codec::H264, {0x67, 0x42})) << "SPS";
  EXPECT_TRUE(starts(Codec::H264, {0x65, 0x88})) << "IDR slice";
  EXPECT_FALSE(starts(Codec::H264, {0x61, 0x88})) << "other slice";
  EXPECT_FALSE(starts(Codec::H264, {0x68, 0xce})) << "PPS";
  EXPECT_TRUE(starts(Codec::H264, {0x7c, 0x85})) << "first fragment of an IDR slice";
  EXPECT_FALSE(starts(Codec::H264, {0x7c, 0x05})) << "later fragment";
  EXPECT_FALSE(starts(Codec::H264, {0x7c, 0x81})) << "fragment of another slice";
  EXPECT_FALSE(starts(Codec::H264, {0x7c}));
  EXPECT_TRUE(starts(Codec::H264, {0x78, 0, 2, 0x09, 0x10, 0, 2, 0x67, 0x42})) << "aggregated after a delimiter";
  EXPECT_FALSE(starts(Codec::H264, {0x78, 0, 2, 0x09, 0x10, 0, 2, 0x61, 0x42}));
  EXPECT_FALSE(starts(Codec::H264, {0x78, 0xff, 0xff, 0x09})) << "size beyond the end";
  EXPECT_FALSE(starts(Codec::H264, {0x78, 0, 0, 0, 0})) << "empty units";
}

TEST(StartsKeyframe, H265) {
  EXPECT_TRUE(starts(Codec::H265, {32 << 1, 1})) << "VPS";
  EXPECT_TRUE(starts(Codec::H265, {33 << 1, 1})) << "SPS";
  EXPECT_FALSE(starts(Codec::H265, {34 << 1, 1})) << "PPS";
  EXPECT_TRUE(starts(Codec::H265, {19 << 1, 1})) << "IDR";
  EXPECT_TRUE(starts(Codec::H265, {21 << 1, 1})) << "CRA";
  EXPECT_FALSE(starts(Codec::H265, {1 << 1, 1})) << "trailing picture";
  EXPECT_TRUE(starts(Codec::H265, {49 << 1, 1, 0x80 | 19})) << "first fragment";
  EXPECT_FALSE(starts(Codec::H265, {49 << 1, 1, 19})) << "later fragment";
  EXPECT_TRUE(starts(Codec::H265, {48 << 1, 1, 0, 2, 35 << 1, 1, 0, 2, 32 << 1, 1})) << "aggregated";
  EXPECT_FALSE(starts(Codec::H265, {48 << 1, 1, 0, 2, 1 << 1, 1}));
}

TEST(StartsKeyframe, Av1) {
  EXPECT_TRUE(starts(Codec::Av1, {0x18}));
  EXPECT_FALSE(starts(Codec::Av1, {0x10}));
}

}  // namespace
}  // namespace rtcmc::rtp
