// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "receive/slot_fixture.hpp"
#include "wait_until.hpp"

namespace rtcmc::receive::testing {
namespace {

// Payloads of one packet each (RFC 7741): the frame's header says whether it is a keyframe (P = 0).
const std::vector<std::uint8_t> kKeyframe{0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, 0};
const std::vector<std::uint8_t> kOther{0x10, 0x31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

struct Seen {
  GstClockTime time;
  bool is_keyframe;
};

/// Downstream takes nothing for a while.
class SlowDownstreamTest : public SlotTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void watch() {
    gst_pad_add_probe(
        slot().src_pad(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          auto& test = *static_cast<SlowDownstreamTest*>(data);
          GstBuffer* buffer = gst_pad_probe_info_get_buffer(info);
          const std::lock_guard lock(test.mutex_);
          test.seen_.push_back({GST_BUFFER_PTS(buffer), test.is_keyframe_at(GST_BUFFER_PTS(buffer))});
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  /// Until the streaming thread waits, too: what it still took out of the queue later would make room there.
  void hold() {
    is_held_ = false;
    held_ = gst_pad_add_probe(
        slot().src_pad(), GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo*, gpointer is_held) {
          *static_cast<std::atomic<bool>*>(is_held) = true;
          return GST_PAD_PROBE_OK;
        },
        &is_held_, nullptr);
    send(false);
    ASSERT_TRUE(test::wait_until([this] { return is_held_.load(); }));
  }
  void let_go() { gst_pad_remove_probe(slot().src_pad(), held_); }

  void send(bool is_keyframe) {
    const Packet packet = numbered_packet(is_keyframe ? kKeyframe : kOther);
    if (is_keyframe) {
      const std::lock_guard lock(mutex_);
      keyframes_.push_back(time());
    }
    push(packet);
  }
  [[nodiscard]] std::vector<Seen> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  [[nodiscard]] bool is_keyframe_at(GstClockTime time) const {
    return std::ranges::find(keyframes_, time) != keyframes_.end();
  }

  std::mutex mutex_;
  std::vector<GstClockTime> keyframes_;
  std::vector<Seen> seen_;
  std::atomic<bool> is_held_ = false;
  gulong held_ = 0;
};

TEST_P(SlowDownstreamTest, WhatComesBehindAGapBeginsWithAKeyframe) {
  begin(rtp::Codec::Vp8, std::string("capsfilter caps=") + GetParam() + " ! fakesink sync=false async=false");
  bind();
  watch();
  send(true);
  ASSERT_TRUE(test::wait_until([this] { return seen().size() == 1; }));
  hold();
  constexpr int kTwoSeconds = 60;
  for (int i = 0; i < kTwoSeconds; ++i) {
    send(false);
  }
  const int asked = keyframe_requests();
  send(true);
  EXPECT_EQ(keyframe_requests(), asked) << "there is no room";
  let_go();
  ASSERT_TRUE(test::wait_until([&] {
    send(false);
    return keyframe_requests() > asked;
  })) << "a keyframe is asked for once there is room";
  const auto newest_before = time();
  send(false);
  send(true);
  send(false);
  ASSERT_TRUE(test::wait_until([&] { return !seen().empty() && seen().back().time == time(); }));
  const auto frames = seen();
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const bool is_gap = frames[i].time > frames[i - 1].time + GST_SECOND / 20;
    EXPECT_TRUE(!is_gap || frames[i].is_keyframe) << i;
  }
  EXPECT_GT(frames.back().time, newest_before);
  EXPECT_LT(frames.size(), kTwoSeconds) << "some were dropped";
}

INSTANTIATE_TEST_SUITE_P(Forms, SlowDownstreamTest, ::testing::Values("video/x-vp8", "application/x-rtp"),
                         [](const auto& info) { return std::string(info.param) == "video/x-vp8" ? "Encoded" : "Rtp"; });

class SatedDownstreamTest : public SlotTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(SatedDownstreamTest, IsToldThatThisWasTheEnd) {
  begin(rtp::Codec::Vp8, GetParam());
  bind();
  const Recording recording = record("videotestsrc num-buffers=5 ! vp8enc deadline=1 ! rtpvp8pay");
  const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline()));
  EXPECT_TRUE(test::wait_until([&] {
    play(recording);
    return glib::Ref<GstMessage>::adopt(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_EOS)) != nullptr;
  }));
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0);
}

INSTANTIATE_TEST_SUITE_P(Sinks, SatedDownstreamTest,
                         ::testing::Values("fakesink num-buffers=8 sync=false async=false",
                                           "videoconvert ! fakesink num-buffers=8 sync=false async=false",
                                           "vp8dec ! identity eos-after=8 ! fakesink sync=false async=false",
                                           "rtpvp8depay ! fakesink num-buffers=8 sync=false async=false",
                                           "videoconvert ! pngenc snapshot=true ! fakesink sync=false async=false"));

}  // namespace
}  // namespace rtcmc::receive::testing
