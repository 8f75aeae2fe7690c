// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "camera_room.hpp"
#include "glib/signal_connection.hpp"
#include "peer/webrtcbin.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// Connections that fail, and what the server says of those who lost its sight.

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;

/// Long enough for a busy machine, and shorter than what notices a dead connection by itself.
constexpr auto kSoon = 20s;

class Faults : public CameraRoom {
 protected:
  void play(const std::string& properties = "") {
    CameraRoom::play("user-id=camera " + properties, [this] {
      ready_ = glib::SignalConnection(
          pipeline_->room(), "webrtcbin-ready",
          G_CALLBACK(+[](GstElement*, const char*, GstElement* webrtcbin, Faults* self) { self->made(webrtcbin); }),
          this);
    });
  }

  /// The next connections break as soon as both sides have agreed on them.
  void break_connections(int count) { to_break_ = count; }

  [[nodiscard]] static bool sees_more(Viewer& viewer) {
    const unsigned before = viewer.packets();
    return wait_until([&] { return viewer.packets() > before + 30; }, kSoon);
  }

 private:
  /// On the thread where events are read. What it connects runs on one of webrtcbin's.
  void made(GstElement* webrtcbin) {
    if (to_break_ <= 0) {
      return;
    }
    --to_break_;
    g_signal_connect(webrtcbin, "notify::signaling-state", G_CALLBACK(+[](GstElement* agreed) {
                       GstWebRTCSignalingState state{};
                       g_object_get(agreed, "signaling-state", &state, nullptr);
                       if (state == GST_WEBRTC_SIGNALING_STATE_STABLE) {
                         GST_ELEMENT_ERROR(agreed, RESOURCE, FAILED, ("broken by the test"), (nullptr));
                       }
                     }),
                     nullptr);
  }

  std::atomic<int> to_break_ = 0;
  glib::SignalConnection ready_;
};

TEST_F(Faults, WhatFailsThoughBothHadAgreedIsTriedAgain) {
  play();
  break_connections(2);
  const auto viewer = watch();
  EXPECT_TRUE(wait_until([&] { return viewer->packets() > 10; }, kSoon));
  EXPECT_EQ(pipeline_->warnings().size(), 1U) << "it is told once";
  EXPECT_TRUE(pipeline_->errors().empty());
}

TEST_F(Faults, WhoDoesNotHearThatItIsAskedIsAskedAgain) {
  play();
  break_connections(1);
  const auto viewer = watch();
  viewer->miss_requests(1);
  EXPECT_TRUE(wait_until([&] { return viewer->packets() > 10; }, kSoon));
}

TEST_F(Faults, WhoseSocketIsGoneStaysWhileItsPacketsArrive) {
  play();
  const auto viewer = see({.user_id = "viewer"});
  viewer->lose_server();
  // By then the server has told everybody.
  const auto other = see();
  bool is_known = true;
  const auto ask = [&] { other->find_user("viewer", [&](bool exists) { is_known = exists; }); };
  glib::Timer question;
  question.start_repeating(50ms, ask);
  ASSERT_TRUE(wait_until([&] { return !is_known; }));
  question.cancel();
  const auto third = see();
  EXPECT_FALSE(pipeline_->posted("rtcmc-participant-left"));
  EXPECT_TRUE(sees_more(*viewer));
  EXPECT_FALSE(pipeline_->posted("rtcmc-participant-left"));
}

}  // namespace
}  // namespace rtcmc::test
