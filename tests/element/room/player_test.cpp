// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "element/participation.hpp"
#include "element/rtcmcroom.hpp"
#include "media/elements.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "wait_until.hpp"

// What players need: the element's URI, and the list of its streams, of which they choose.

namespace rtcmc::test {
namespace {

std::string text_of(GstElement* element, const char* property) {
  gchar* text = nullptr;
  g_object_get(element, property, &text, nullptr);
  const glib::String held(text);
  return text ? text : "";
}

std::string uri_of(GstElement* element) {
  const glib::String uri(gst_uri_handler_get_uri(GST_URI_HANDLER(element)));
  return uri ? uri.get() : "";
}

/// The error's code; -1: none.
int set_uri(GstElement* element, const std::string& uri) {
  glib::Error error;
  const bool done = gst_uri_handler_set_uri(GST_URI_HANDLER(element), uri.c_str(), error.out()) != FALSE;
  EXPECT_EQ(done, !error);
  EXPECT_TRUE(!error || error.get()->domain == GST_URI_ERROR);
  return error ? error.get()->code : -1;
}

bool is(GstElement* element, GstElementFlags flag) {
  return GST_OBJECT_FLAG_IS_SET(element, flag);
}

TEST(Uri, IsFoundByIt) {
  const Pipeline registered("rtcmcsrc name=room");
  for (const char* uri : {"rtcmc://a.example/garden", "rtcmcs://a.example/garden"}) {
    const auto element = glib::Ref<GstElement>::adopt(
        GST_ELEMENT(gst_object_ref_sink(gst_element_make_from_uri(GST_URI_SRC, uri, nullptr, nullptr))));
    EXPECT_STREQ(GST_OBJECT_NAME(gst_element_get_factory(element.get())), "rtcmcsrc");
    EXPECT_EQ(uri_of(element.get()), uri);
  }
}

TEST(Uri, SetsTheProperties) {
  const Pipeline pipeline("rtcmcsrc name=room password=old");
  GstElement* room = pipeline.room();
  EXPECT_EQ(set_uri(room, "rtcmcs://a.example/my%20room?user-id=tv&latency=50"), -1);
  EXPECT_EQ(text_of(room, "socket-url"), "https://a.example:9001/");
  EXPECT_EQ(text_of(room, "room-id"), "my room");
  EXPECT_EQ(text_of(room, "user-id"), "tv");
  EXPECT_EQ(participation_of(room).with_settings([](Settings& settings) { return settings.room.password; }), "old");
  guint latency = 0;
  gboolean receives = FALSE;
  g_object_get(room, "latency", &latency, "auto-receive", &receives, nullptr);
  EXPECT_EQ(latency, 50U);
  EXPECT_TRUE(receives);
}

TEST(Uri, IsWhatWasSetUntilThePropertiesSayOtherwise) {
  const Pipeline pipeline("rtcmcsrc name=room");
  GstElement* room = pipeline.room();
  EXPECT_EQ(uri_of(room), "");
  g_object_set(room, "socket-url", "https://a.example/", "room-id", "my room", nullptr);
  EXPECT_EQ(uri_of(room), "rtcmcs://a.example:443/my%20room");
  EXPECT_EQ(set_uri(room, "rtcmc://a.example/garden?password=secret"), -1);
  EXPECT_EQ(uri_of(room), "rtcmc://a.example/garden?password=secret");
  g_object_set(room, "room-id", "kitchen", nullptr);
  EXPECT_EQ(uri_of(room), "rtcmc://a.example:9001/kitchen");
  g_object_set(room, "socket-url", "http://a.example:9001/rtc/", nullptr);
  EXPECT_EQ(uri_of(room), "rtcmc://a.example:9001/rtc/kitchen");
}

TEST(Uri, ChangesNothingIfItIsWrong) {
  const Pipeline pipeline("rtcmcsrc name=room");
  EXPECT_EQ(set_uri(pipeline.room(), "rtcmc://a.example/garden?passwort=x"), GST_URI_ERROR_BAD_URI);
  EXPECT_EQ(set_uri(pipeline.room(), "http://a.example/garden"), GST_URI_ERROR_UNSUPPORTED_PROTOCOL);
  EXPECT_EQ(text_of(pipeline.room(), "room-id"), "");
  EXPECT_TRUE(is(pipeline.room(), GST_ELEMENT_FLAG_SINK));
}

TEST(Uri, MakesItASourceThatNoEndWaitsFor) {
  const Pipeline pipeline("rtcmcsrc name=room");
  EXPECT_EQ(set_uri(pipeline.room(), "rtcmc://a.example/garden"), -1);
  EXPECT_TRUE(is(pipeline.room(), GST_ELEMENT_FLAG_SOURCE));
  EXPECT_FALSE(is(pipeline.room(), GST_ELEMENT_FLAG_SINK));
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), "video_%u"));
  EXPECT_TRUE(is(pipeline.room(), GST_ELEMENT_FLAG_SINK));
  gst_element_release_request_pad(pipeline.room(), pad.get());
}

