// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "element/extra.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// What the property "stats" and the action "get-stats" say of real connections.

namespace rtcmc::test {
namespace {

StructurePtr property(const Pipeline& pipeline) {
  GstStructure* structure = nullptr;
  g_object_get(pipeline.room(), "stats", &structure, nullptr);
  return StructurePtr(structure);
}

/// By the action, which answers soon.
StructurePtr fresh(const Pipeline& pipeline) {
  const auto promise = glib::Ref<GstPromise>::adopt(gst_promise_new());
  g_signal_emit_by_name(pipeline.room(), "get-stats", promise.get());
  EXPECT_EQ(gst_promise_wait(promise.get()), GST_PROMISE_RESULT_REPLIED);
  return StructurePtr(gst_structure_copy(gst_promise_get_reply(promise.get())));
}

std::vector<const GstStructure*> list(const GstStructure* structure, const char* field) {
  std::vector<const GstStructure*> elements;
  const GValue* array = gst_structure_get_value(structure, field);
  for (guint i = 0; array && i < gst_value_array_get_size(array); ++i) {
    elements.push_back(gst_value_get_structure(gst_value_array_get_value(array, i)));
  }
  return elements;
}

std::string text(const GstStructure* structure, const char* field) {
  const char* value = gst_structure_get_string(structure, field);
  return value ? value : "";
}

guint64 number(const GstStructure* structure, const char* field) {
  guint64 value = 0;
  EXPECT_TRUE(gst_structure_get_uint64(structure, field, &value)) << field;
  return value;
}

guint count(const GstStructure* structure, const char* field) {
  guint value = 0;
  EXPECT_TRUE(gst_structure_get_uint(structure, field, &value)) << field;
  return value;
}

double real(const GstStructure* structure, const char* field) {
  double value = -1;
  EXPECT_TRUE(gst_structure_get_double(structure, field, &value)) << field;
  return value;
}

int integer(const GstStructure* structure, const char* field) {
  int value = -1;
  EXPECT_TRUE(gst_structure_get_int(structure, field, &value)) << field;
  return value;
}

/// The first stream of this kind, or null.
const GstStructure* stream(const GstStructure* participant, const char* direction, const std::string& kind) {
  const auto streams = list(participant, direction);
  const auto found = std::ranges::find_if(streams, [&kind](const auto* s) { return text(s, "kind") == kind; });
  return found == streams.end() ? nullptr : *found;
}

class Stats : public ::testing::Test {
 protected:
  [[nodiscard]] std::string in_garden() const { return "room-id=garden socket-url=" + server_.url() + " "; }
  [[nodiscard]] static std::string picture(int width, int height) {
    return "videotestsrc is-live=true ! video/x-raw,width=" + std::to_string(width) +
           ",height=" + std::to_string(height) + ",framerate=30/1 ! room. ";
  }

