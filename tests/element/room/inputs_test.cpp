// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

/// Watches what passes a pad, against the pipeline's clock.
class Watch {
 public:
  Watch(GstElement* pipeline, const char* element, const char* pad_name = "src")
      : pipeline_(pipeline), pad_(pad_of(pipeline, element, pad_name)) {
    probe_ = gst_pad_add_probe(
        pad_.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<Watch*>(self)->count(gst_pad_probe_info_get_buffer(info));
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { gst_pad_remove_probe(pad_.get(), probe_); }

  [[nodiscard]] int passed() const { return passed_; }
  /// Of buffers that came though the one before them was not due yet.
  [[nodiscard]] int early() const { return early_; }
  /// The stream begins anew now.
  void begin_anew() {
    begin_ = running_time();
    latest_ = 0;
  }

 private:
  static glib::Ref<GstPad> pad_of(GstElement* pipeline, const char* element, const char* pad_name) {
    const auto found = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), element));
    return glib::Ref<GstPad>::adopt(gst_element_get_static_pad(found.get(), pad_name));
  }
  [[nodiscard]] GstClockTime running_time() const {
    const auto clock = glib::Ref<GstClock>::adopt(gst_element_get_clock(pipeline_));
    return clock ? gst_clock_get_time(clock.get()) - gst_element_get_base_time(pipeline_) : 0;
  }
  void count(GstBuffer* buffer) {
    early_ += running_time() - begin_ < latest_ ? 1 : 0;
    latest_ = GST_BUFFER_PTS(buffer);
    ++passed_;
  }

  GstElement* const pipeline_;
  const glib::Ref<GstPad> pad_;
  gulong probe_ = 0;
  std::atomic<int> passed_ = 0;
  std::atomic<int> early_ = 0;
  std::atomic<GstClockTime> begin_ = 0;
  std::atomic<GstClockTime> latest_ = 0;
};

/// A source pad that the test itself pushes from.
class Feed {
 public:
  Feed(GstElement* room, const char* name)
      : sink_(glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(room, name))) {
    gst_pad_set_active(pad_.get(), TRUE);
    EXPECT_EQ(gst_pad_link(pad_.get(), sink_.get()), GST_PAD_LINK_OK);
  }

  void begin(const char* stream_id) const {
    gst_pad_push_event(pad_.get(), gst_event_new_stream_start(stream_id));
    const auto caps = glib::Ref<GstCaps>::adopt(
        gst_caps_from_string("audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"));
    gst_pad_push_event(pad_.get(), gst_event_new_caps(caps.get()));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad_.get(), gst_event_new_segment(&segment));
  }
  void push_event(GstEvent* event) const { gst_pad_push_event(pad_.get(), event); }
  /// 20 ms of silence; its place in the stream.
  void push(unsigned index) const {
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 1920, nullptr));
    gst_buffer_memset(buffer.get(), 0, 0, 1920);
    GST_BUFFER_PTS(buffer.get()) = GstClockTime{index} * 20 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer.get()) = 20 * GST_MSECOND;
    EXPECT_EQ(gst_pad_push(pad_.get(), glib::Ref<GstBuffer>(buffer).release()), GST_FLOW_OK);
  }

 private:
  const glib::Ref<GstPad> pad_ =
      glib::Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new("feed", GST_PAD_SRC))));
  const glib::Ref<GstPad> sink_;
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
  const std::string sources = kSound + "sound." + kPicture + "picture.";
  for (const std::string queues :
       {"queue name=sound ! room. queue name=picture ! room.", "queue name=picture ! room. queue name=sound ! room."}) {
    play_first(queues + sources);
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

/// Nobody is there: nothing of it is encoded.
TEST_F(Inputs, WhatIsNotLiveIsPacedByTheClock) {
  Pipeline pipeline(
      "videotestsrc name=file num-buffers=20 ! video/x-raw,width=64,height=48,framerate=60/1 ! "
      "rtcmcroom name=room room-id=garden socket-url=" +
      server_.url());
  const Watch watch(pipeline.element(), "file");
  pipeline.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return pipeline.has_ended(); }));
  EXPECT_EQ(watch.passed(), 20);
  EXPECT_EQ(watch.early(), 0);
}

TEST_F(Inputs, LiveIsNeverHeldUp) {
  play("appsrc name=app is-live=true format=time caps=video/x-raw,format=I420,width=16,height=16,framerate=30/1 !");
  const Watch watch(pipeline_->element(), "app");
  for (unsigned i = 0; i < 3; ++i) {
    push(384, (600 + i) * GST_SECOND);
  }
  EXPECT_TRUE(wait_until([&] { return watch.passed() == 3; }));
}

