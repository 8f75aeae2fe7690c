// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/thinning.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "send/paced_queue.hpp"
#include "send/packets.hpp"

namespace rtcmc::send {
namespace {

using rtp::FrameClass;
using std::chrono::milliseconds;

FrameClass frame_class_of(char letter) {
  switch (letter) {
    case 'K':
      return FrameClass::Key;
    case 'D':
      return FrameClass::Droppable;
    default:
      return FrameClass::Reference;
  }
}

/// Frames of three packets each, 3000 apart; what passes of them, with dots for what does not.
class FrameStream {
 public:
  std::string pass(Thinning& thinning, std::string_view frames) {
    std::string result;
    for (const char letter : frames) {
      timestamp_ += 3000;
      result += passes(thinning, timestamp_, frame_class_of(letter)) ? letter : '.';
    }
    return result;
  }
  static bool passes(Thinning& thinning, std::uint32_t timestamp, FrameClass frame) {
    const auto first = thinning.passes(timestamp, frame, false);
    EXPECT_TRUE(first);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(thinning.passes(timestamp, frame, true), first) << "frames are whole";
    }
    return first.value_or(false);
  }
  [[nodiscard]] std::uint32_t timestamp() const { return timestamp_; }

 private:
  std::uint32_t timestamp_ = 0xffff'0000;
};

TEST(Thinning, LeavesOutWhatNothingBuildsOn) {
  Thinning thinning;
  FrameStream stream;
  EXPECT_EQ(stream.pass(thinning, "KRDRD"), "KRDRD");
  thinning.set(Portion::WithoutDroppable);
  EXPECT_EQ(stream.pass(thinning, "RDRDK"), "R.R.K") << "at once";
  thinning.set(Portion::KeyframesOnly);
  EXPECT_EQ(stream.pass(thinning, "RDKRDK"), "..K..K");
  thinning.set(Portion::WithoutDroppable);
  EXPECT_EQ(stream.pass(thinning, "RDRDKRDR"), "....KR.R") << "up at a keyframe";
  EXPECT_EQ(thinning.current(), Portion::WithoutDroppable);
  thinning.set(Portion::Everything);
  EXPECT_EQ(stream.pass(thinning, "RDRDKRDR"), "R.R.KRDR") << "likewise";
}

TEST(Thinning, WhoWantsLessBeforeItGetsMoreGetsLess) {
  Thinning thinning;
  FrameStream stream;
  thinning.set(Portion::KeyframesOnly);
  EXPECT_EQ(stream.pass(thinning, "KRR"), "K..");
  thinning.set(Portion::Everything);
  EXPECT_EQ(stream.pass(thinning, "RR"), "..");
  thinning.set(Portion::KeyframesOnly);
  EXPECT_EQ(stream.pass(thinning, "RKR"), ".K.");
}

TEST(Thinning, AFrameThatHasBegunEnds) {
  Thinning thinning;
  EXPECT_EQ(thinning.passes(1, FrameClass::Unknown, false), true) << "all passes: nothing has to be known";
  thinning.set(Portion::KeyframesOnly);
  EXPECT_EQ(thinning.passes(1, FrameClass::Reference, false), true);
  EXPECT_EQ(thinning.passes(2, FrameClass::Unknown, false), std::nullopt) << "may be a keyframe's";
  EXPECT_EQ(thinning.passes(2, FrameClass::Key, false), true);
  EXPECT_EQ(thinning.passes(3, FrameClass::Reference, false), false);
  EXPECT_EQ(thinning.passes(1, FrameClass::Reference, false), true) << "late";
  EXPECT_EQ(thinning.passes(2, FrameClass::Key, true), true);
}

TEST(Thinning, WhatIsShownBeforeTheKeyframeItGoesUpWithIsLeftOut) {
  Thinning thinning;
  thinning.set(Portion::KeyframesOnly);
  EXPECT_TRUE(FrameStream::passes(thinning, 3000, FrameClass::Key));
  thinning.set(Portion::Everything);
  EXPECT_TRUE(FrameStream::passes(thinning, 12000, FrameClass::Key));
  EXPECT_FALSE(FrameStream::passes(thinning, 6000, FrameClass::Reference))
      << "of the open GOP, it needs what was before";
  EXPECT_FALSE(FrameStream::passes(thinning, 9000, FrameClass::Droppable));
  EXPECT_TRUE(FrameStream::passes(thinning, 15000, FrameClass::Reference));
  EXPECT_TRUE(FrameStream::passes(thinning, 24000, FrameClass::Key));
  EXPECT_TRUE(FrameStream::passes(thinning, 21000, FrameClass::Droppable)) << "now all is there";
}

TEST(Thinning, KeyframesThatComeTooFastAreLeftOut) {
  Thinning thinning;
  thinning.set(Portion::KeyframesOnly);
  EXPECT_EQ(thinning.passes(1, FrameClass::Key, false), true);
  EXPECT_EQ(thinning.passes(2, FrameClass::Key, true), false) << "the first one is still on its way";
  EXPECT_EQ(thinning.passes(2, FrameClass::Key, false), false) << "whole ones";
  thinning.set(Portion::Everything);
  EXPECT_EQ(thinning.passes(3, FrameClass::Key, true), false) << "nor may it be overtaken";
  EXPECT_EQ(thinning.passes(4, FrameClass::Key, false), true);
}

History::Entry packet_of_size(std::size_t size) {
  const std::array<std::uint8_t, 12> header{0x80, 96};
  return {.header = *rtp::HeaderBytes::of(header, {}),
          .payload = std::make_shared<const std::vector<std::uint8_t>>(size),
          .time = {}};
}

TEST(PacedQueue, GivesWhatTheRateCarries) {
  PacedQueue queue;
  for (int i = 0; i < 100; ++i) {
    queue.push(packet_of_size(1192));  // 1250 on the wire: 10 kbit
    auto left_out = packet_of_size(0);
    left_out.is_left_out = true;
    queue.push(std::move(left_out));
  }
  PacedQueue::Time now(std::chrono::seconds(100));
  std::size_t sent = 0;
  for (int i = 0; i < 30; ++i, now += milliseconds(33)) {
    for (const auto& packet : queue.pop(500'000, now)) {
      sent += packet.is_left_out ? 0 : 1;
    }
  }
  EXPECT_NEAR(static_cast<double>(sent), 48, 2);
  EXPECT_TRUE(queue.is_busy());
  EXPECT_LE(queue.pop(500'000, now + std::chrono::seconds(10)).size(), 30U) << "time does not add up";
  EXPECT_GE(queue.pop(std::nullopt, now).size(), 20U) << "all of the rest";
  EXPECT_FALSE(queue.is_busy());
  EXPECT_TRUE(queue.pop(500'000, now).empty());
}

}  // namespace
}  // namespace rtcmc::send