/// Sees what passes an element called "sink".
struct Seen {
  std::atomic<unsigned> buffers = 0;
  std::atomic<unsigned> collections = 0;
  std::atomic<bool> came_first = true;  // a collection with the pad's own stream, before any data
};

bool lists(GstStreamCollection* collection, const char* id) {
  for (guint i = 0; i < gst_stream_collection_get_size(collection); ++i) {
    if (g_strcmp0(gst_stream_get_stream_id(gst_stream_collection_get_stream(collection, i)), id) == 0) {
      return true;
    }
  }
  return false;
}

GstPadProbeReturn see(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& seen = *static_cast<Seen*>(data);
  if (GST_IS_BUFFER(info->data)) {
    seen.came_first = seen.came_first && seen.collections > 0;
    ++seen.buffers;
  } else if (GST_EVENT_TYPE(GST_EVENT(info->data)) == GST_EVENT_STREAM_COLLECTION) {
    glib::Ref<GstStreamCollection> collection;
    gst_event_parse_stream_collection(GST_EVENT(info->data), collection.out());
    const glib::String id(gst_pad_get_stream_id(pad));
    seen.came_first = seen.came_first && lists(collection.get(), id.get());
    ++seen.collections;
  }
  return GST_PAD_PROBE_OK;
}

class Player : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Pipeline> start(const std::string& description) const {
    auto pipeline = std::make_unique<Pipeline>(description);
    pipeline->set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([&] { return pipeline->posted("rtcmc-room-joined"); }));
    return pipeline;
  }

  [[nodiscard]] std::unique_ptr<Pipeline> send(const std::string& user_id) const {
    return start("rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " user-id=" + user_id +
                 " video_0::stream-id=camera audio_0::stream-id=camera "
                 "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1 ! room. "
                 "audiotestsrc is-live=true ! room.");
  }

  /// As a player makes it: without anything linked to it yet.
  [[nodiscard]] std::unique_ptr<Pipeline> play() const {
    auto pipeline = std::make_unique<Pipeline>("rtcmcsrc name=room");
    EXPECT_EQ(set_uri(pipeline->room(), "rtcmc" + server_.url().substr(4) + "garden"), -1);
    pipeline->set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([&] { return pipeline->posted("rtcmc-room-joined"); }));
    return pipeline;
  }

  /// Whose stream passes on that pad; empty: nobody's, or there is no such pad.
  static std::string user_on(const Pipeline& player, const char* name) {
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(player.room(), name));
    gchar* user_id = nullptr;
    if (pad) {
      g_object_get(pad.get(), "user-id", &user_id, nullptr);
    }
    const glib::String held(user_id);
    return user_id ? user_id : "";
  }

  static bool shows(const Pipeline& player, const std::string& video_of, const std::string& audio_of) {
    return user_on(player, "remote_video_0") == video_of && user_on(player, "remote_audio_0") == audio_of;
  }

  static std::set<std::string> listed(Pipeline& player) {
    const auto streams = player.streams();
    return {streams.begin(), streams.end()};
  }

  RoomServer server_;
};

TEST_F(Player, AutoReceiveListsTheStreams) {
  const auto receiver = start("rtcmcroom name=room auto-receive=true room-id=garden socket-url=" + server_.url());
  {
    const auto anna = send("anna");
    EXPECT_TRUE(wait_until([&] {
      return listed(*receiver) == std::set<std::string>{"anna/camera/audio", "anna/camera/video"};
    }));
    const auto collection = receiver->collection();
    for (guint i = 0; i < 2; ++i) {
      GstStream* stream = gst_stream_collection_get_stream(collection.get(), i);
      const bool is_video = g_str_has_suffix(gst_stream_get_stream_id(stream), "/video") != FALSE;
      EXPECT_EQ(gst_stream_get_stream_type(stream), is_video ? GST_STREAM_TYPE_VIDEO : GST_STREAM_TYPE_AUDIO);
      const auto tags = glib::Ref<GstTagList>::adopt(gst_stream_get_tags(stream));
      const gchar* text = nullptr;
      EXPECT_TRUE(gst_tag_list_peek_string_index(tags.get(), GST_TAG_TITLE, 0, &text));
      EXPECT_STREQ(text, "anna");
      EXPECT_TRUE(gst_tag_list_peek_string_index(tags.get(), GST_TAG_EXTENDED_COMMENT, 0, &text));
      EXPECT_STREQ(text, "user-id=anna");
      EXPECT_TRUE(gst_tag_list_peek_string_index(tags.get(), GST_TAG_EXTENDED_COMMENT, 1, &text));
      EXPECT_STREQ(text, "stream-id=camera");
    }
  }
  EXPECT_TRUE(wait_until([&] { return listed(*receiver).empty(); }));
}