TEST_F(Inputs, WhoseTimeIsFarAwayIsTold) {
  play("appsrc name=app format=time caps=video/x-raw,format=I420,width=16,height=16,framerate=30/1 !");
  push(384, 1'700'000'000 * GST_SECOND);
  ASSERT_TRUE(wait_until([&] { return !pipeline_->warnings().empty(); }));
  EXPECT_NE(pipeline_->warnings().front().text.find("do-timestamp"), std::string::npos)
      << pipeline_->warnings().front().text;
  EXPECT_EQ(pipeline_->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(Inputs, APauseHoldsWhatIsNotLive) {
  Pipeline pipeline(
      "videotestsrc name=file ! video/x-raw,width=64,height=48,framerate=60/1 ! "
      "rtcmcroom name=room room-id=garden socket-url=" +
      server_.url());
  const Watch watch(pipeline.element(), "file");
  pipeline.set_state(GST_STATE_PAUSED);
  EXPECT_FALSE(wait_until([&] { return watch.passed() > 1; }, std::chrono::milliseconds(150)));
  pipeline.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return watch.passed() > 10; }));
  pipeline.set_state(GST_STATE_PAUSED);
  const int before = watch.passed();
  EXPECT_FALSE(wait_until([&] { return watch.passed() > before + 1; }, std::chrono::milliseconds(150)));
  pipeline.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return watch.passed() > before + 10; }));
  EXPECT_EQ(watch.early(), 0);
  // Also while it waits.
  pipeline.set_state(GST_STATE_PAUSED);
  EXPECT_EQ(pipeline.set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(Inputs, APadThatWaitsForTheClockMayBeReleased) {
  Pipeline pipeline(
      "videotestsrc name=file ! capsfilter name=to caps=video/x-raw,framerate=1/3600 ! "
      "rtcmcroom name=room room-id=garden socket-url=" +
      server_.url());
  const Watch watch(pipeline.element(), "file");
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return watch.passed() == 2; }));
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(pipeline.room(), "video_0"));
  ASSERT_TRUE(pad);
  gst_element_release_request_pad(pipeline.room(), pad.get());
  EXPECT_EQ(GST_ELEMENT(pipeline.room())->numsinkpads, 0);
}

/// As a player that loops: nothing but the room takes part in the pipeline's time.
TEST_F(Inputs, ASeekGoesOnInPace) {
  play("videotestsrc name=file ! video/x-raw,width=64,height=48,framerate=60/1 !");
  Watch watch(pipeline_->element(), "file");
  ASSERT_TRUE(wait_until([&] { return watch.passed() > 20; }));
  const auto viewer = this->watch();
  ASSERT_TRUE(wait_until([&] { return viewer->packets() > 10; }));
  gint64 position = 0;
  EXPECT_TRUE(gst_element_query_position(pipeline_->element(), GST_FORMAT_TIME, &position));
  EXPECT_GT(position, 0);
  watch.begin_anew();
  EXPECT_TRUE(gst_element_seek_simple(pipeline_->element(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
  const int before = watch.passed();
  const unsigned packets = viewer->packets();
  EXPECT_TRUE(wait_until([&] { return watch.passed() > before + 20 && viewer->packets() > packets + 10; }));
  EXPECT_EQ(watch.early(), 0);
}

TEST_F(Inputs, WhatHasNoTimestampsGetsTheTimeOfItsArrival) {
  play("appsrc name=app caps=video/x-raw,format=I420,width=16,height=16,framerate=30/1 !");
  struct Seen {
    std::mutex mutex;
    std::vector<GstClockTime> timestamps;
  } seen;
  const glib::SignalConnection connection(
      pipeline_->room(), "encoder-setup", G_CALLBACK(+[](GstElement*, GstElement* encoder, Seen* seen) {
        const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(encoder, "sink"));
        gst_pad_add_probe(
            pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad*, GstPadProbeInfo* info, gpointer data) {
              auto* seen = static_cast<Seen*>(data);
              const std::lock_guard lock(seen->mutex);
              seen->timestamps.push_back(GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
              return GST_PAD_PROBE_OK;
            },
            seen, nullptr);
      }),
      &seen);
  const auto viewer = watch();
  const auto is_seen = [&seen] {
    const std::lock_guard lock(seen.mutex);
    return seen.timestamps.size() >= 5;
  };
  EXPECT_TRUE(wait_until([&] {
    push(384);
    return is_seen() && viewer->packets() > 2;
  }));
  pipeline_->set_state(GST_STATE_NULL);
  ASSERT_GE(seen.timestamps.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_TRUE(GST_CLOCK_TIME_IS_VALID(seen.timestamps[i]));
    EXPECT_GT(seen.timestamps[i], seen.timestamps[i - 1]);
  }
}

TEST_F(Inputs, OneWithoutDataKeepsNobodyWaiting) {
  play_first("audiotestsrc is-live=true ! valve name=valve drop=true ! room.audio_0" + kPicture + "room.");
  const auto never_linked = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline_->room(), "video_1"));
  const auto viewer = watch();
  ASSERT_TRUE(wait_until([&] { return viewer->packets() > 10; }, std::chrono::seconds(20)));
  EXPECT_EQ(viewer->offer().find("m=audio"), std::string::npos);
  // The late one comes.
  const auto valve = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "valve"));
  g_object_set(valve.get(), "drop", FALSE, nullptr);
  EXPECT_TRUE(wait_until([&] { return viewer->offer().find("m=audio") != std::string::npos; }));
  // Nobody waits for the other one again.
  const auto newcomer = watch();
  EXPECT_TRUE(wait_until([&] { return newcomer->packets() > 10; }));
  EXPECT_NE(newcomer->offer().find("m=audio"), std::string::npos);
  gst_element_release_request_pad(pipeline_->room(), never_linked.get());
}