  RoomServer server_;
};

TEST_F(Stats, BeforeTheStartThereIsNothingToTell) {
  const Pipeline pipeline("rtcmcroom name=room " + in_garden());
  for (const StructurePtr& stats : {property(pipeline), fresh(pipeline)}) {
    EXPECT_TRUE(gst_structure_has_name(stats.get(), "rtcmc-stats"));
    EXPECT_TRUE(list(stats.get(), "participants").empty());
    EXPECT_EQ(number(stats.get(), "bitrate-sent"), 0U);
  }
}

TEST_F(Stats, TellWhatTwoViewersShare) {
  Pipeline pipeline("rtcmcroom name=room video-codecs=<VP8> " + in_garden() + picture(160, 120));
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  const Viewer one(server_.url(), "garden", {});
  const Viewer other(server_.url(), "garden", {});
  ASSERT_TRUE(wait_until([&] { return one.packets() > 10 && other.packets() > 10; }));

  const StructurePtr stats = fresh(pipeline);
  EXPECT_EQ(count(stats.get(), "encoders"), 1U);
  EXPECT_GT(number(stats.get(), "bitrate-sent"), 0U);
  const auto participants = list(stats.get(), "participants");
  ASSERT_EQ(participants.size(), 2U);
  for (const GstStructure* participant : participants) {
    gboolean connected = FALSE;
    EXPECT_TRUE(gst_structure_get_boolean(participant, "connected", &connected) && connected);
    EXPECT_FALSE(text(participant, "user-id").empty());
    EXPECT_EQ(text(participant, "local-candidate-type"), "host");
    EXPECT_EQ(text(participant, "protocol"), "udp");
    EXPECT_EQ(text(participant, "send-path"), "socket");
    const GstStructure* video = stream(participant, "sent", "video");
    ASSERT_TRUE(video);
    EXPECT_EQ(text(video, "codec"), "VP8");
    EXPECT_EQ(text(video, "encoder"), "vp8enc");
    EXPECT_EQ(count(video, "shared-with"), 2U);
    EXPECT_EQ(integer(video, "width"), 160);
    EXPECT_EQ(integer(video, "height"), 120);
    EXPECT_GT(number(video, "bytes"), 0U);
    EXPECT_GT(number(video, "packets"), 0U);
    EXPECT_GT(number(video, "bitrate"), 0U);
    EXPECT_GT(number(video, "frames"), 0U);
    EXPECT_GT(real(video, "frame-rate"), 0);
    EXPECT_LT(real(video, "frame-rate"), 40);
    EXPECT_TRUE(list(participant, "received").empty());
  }
}

TEST_F(Stats, ReadingThePropertyHasItRenewed) {
  Pipeline pipeline("rtcmcroom name=room " + in_garden() + picture(160, 120));
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  {
    const Viewer viewer(server_.url(), "garden", {});
    ASSERT_TRUE(wait_until([&] { return viewer.packets() > 10; }));
    EXPECT_TRUE(wait_until([&] { return list(property(pipeline).get(), "participants").size() == 1; }));
  }
  EXPECT_TRUE(wait_until([&] { return list(property(pipeline).get(), "participants").empty(); }));
}

TEST_F(Stats, TellBothDirectionsOfAConversation) {
  const std::string receive = "room.recv_video_0 ! fakesink sync=false async=false ";
  Pipeline one("rtcmcroom name=room user-id=one video-codecs=<VP8> " + in_garden() + picture(160, 120) +
               "audiotestsrc is-live=true ! room. " + receive);
  Pipeline other("rtcmcroom name=room user-id=other video-codecs=<VP8> " + in_garden() + picture(320, 240) + receive +
                 "room.recv_audio_0 ! fakesink sync=false async=false ");
  one.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return one.posted("rtcmc-room-joined"); }));
  other.set_state(GST_STATE_PLAYING);

  // Reports come every few seconds, and pictures with the first keyframe.
  StructurePtr stats;
  const auto tells = [&stats](const char* direction, const char* kind, const char* field) {
    const auto participants = list(stats.get(), "participants");
    const GstStructure* found = participants.empty() ? nullptr : stream(participants.front(), direction, kind);
    return found && gst_structure_has_field(found, field);
  };
  ASSERT_TRUE(wait_until([&] {
    stats = fresh(one);
    return tells("sent", "video", "round-trip-time") && tells("sent", "audio", "round-trip-time") &&
           tells("received", "video", "width");
  }));
  const GstStructure* participant = list(stats.get(), "participants").front();
  EXPECT_EQ(text(participant, "user-id"), "other");
  EXPECT_GE(real(participant, "round-trip-time"), 0);
  EXPECT_LT(real(participant, "round-trip-time"), 1);
  const GstStructure* video = stream(participant, "sent", "video");
  EXPECT_LT(real(video, "jitter"), 1);
  EXPECT_EQ(real(video, "fraction-lost"), 0);
  const GstStructure* audio = stream(participant, "sent", "audio");
  ASSERT_TRUE(audio);
  EXPECT_EQ(text(audio, "codec"), "OPUS");
  EXPECT_EQ(text(audio, "encoder"), "opusenc");
  EXPECT_FALSE(gst_structure_has_field(audio, "frame-rate"));

  const GstStructure* received = stream(participant, "received", "video");
  ASSERT_TRUE(received);
  EXPECT_EQ(text(received, "codec"), "VP8");
  EXPECT_EQ(integer(received, "width"), 320);
  EXPECT_EQ(integer(received, "height"), 240);
  EXPECT_GT(number(received, "bitrate"), 0U);
  EXPECT_GT(number(received, "packets"), 0U);
  EXPECT_GT(real(received, "frame-rate"), 0);
  EXPECT_GE(real(received, "jitter"), 0);
  // Nothing is lost here, so that nothing is asked for again.
  EXPECT_EQ(count(received, "nack-count"), 0U);
  EXPECT_EQ(count(video, "nack-count"), 0U);
  EXPECT_EQ(count(audio, "nack-count"), 0U);
  EXPECT_GT(number(participant, "bytes-received"), 0U);
  EXPECT_GT(number(stats.get(), "bitrate-received"), 0U);
  EXPECT_EQ(count(stats.get(), "encoders"), 2U);

  StructurePtr seen_there;
  const GstStructure* heard = nullptr;
  ASSERT_TRUE(wait_until([&] {
    seen_there = fresh(other);
    const auto there = list(seen_there.get(), "participants");
    heard = there.empty() ? nullptr : stream(there.front(), "received", "audio");
    return heard && number(heard, "packets") > 0;
  }));
  EXPECT_EQ(text(heard, "codec"), "OPUS");
  EXPECT_EQ(text(heard, "stream-id"), text(audio, "stream-id"));
}

TEST_F(Stats, EveryQuestionIsAnsweredWhateverHappens) {
  auto pipeline = std::make_unique<Pipeline>("rtcmcroom name=room " + in_garden() + picture(160, 120));
  pipeline->set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline->posted("rtcmc-room-joined"); }));
  std::vector<glib::Ref<GstPromise>> promises;
  {
    const Viewer viewer(server_.url(), "garden", {});
    ASSERT_TRUE(wait_until([&] { return viewer.packets() > 10; }));
    for (int i = 0; i < 100; ++i) {
      promises.push_back(glib::Ref<GstPromise>::adopt(gst_promise_new()));
      g_signal_emit_by_name(pipeline->room(), "get-stats", promises.back().get());
    }
  }
  pipeline.reset();
  for (const auto& promise : promises) {
    EXPECT_EQ(gst_promise_wait(promise.get()), GST_PROMISE_RESULT_REPLIED);
  }
}

}  // namespace
}  // namespace rtcmc::test
