// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/codec.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rtcmc::rtp {
namespace {

TEST(Codec, InfoIsTheTableRowOfTheCodec) {
  for (const CodecInfo& row : kCodecs) {
    EXPECT_EQ(info(row.codec).codec, row.codec);
    EXPECT_EQ(codec_from_name(row.encoding_name), row.codec);
  }
}

TEST(Codec, PayloadTypesAreDistinct) {
  std::set<unsigned> types;
  for (const CodecInfo& row : kCodecs) {
    EXPECT_TRUE(types.insert(row.payload_type).second) << row.encoding_name;
  }
}

TEST(Codec, NamesAreReadInAnyCase) {
  EXPECT_EQ(codec_from_name("vp8"), Codec::Vp8);
  EXPECT_EQ(codec_from_name("Opus"), Codec::Opus);
  EXPECT_EQ(codec_from_name("h264"), Codec::H264);
}

TEST(Codec, OtherNamesAreNone) {
  EXPECT_EQ(codec_from_name(""), std::nullopt);
  EXPECT_EQ(codec_from_name("VP"), std::nullopt);
  EXPECT_EQ(codec_from_name("VP80"), std::nullopt);
  EXPECT_EQ(codec_from_name("rtx"), std::nullopt);
}

}  // namespace
}  // namespace rtcmc::rtp
