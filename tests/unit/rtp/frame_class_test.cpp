// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/frame_class.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace rtcmc::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;
using enum FrameClass;

struct FrameCase {
  const char* what;
  Codec codec;
  std::vector<Payload> frame;  // its packets
  FrameClass expected;         // after the last one
};

class FrameClassTest : public ::testing::TestWithParam<FrameCase> {};

TEST_P(FrameClassTest, IsToldByThePackets) {
  const FrameCase& test = GetParam();
  FrameClassifier classifier(test.codec);
  FrameClass last = Unknown;
  for (const Payload& payload : test.frame) {
    last = classifier.on_packet(1, payload).frame;
  }
  EXPECT_EQ(last, test.expected) << test.what;
}

const Payload kDelimiter{0x09, 0x10};
const Payload kSei{0x06, 0x05, 0x01, 0x00, 0x80};
const Payload kSps{0x67, 0x42};
const Payload kPps{0x68, 0xce};

INSTANTIATE_TEST_SUITE_P(
    H264, FrameClassTest,
    ::testing::Values(FrameCase{"IDR slice", Codec::H264, {{0x65, 0x88}}, Key},
                      FrameCase{"slice of a reference", Codec::H264, {{0x41, 0x9a}}, Reference},
                      FrameCase{"slice of none", Codec::H264, {{0x01, 0x9e}}, Droppable},
                      FrameCase{
                          "what comes before slices has nal_ref_idc 0, too", Codec::H264, {kDelimiter, kSei}, Unknown},
                      FrameCase{"and then a reference", Codec::H264, {kDelimiter, kSei, {0x41, 0x9a}}, Reference},
                      FrameCase{"and then none", Codec::H264, {kDelimiter, kSei, {0x01, 0x9e}}, Droppable},
                      FrameCase{"fragments of none", Codec::H264, {{0x1c, 0x81, 0x9e}, {0x1c, 0x01}}, Droppable},
                      FrameCase{"later fragment of a reference", Codec::H264, {{0x5c, 0x01, 0}}, Reference},
                      FrameCase{"later fragment of an IDR slice", Codec::H264, {{0x7c, 0x05, 0}}, Key},
                      FrameCase{"aggregated", Codec::H264, {{0x78, 0, 2, 0x09, 0x10, 0, 2, 0x01, 0x9e}}, Droppable},
                      FrameCase{"aggregated keyframe", Codec::H264, {{0x78, 0, 2, 0x67, 0x42, 0, 2, 0x65, 0x88}}, Key},
                      FrameCase{"parameter sets before each frame", Codec::H264, {kSps, kPps, {0x41, 0x9a}}, Reference},
                      FrameCase{"an open GOP's I slice", Codec::H264, {kSps, kPps, {0x41, 0xb0, 0x80}}, Key},
                      FrameCase{"an I slice without parameter sets", Codec::H264, {{0x41, 0xb0, 0x80}}, Reference},
                      FrameCase{"nothing", Codec::H264, {{}}, Unknown},
                      FrameCase{"cut short", Codec::H264, {{0x1c}}, Unknown},
                      FrameCase{"sizes beyond the end", Codec::H264, {{0x78, 0xff, 0xff, 0x09, 0}}, Unknown}));

INSTANTIATE_TEST_SUITE_P(
    H265, FrameClassTest,
    ::testing::Values(FrameCase{"IDR", Codec::H265, {{19 << 1, 1, 0}}, Key},
                      FrameCase{"CRA", Codec::H265, {{21 << 1, 1, 0}}, Key},
                      FrameCase{"TRAIL_R", Codec::H265, {{1 << 1, 1, 0}}, Reference},
                      FrameCase{"TRAIL_N", Codec::H265, {{0, 1, 0}}, Droppable},
                      FrameCase{"of a higher layer", Codec::H265, {{1 << 1, 2, 0}}, Droppable},
                      FrameCase{"after a delimiter", Codec::H265, {{35 << 1, 1, 0x50}, {0, 1, 0}}, Droppable},
                      FrameCase{"fragment", Codec::H265, {{49 << 1, 1, 0x80 | 19}}, Key},
                      FrameCase{"later fragment", Codec::H265, {{49 << 1, 1, 0}}, Droppable},
                      FrameCase{
                          "aggregated", Codec::H265, {{48 << 1, 1, 0, 2, 35 << 1, 1, 0, 2, 1 << 1, 1}}, Reference},
                      FrameCase{"cut short", Codec::H265, {{0, 1}}, Unknown}));