TEST_F(Player, ThePadsTellDownstreamBeforeAnyData) {
  const auto anna = send("anna");
  Pipeline receiver("rtcmcroom name=room auto-receive=true room-id=garden socket-url=" + server_.url() +
                    " room.remote_video_0 ! fakesink name=sink");
  Seen seen;
  {
    const auto sink = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(receiver.element()), "sink"));
    gst_pad_add_probe(static_pad(sink.get(), "sink").get(),
                      GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM), see, &seen,
                      nullptr);
  }
  receiver.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return seen.buffers > 10; }));
  EXPECT_TRUE(seen.came_first);
  const unsigned so_far = seen.collections;
  const auto bert = send("bert");
  EXPECT_TRUE(wait_until([&] { return listed(receiver).size() == 4; }));
  EXPECT_TRUE(wait_until([&] { return seen.collections > so_far; }));
  EXPECT_TRUE(seen.came_first);
}

TEST_F(Player, OnePadForEachKindStaysAndTakesOneAfterTheOther) {
  const auto player = play();
  std::atomic<int> pads = 0;
  const glib::SignalConnection added(
      player->room(), "pad-added",
      G_CALLBACK(+[](GstElement*, GstPad*, gpointer data) { ++*static_cast<std::atomic<int>*>(data); }), &pads);
  const glib::SignalConnection removed(
      player->room(), "pad-removed",
      G_CALLBACK(+[](GstElement*, GstPad*, gpointer data) { --*static_cast<std::atomic<int>*>(data); }), &pads);
  auto anna = send("anna");
  EXPECT_TRUE(wait_until([&] { return shows(*player, "anna", "anna"); }));
  const auto bert = send("bert");
  EXPECT_TRUE(wait_until([&] { return listed(*player).size() == 4; }));
  EXPECT_TRUE(shows(*player, "anna", "anna"));
  anna.reset();
  EXPECT_TRUE(wait_until([&] { return shows(*player, "bert", "bert"); }));
  EXPECT_EQ(listed(*player), (std::set<std::string>{"bert/camera/audio", "bert/camera/video"}));
  EXPECT_EQ(pads, 2);
  EXPECT_TRUE(player->errors().empty());
  EXPECT_EQ(player->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(pads, 0);
}

TEST_F(Player, WhatPassedLastStaysListedWhileNothingElseDoes) {
  const auto player = play();
  {
    const auto anna = send("anna");
    EXPECT_TRUE(wait_until([&] { return shows(*player, "anna", "anna"); }));
  }
  EXPECT_TRUE(wait_until([&] { return player->count("rtcmc-stream-removed") == 2; }));
  EXPECT_EQ(listed(*player), (std::set<std::string>{"anna/camera/audio", "anna/camera/video"}));
  const auto bert = send("bert");
  EXPECT_TRUE(wait_until([&] {
    return listed(*player) == std::set<std::string>{"bert/camera/audio", "bert/camera/video"};
  }));
}

TEST_F(Player, LetsStreamsBeChosen) {
  const auto player = play();
  const auto anna = send("anna");
  EXPECT_TRUE(wait_until([&] { return shows(*player, "anna", "anna"); }));
  const auto bert = send("bert");
  EXPECT_TRUE(wait_until([&] { return listed(*player).size() == 4; }));
  EXPECT_EQ(player->elements_of("vp8dec"), 1U);

  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(player->room(), "remote_video_0"));
  const auto query = glib::Ref<GstQuery>::adopt(gst_query_new_selectable());
  EXPECT_TRUE(gst_pad_query(pad.get(), query.get()));
  gboolean selectable = FALSE;
  gst_query_parse_selectable(query.get(), &selectable);
  EXPECT_TRUE(selectable);

  const auto select = [](const std::string& id) {
    GList item{const_cast<char*>(id.c_str()), nullptr, nullptr};
    return gst_event_new_select_streams(&item);
  };
  EXPECT_TRUE(gst_element_send_event(player->room(), select("bert/camera/video")));
  EXPECT_TRUE(wait_until([&] { return shows(*player, "bert", "anna"); }));
  EXPECT_TRUE(wait_until([&] { return player->selected().size() == 2; }));
  const auto selected = player->selected();
  EXPECT_EQ(std::set<std::string>(selected.begin(), selected.end()),
            (std::set<std::string>{"bert/camera/video", "anna/camera/audio"}));
  EXPECT_TRUE(gst_pad_send_event(pad.get(), select("bert/camera/audio")));
  EXPECT_TRUE(wait_until([&] { return shows(*player, "bert", "bert"); }));
  EXPECT_TRUE(gst_element_send_event(player->room(), select("nobody/camera/audio")));
  EXPECT_TRUE(gst_element_send_event(player->room(), select("anna/camera/video")));
  EXPECT_TRUE(wait_until([&] { return shows(*player, "anna", "bert"); }));
}

TEST_F(Player, KeepsItsUriWhileItRuns) {
  const auto player = play();
  const std::string uri = uri_of(player->room());
  EXPECT_EQ(set_uri(player->room(), "rtcmc://a.example/kitchen"), GST_URI_ERROR_BAD_STATE);
  EXPECT_EQ(uri_of(player->room()), uri);
  player->set_state(GST_STATE_READY);
  EXPECT_EQ(set_uri(player->room(), "rtcmc://a.example/kitchen"), -1);
}

}  // namespace
}  // namespace rtcmc::test
