// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "camera_room.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// The element and in-process webrtcbin peers, in rooms of the real server.

namespace rtcmc::test {
namespace {

class Peers : public CameraRoom {
 protected:
  void play(const std::string& properties = "video-codecs=<VP8,H264>") { CameraRoom::play(properties); }
};

std::size_t count_in(const char* directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST_F(Peers, NobodyInTheRoomNothingIsEncoded) {
  play();
  EXPECT_EQ(pipeline_->elements_of("vp8enc"), 0U);
  {
    const auto viewer = see();
    EXPECT_EQ(pipeline_->elements_of("vp8enc"), 1U);
  }
  EXPECT_TRUE(wait_until([&] { return pipeline_->elements_of("vp8enc") == 0; }));
}

TEST_F(Peers, OneEncoderServesThemAll) {
  play();
  std::vector<std::unique_ptr<Viewer>> viewers(4);
  std::ranges::generate(viewers, [this] { return watch(); });
  EXPECT_TRUE(wait_until(
      [&] { return std::ranges::all_of(viewers, [](const auto& viewer) { return viewer->packets() > 10; }); }));
  EXPECT_EQ(pipeline_->encoders_made(), 1);
  EXPECT_EQ(pipeline_->elements_of("vp8enc"), 1U);
  EXPECT_EQ(pipeline_->elements_of("webrtcbin"), 4U);
}

TEST_F(Peers, WhoCannotDecodeTheRunningCodecGetsASecondSharedEncoder) {
  play();
  const auto first = see();
  {
    const auto second = see({.codec = "H264"});
    const auto third = see({.codec = "H264"});
    EXPECT_EQ(pipeline_->elements_of("vp8enc"), 1U);
    EXPECT_EQ(pipeline_->elements_of("x264enc"), 1U);
    EXPECT_EQ(pipeline_->encoders_made(), 2);
  }
  EXPECT_TRUE(wait_until([&] { return pipeline_->elements_of("x264enc") == 0; }));
  EXPECT_EQ(pipeline_->elements_of("vp8enc"), 1U);
  const unsigned before = first->packets();
  EXPECT_TRUE(wait_until([&] { return first->packets() > before + 10; }));
  EXPECT_EQ(first->lost(), 0U);
}

TEST_F(Peers, NoStreamNoticesThatOthersComeAndGo) {
  play();
  const auto permanent = see();
  for (int i = 0; i < 10; ++i) {
    (void)see();
  }
  ASSERT_TRUE(wait_until([&] { return pipeline_->elements_of("webrtcbin") == 1; }));
  EXPECT_EQ(permanent->lost(), 0U);
}

TEST_F(Peers, WhoLeavesTakesEverythingAlong) {
  play();
  const auto visit = [this] {
    { const auto viewer = see(); }
    ASSERT_TRUE(wait_until([&] { return pipeline_->elements_of("webrtcbin") == 0; }));
  };
  for (int i = 0; i < 5; ++i) {
    ASSERT_NO_FATAL_FAILURE(visit());
  }
  const std::size_t descriptors = count_in("/proc/self/fd");
  const std::size_t threads = count_in("/proc/self/task");
  for (int i = 0; i < 15; ++i) {
    ASSERT_NO_FATAL_FAILURE(visit());
  }
  EXPECT_TRUE(wait_until([&] { return count_in("/proc/self/fd") <= descriptors + 4; }))
      << descriptors << " descriptors became " << count_in("/proc/self/fd");
  EXPECT_TRUE(wait_until([&] { return count_in("/proc/self/task") <= threads + 4; }))
      << threads << " threads became " << count_in("/proc/self/task");
}

TEST_F(Peers, EachConnectionKnowsTheIceServers) {
  play(R"(ice-servers="[{\"urls\":\"stun:127.0.0.1\"}]")");
  std::promise<std::string> promise;
  const glib::SignalConnection connection(
      pipeline_->room(), "webrtcbin-ready",
      G_CALLBACK(+[](GstElement*, const gchar*, GstElement* webrtcbin, std::promise<std::string>* promise) {
        gchar* server = nullptr;
        g_object_get(webrtcbin, "stun-server", &server, nullptr);
        const glib::String held(server);
        promise->set_value(held ? held.get() : "");
      }),
      &promise);
  const auto viewer = see();
  auto server = promise.get_future();
  ASSERT_EQ(server.wait_for(std::chrono::seconds(1)), std::future_status::ready);
  EXPECT_EQ(server.get(), "stun://127.0.0.1:3478");
}

TEST_F(Peers, WhoNeverAnswersIsDroppedAndMayTryAgain) {
  play();
  const auto viewer = see();
  const auto silent = watch({.answers = false});
  ASSERT_TRUE(wait_until([&] { return pipeline_->elements_of("webrtcbin") == 2; }));
  EXPECT_TRUE(wait_until([&] { return pipeline_->elements_of("webrtcbin") == 1; }));
  EXPECT_TRUE(wait_until([&] { return !pipeline_->warnings().empty(); }));
  EXPECT_TRUE(pipeline_->errors().empty());
  EXPECT_EQ(viewer->lost(), 0U);
  const auto another = see();
  silent->answer_late();
  EXPECT_TRUE(wait_until([&] { return silent->packets() > 10; }));
}

TEST_F(Peers, WhoseConnectionIsLostIsConnectedAgain) {
  play();
  const auto other = see();
  const auto viewer = see();
  viewer->lose_connection();
  // libnice asks for a sign of life every 25 s, and several times before it gives up.
  ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-participant-left"); }, std::chrono::minutes(2)));
  const unsigned before = viewer->packets();
  EXPECT_TRUE(wait_until([&] { return viewer->packets() > before + 10; }));
  EXPECT_EQ(other->lost(), 0U);
}

TEST_F(Peers, WhatBelongsToAnEarlierConnectionDoesNotKeepTheNewOneFromBeginning) {
  struct Handler {
    std::promise<void> runs, may_return;
  } handler;
  play("user-id=camera");
  const glib::SignalConnection connection(pipeline_->room(), "webrtcbin-ready",
                                          G_CALLBACK(+[](GstElement*, const char*, GstElement*, Handler* handler) {
                                            handler->runs.set_value();
                                            handler->may_return.get_future().wait();
                                          }),
                                          &handler);
  const auto viewer = watch();
  auto runs = handler.runs.get_future();
  ASSERT_TRUE(wait_until([&] { return runs.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
  bool is_sent = false;
  viewer->offer_out_of_turn("camera", [&is_sent] { is_sent = true; });
  EXPECT_TRUE(wait_until([&] { return is_sent; }));
  handler.may_return.set_value();
  EXPECT_TRUE(wait_until([&] { return viewer->packets() > 10; }));
}

TEST_F(Peers, TwoWhoJoinAtOnceAreConnectedWithEachOther) {
  for (int round = 0; round < 3; ++round) {
    const std::string description =
        "rtcmcroom name=room room-id=both" + std::to_string(round) + " socket-url=" + server_.url() +
        " videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1 ! room.";
    Pipeline one(description);
    Pipeline other(description);
    Pipeline third(description);
    one.set_state(GST_STATE_PLAYING);
    other.set_state(GST_STATE_PLAYING);
    third.set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([&] {
      return one.count("rtcmc-participant-joined") == 2 && other.count("rtcmc-participant-joined") == 2 &&
             third.count("rtcmc-participant-joined") == 2;
    }));
  }
}

TEST_F(Peers, APadMayComeAndGoWhilePlaying) {
  play();
  const auto viewer = see();
  auto* bin = gst_parse_bin_from_description("audiotestsrc is-live=true ! audioconvert", TRUE, nullptr);
  const auto source = glib::Ref<GstElement>::share(bin);
  gst_bin_add(GST_BIN(pipeline_->element()), bin);
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline_->room(), "audio_%u"));
  const auto from = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(bin, "src"));
  ASSERT_EQ(gst_pad_link(from.get(), pad.get()), GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent(bin);
  EXPECT_FALSE(see() == nullptr) << "a newcomer is served whatever the new pad does";
  gst_element_set_state(bin, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline_->element()), bin);
  gst_element_release_request_pad(pipeline_->room(), pad.get());
  const unsigned before = viewer->packets();
  EXPECT_TRUE(wait_until([&] { return viewer->packets() > before + 10; }));
}

TEST_F(Peers, APauseKeepsThemConnected) {
  play();
  const auto viewer = see();
  for (int i = 0; i < 3; ++i) {
    pipeline_->set_state(GST_STATE_PAUSED);
    const auto newcomer = watch();
    ASSERT_TRUE(wait_until([&] { return pipeline_->count("rtcmc-participant-joined") == 2U + i; }));
    pipeline_->set_state(GST_STATE_PLAYING);
    const unsigned before = viewer->packets();
    EXPECT_TRUE(wait_until([&] { return viewer->packets() > before + 10 && newcomer->packets() > 10; }));
  }
}

}  // namespace
}  // namespace rtcmc::test
