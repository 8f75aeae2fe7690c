// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "media/elements.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// RTP that others made, on its way to an in-process webrtcbin peer in a room of the real server.

namespace rtcmc::test {
namespace {

/// Sends RTP packets that each look like a whole VP8 picture, for those who only count. The first one is a keyframe.
class Camera {
 public:
  Camera(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp)
      : ssrc_(ssrc), sequence_(sequence), timestamp_(timestamp) {}

  void send_to(GstElement* source) {
    send_to(source, sequence_, timestamp_, std::exchange(sends_keyframe_, false));
    ++sequence_;
    timestamp_ += 1800;
  }
  /// One that it sent that long ago.
  void repeat_to(GstElement* source, std::uint16_t packets_ago) const {
    send_to(source, static_cast<std::uint16_t>(sequence_ - packets_ago), timestamp_ - packets_ago * 1800U, false);
  }
  void send_keyframe() { sends_keyframe_ = true; }
  void skip(std::uint16_t packets) {
    sequence_ = static_cast<std::uint16_t>(sequence_ + packets);
    timestamp_ += packets * 1800U;
  }

 private:
  void send_to(GstElement* source, std::uint16_t sequence, std::uint32_t timestamp, bool is_keyframe) const {
    std::vector<std::uint8_t> packet{0x80, 0x80 | 96};
    const auto append = [&packet](std::uint32_t value, unsigned bytes) {
      while (bytes-- > 0) {
        packet.push_back(static_cast<std::uint8_t>(value >> 8 * bytes));
      }
    };
    append(sequence, 2);
    append(timestamp, 4);
    append(ssrc_, 4);
    append(is_keyframe ? 0x101000 : 0x101100, 3);  // RFC 7741's descriptor, and the beginning of RFC 6386's frame tag
    append(0x009d012a, 4);
    gst_app_src_push_buffer(GST_APP_SRC(source), gst_buffer_new_memdup(packet.data(), packet.size()));
  }

  const std::uint32_t ssrc_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  bool sends_keyframe_ = true;
};

class RtpInput : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline_ = std::make_unique<Pipeline>(
        "rtcmcroom name=room room-id=garden socket-url=" + server_.url() +
        " appsrc name=camera is-live=true do-timestamp=true format=time"
        " caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96 ! room.video_0");
    pipeline_->set_state(GST_STATE_PLAYING);
    source_ = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "camera"));
    ASSERT_TRUE(wait_until([&] {
      camera_.send_to(source_.get());  // nothing is offered before its codec is known
      return pipeline_->posted("rtcmc-room-joined");
    }));
    viewer_ = std::make_unique<Viewer>(server_.url(), "garden", Viewer::Options{});
    ASSERT_TRUE(wait_until([&] {
      camera_.send_keyframe();
      camera_.send_to(source_.get());
      return viewer_->packets() > 0;
    }));
  }

  /// Whether the viewer gets what the camera sends from now on.
  [[nodiscard]] bool is_seen(Camera& camera) {
    const unsigned before = viewer_->packets();
    return wait_until([&] {
      camera.send_to(source_.get());
      return viewer_->packets() >= before + 3;
    });
  }
  /// Nobody was thrown out, and nothing was missing that had to be asked for again.
  void expect_undisturbed() {
    EXPECT_TRUE(pipeline_->errors().empty());
    EXPECT_TRUE(pipeline_->warnings().empty());
    EXPECT_EQ(pipeline_->count("rtcmc-participant-joined"), 1U);
    EXPECT_EQ(pipeline_->count("rtcmc-participant-left"), 0U);
    EXPECT_EQ(viewer_->lost(), 0U);
  }

  RoomServer server_;
  std::unique_ptr<Pipeline> pipeline_;
  glib::Ref<GstElement> source_;
  std::unique_ptr<Viewer> viewer_;
  Camera camera_{0x11111111, 65500, 0xffff0000};
};

TEST_F(RtpInput, WhatComesTwiceOrFarTooLateIsLeftOut) {
  ASSERT_TRUE(is_seen(camera_));
  for (const std::uint16_t ago : {1, 1, 2, 5, 150, 1}) {
    camera_.repeat_to(source_.get(), ago);
    ASSERT_TRUE(is_seen(camera_)) << "after one of " << ago << " packets ago";
  }
  expect_undisturbed();
}

TEST_F(RtpInput, ASenderThatBeginsAnewGoesOnForItsViewers) {
  ASSERT_TRUE(is_seen(camera_));
  for (const std::uint16_t sequence : {1000, 30000, 65535, 40000}) {
    Camera restarted(0x11111111, sequence, sequence * 12345U);
    ASSERT_TRUE(is_seen(restarted)) << "at " << sequence;
  }
  expect_undisturbed();
}

TEST_F(RtpInput, AnotherSenderTakesOver) {
  ASSERT_TRUE(is_seen(camera_));
  for (const std::uint32_t ssrc : {1U, 2U, 3U}) {
    Camera other(ssrc, static_cast<std::uint16_t>(ssrc * 20000), ssrc * 0x50000000U);
    ASSERT_TRUE(is_seen(other)) << "number " << ssrc;
    camera_.send_to(source_.get());  // the first one's latest has been on its way for long
  }
  expect_undisturbed();
}

TEST_F(RtpInput, NumbersThatNobodyGotMeanNoLoss) {
  ASSERT_TRUE(is_seen(camera_));
  for (const std::uint16_t count : {5000, 32767, 32768, 40000}) {
    camera_.skip(count);
    camera_.send_keyframe();
    ASSERT_TRUE(is_seen(camera_)) << "after " << count;
  }
  const auto pad = static_pad(pipeline_->room(), "video_0");
  g_object_set(pad.get(), "muted", TRUE, nullptr);
  for (int i = 0; i < 300; ++i) {
    camera_.send_to(source_.get());
  }
  ASSERT_TRUE(wait_until([&] { return gst_app_src_get_current_level_bytes(GST_APP_SRC(source_.get())) == 0; }));
  g_object_set(pad.get(), "muted", FALSE, nullptr);
  camera_.send_keyframe();
  ASSERT_TRUE(is_seen(camera_)) << "after it was muted";
  expect_undisturbed();
}

}  // namespace
}  // namespace rtcmc::test
