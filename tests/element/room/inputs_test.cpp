// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// What people bring to the sink pads, as it reaches a viewer.

namespace rtcmc::test {
namespace {

constexpr const char* kSmall = "video/x-raw,width=64,height=48,framerate=30/1";
const std::string kPicture = std::string(" videotestsrc is-live=true ! ") + kSmall + " ! ";
const std::string kSound = " audiotestsrc is-live=true ! ";

class Inputs : public ::testing::Test {
 protected:
  void play(const std::string& elements, const std::string& properties = "") {
    pipeline_ = std::make_unique<Pipeline>(
        elements + " rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " + properties);
    pipeline_->set_state(GST_STATE_PLAYING);
    ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-room-joined"); }));
  }
  /// The room in front of what is linked to it.
  void play_first(const std::string& elements) {
    pipeline_ =
        std::make_unique<Pipeline>("rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " + elements);
    pipeline_->set_state(GST_STATE_PLAYING);
    ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-room-joined"); }));
  }

  /// Into the appsrc that is called "app".
  void push(std::size_t size, GstClockTime pts = GST_CLOCK_TIME_NONE) const {
    const auto app = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "app"));
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, size, nullptr));
    gst_buffer_memset(buffer.get(), 0, 128, size);
    GST_BUFFER_PTS(buffer.get()) = pts;
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(app.get(), "push-buffer", buffer.get(), &flow);
  }

  [[nodiscard]] std::unique_ptr<Viewer> watch() const {
    return std::make_unique<Viewer>(server_.url(), "garden", Viewer::Options());
  }

  RoomServer server_;
  std::unique_ptr<Pipeline> pipeline_;
};

std::string pad_property(GstElement* room, const char* name, const char* property) {
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(room, name));
  if (!pad) {
    return "";
  }
  gchar* raw = nullptr;
  g_object_get(pad.get(), property, &raw, nullptr);
  const glib::String text(raw);
  return text ? text.get() : "";
}

/// As "appsrc ! rtcmcroom", or a queue behind a source whose pads come later: the queues are linked when nobody knows
/// what will come.
TEST_F(Inputs, WhatComesFirstDecidesWhatAnOpenPadIs) {
  for (const bool is_sound_first : {true, false}) {
    play_first(std::string(is_sound_first ? "queue name=sound ! room. queue name=picture ! room."
                                          : "queue name=picture ! room. queue name=sound ! room.") +
               kSound + "sound." + kPicture + "picture.");
    const auto viewer = watch();
    EXPECT_TRUE(wait_until([&] { return viewer->packets() > 10; }, std::chrono::seconds(10)));
    EXPECT_NE(viewer->offer().find("m=audio"), std::string::npos);
    EXPECT_NE(viewer->offer().find("m=video"), std::string::npos);
    EXPECT_TRUE(pipeline_->errors().empty());
    // Sound and picture belong together.
    EXPECT_NE(pad_property(pipeline_->room(), "sink_0", "stream-id"), "");
    EXPECT_EQ(pad_property(pipeline_->room(), "sink_0", "stream-id"),
              pad_property(pipeline_->room(), "sink_1", "stream-id"));
    pipeline_.reset();
  }
}

TEST_F(Inputs, AnOpenPadMayBecomeSomethingElseAtTheNextStart) {
  play_first("queue name=queue ! room." + kPicture + "queue.");
  {
    const auto viewer = watch();
    ASSERT_TRUE(wait_until([&] { return viewer->packets() > 10; }, std::chrono::seconds(10)));
  }
  pipeline_->set_state(GST_STATE_NULL);
  const auto queue = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "queue"));
  const auto sink = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(queue.get(), "sink"));
  const auto camera = glib::Ref<GstPad>::adopt(gst_pad_get_peer(sink.get()));
  gst_pad_unlink(camera.get(), sink.get());
  auto* microphone = gst_parse_bin_from_description("audiotestsrc is-live=true ! audioconvert", TRUE, nullptr);
  gst_bin_add(GST_BIN(pipeline_->element()), microphone);
  ASSERT_TRUE(gst_element_link(microphone, queue.get()));
  pipeline_->set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline_->count("rtcmc-room-joined") == 2; }));
  const auto viewer = watch();
  EXPECT_TRUE(wait_until([&] { return viewer->packets() > 10; }, std::chrono::seconds(10)));
  EXPECT_NE(viewer->offer().find("m=audio"), std::string::npos);
  EXPECT_EQ(viewer->offer().find("m=video"), std::string::npos);
}

TEST_F(Inputs, LinksOfKnownCapsGetPadsThatSayWhatTheyAre) {
  Pipeline pipeline(
      "rtcmcroom name=room" + kPicture + "room." + kSound +
      "room. rtpvp8pay ! room. rtpopuspay ! queue ! room. udpsrc ! room. udpsrc ! application/x-rtp ! room.");
  for (const char* name : {"video_0", "audio_0", "video_1", "audio_1", "sink_0", "sink_1"}) {
    EXPECT_TRUE(glib::Ref<GstPad>::adopt(gst_element_get_static_pad(pipeline.room(), name))) << name;
  }
}

TEST_F(Inputs, TheOtherKindAtATypedPadIsAnErrorThatSaysWhichPadToType) {
  struct Case {
    const char* pad;
    std::string caps;
    const char* said;
  };
  for (const Case& wrong :
       {Case{"audio_0", "video/x-raw,format=I420,width=16,height=16,framerate=30/1", "room.video_0"},
        Case{"video_0", "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved", "room.audio_0"}}) {
    play_first("appsrc name=app caps=\"" + wrong.caps + "\" ! room." + wrong.pad);
    push(384);
    ASSERT_TRUE(wait_until([&] { return !pipeline_->errors().empty(); }));
    const auto& error = pipeline_->errors().front();
    EXPECT_EQ(error.domain, GST_STREAM_ERROR);
    EXPECT_EQ(error.code, GST_STREAM_ERROR_WRONG_TYPE);
    EXPECT_NE(error.text.find(wrong.said), std::string::npos) << error.text;
    EXPECT_NE(error.text.find(std::string(" ") + wrong.pad + ","), std::string::npos) << error.text;
    pipeline_.reset();
  }
}

}  // namespace
}  // namespace rtcmc::test