INSTANTIATE_TEST_SUITE_P(
    Vp8, FrameClassTest,
    ::testing::Values(FrameCase{"keyframe", Codec::Vp8, {{0x10, 0x00}}, Key},
                      FrameCase{"other", Codec::Vp8, {{0x10, 1}}, Reference},
                      FrameCase{"N", Codec::Vp8, {{0x30, 1}}, Droppable},
                      FrameCase{"later packet with N", Codec::Vp8, {{0x20, 0}}, Droppable},
                      FrameCase{"TID 0", Codec::Vp8, {{0x90, 0xe0, 0x81, 0x23, 1, 0x20, 1}}, Reference},
                      FrameCase{"TID 2", Codec::Vp8, {{0x90, 0xe0, 0x81, 0x23, 1, 0x80, 1}}, Droppable},
                      FrameCase{"key index alone", Codec::Vp8, {{0x90, 0x10, 0x85, 1}}, Reference},
                      FrameCase{"later packet", Codec::Vp8, {{0x00, 0}}, Reference},
                      FrameCase{"cut short", Codec::Vp8, {{0x90}}, Reference}));

INSTANTIATE_TEST_SUITE_P(
    Vp9, FrameClassTest,
    ::testing::Values(FrameCase{"keyframe", Codec::Vp9, {{0x88, 0x80, 0x01, 0x82}}, Key},
                      FrameCase{"TID 1", Codec::Vp9, {{0xe8, 0x80, 0x01, 0x20, 0}}, Droppable},
                      FrameCase{"TID 0", Codec::Vp9, {{0xe8, 0x80, 0x01, 0, 0, 0x86}}, Reference},
                      // Frame marker, profile 0, inter, shown, error resilient or not, refresh_frame_flags.
                      FrameCase{"refreshes nothing", Codec::Vp9, {{0xc8, 0x80, 0x01, 0x86, 0x00, 0x20}}, Droppable},
                      FrameCase{"refreshes one", Codec::Vp9, {{0xc8, 0x80, 0x01, 0x86, 0x01, 0x20}}, Reference},
                      FrameCase{"error resilient", Codec::Vp9, {{0xc8, 0x80, 0x01, 0x87, 0x00, 0x20}}, Droppable},
                      FrameCase{"shows an older one", Codec::Vp9, {{0xc8, 0x80, 0x01, 0x88, 0x00, 0x20}}, Reference},
                      FrameCase{"flexible mode", Codec::Vp9, {{0xd8, 0x80, 0x01, 0x02, 0x86, 0x00, 0x20}}, Droppable},
                      FrameCase{"cut short", Codec::Vp9, {{0xc8, 0x80, 0x01, 0x86}}, Reference},
                      FrameCase{"later packet", Codec::Vp9, {{0xc0, 0x80, 0x01, 0}}, Reference}));

INSTANTIATE_TEST_SUITE_P(Av1, FrameClassTest,
                         ::testing::Values(FrameCase{"new sequence", Codec::Av1, {{0x18, 0x0a}}, Key},
                                           FrameCase{"without layers", Codec::Av1, {{0x10, 0x30, 0}}, Reference},
                                           FrameCase{"temporal layer 0", Codec::Av1, {{0x10, 0x34, 0x00}}, Reference},
                                           FrameCase{"temporal layer 1", Codec::Av1, {{0x10, 0x34, 0x20}}, Droppable},
                                           FrameCase{
                                               "with a size", Codec::Av1, {{0x20, 0x85, 1, 0x34, 0x20}}, Droppable},
                                           FrameCase{"continued", Codec::Av1, {{0x90, 0x34, 0x20}}, Unknown}));

TEST(FrameClass, AFrameWithoutSlicesIsToldByTheNextOne) {
  FrameClassifier classifier(Codec::H264);
  EXPECT_EQ(classifier.on_packet(1, kSps).completed, std::nullopt) << "the first one";
  EXPECT_EQ(classifier.on_packet(2, kSei).completed, Key) << "parameter sets of their own time";
  const auto verdict = classifier.on_packet(3, Payload{0x01, 0x9e});
  EXPECT_EQ(verdict.completed, Reference) << "nobody knows what it was";
  EXPECT_EQ(verdict.frame, Droppable);
}

TEST(FrameClass, WhatIsLateIsOfItsFrame) {
  FrameClassifier classifier(Codec::H264);
  static_cast<void>(classifier.on_packet(1, Payload{0x01, 0x9e}));
  static_cast<void>(classifier.on_packet(2, Payload{0x41, 0x9a}));
  const auto late = classifier.on_packet(1, Payload{0x1c, 0x01});
  EXPECT_EQ(late.frame, Droppable);
  EXPECT_EQ(late.completed, std::nullopt) << "no new frame";
  EXPECT_EQ(classifier.on_packet(2, Payload{0x41, 0x9a}).completed, std::nullopt);
}

TEST(FrameClass, WithTemporalLayersOnlyTheHigherOnesAreDroppable) {
  FrameClassifier classifier(Codec::H265);
  EXPECT_EQ(classifier.on_packet(1, Payload{1 << 1, 2, 0}).frame, Droppable);
  EXPECT_EQ(classifier.on_packet(2, Payload{0, 1, 0}).frame, Reference) << "a higher layer may need it";
}

}  // namespace
}  // namespace rtcmc::rtp