TEST_F(Inputs, WhatGoesOnAfterItsEndHasNotEnded) {
  Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=" + server_.url());
  const Feed one(pipeline.room(), "audio_0");
  const Feed other(pipeline.room(), "audio_1");
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  one.begin("first");
  other.begin("other");
  one.push_event(gst_event_new_eos());
  one.begin("second");
  one.push(0);
  other.push_event(gst_event_new_eos());
  // Still there.
  const auto viewer = watch();
  unsigned index = 1;
  EXPECT_TRUE(wait_until([&] {
    one.push(index++);
    return viewer->packets() > 10;
  }));
  EXPECT_FALSE(pipeline.has_ended());
  one.push_event(gst_event_new_eos());
  EXPECT_TRUE(wait_until([&] { return pipeline.has_ended(); }));
}

/// As an application that seeks to the beginning when it is told of the end.
TEST_F(Inputs, WhoLeftAtTheEndComesBackWhenItGoesOn) {
  Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=" + server_.url());
  const Feed feed(pipeline.room(), "audio_0");
  pipeline.set_state(GST_STATE_PLAYING);
  feed.begin("stream");
  feed.push(0);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  feed.push_event(gst_event_new_eos());
  ASSERT_TRUE(wait_until([&] { return pipeline.has_ended(); }));
  feed.push_event(gst_event_new_flush_start());
  feed.push_event(gst_event_new_flush_stop(TRUE));
  feed.begin("stream");
  EXPECT_TRUE(wait_until([&] { return pipeline.count("rtcmc-room-joined") == 2; }, std::chrono::seconds(20)));
  const auto viewer = watch();
  unsigned index = 0;
  EXPECT_TRUE(wait_until([&] {
    feed.push(index++);
    return viewer->packets() > 10;
  }));
}

TEST_F(Inputs, WhoOnlyReceivesKeepsNobodyFromTheirEnd) {
  Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=" + server_.url() +
                    " room.recv_video_0 ! fakesink name=end async=false");
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  const auto end = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.element()), "end"));
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(end.get(), "sink"));
  gst_pad_send_event(pad.get(), gst_event_new_eos());
  EXPECT_TRUE(wait_until([&] { return pipeline.has_ended(); }, std::chrono::seconds(10)));
}

/// As "gst-launch-1.0 -e", told to stop.
TEST_F(Inputs, EveryShapeOfPipelineEndsWhenItIsToldTo) {
  for (const std::string shape : {"session=data", "auto-receive=true", "room.recv_video_0 ! fakesink async=false",
                                  "videotestsrc ! video/x-raw,width=64,height=48 ! room.",
                                  "videotestsrc is-live=true ! room. room.recv_audio_0 ! fakesink async=false"}) {
    play_first(shape);
    gst_element_send_event(pipeline_->element(), gst_event_new_eos());
    EXPECT_TRUE(wait_until([&] { return pipeline_->has_ended(); }, std::chrono::seconds(10))) << shape;
    pipeline_.reset();
  }
}

}  // namespace
}  // namespace rtcmc::test
