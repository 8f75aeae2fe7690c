// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <libsoup/soup.h>

#include <future>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "element/participation.hpp"
#include "element/rtcmcroom.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "wait_until.hpp"

// The element's states, errors and pads, in rooms of the real server.

namespace rtcmc::test {
namespace {

constexpr const char* kCamera = " videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1 ! room.";

class Lifecycle : public ::testing::Test {
 protected:
  [[nodiscard]] std::string room(const std::string& more = "") const {
    return "rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " + more;
  }

  RoomServer server_;
};

std::string only_error(Pipeline& pipeline, GQuark domain, int code) {
  EXPECT_TRUE(wait_until([&] { return !pipeline.errors().empty(); }));
  if (pipeline.errors().empty()) {
    return "";
  }
  const auto& error = pipeline.errors().front();
  EXPECT_EQ(error.domain, domain) << error.text;
  EXPECT_EQ(error.code, code) << error.text;
  return error.text;
}

TEST_F(Lifecycle, EntersAndLeavesAnyNumberOfTimes) {
  Pipeline pipeline(room() + kCamera);
  for (unsigned round = 1; round <= 5; ++round) {
    EXPECT_NE(pipeline.set_state(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    ASSERT_TRUE(wait_until([&] { return pipeline.count("rtcmc-room-joined") == round; }));
    EXPECT_EQ(pipeline.set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
  EXPECT_TRUE(pipeline.errors().empty());
}

TEST_F(Lifecycle, StopsAtAnyMoment) {
  Pipeline pipeline(room() + kCamera);
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments each time
  for (int round = 0; round < 25; ++round) {
    pipeline.set_state(round % 5 == 0 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
    const auto moment = std::chrono::milliseconds(random() % 60);
    (void)wait_until([] { return false; }, moment);  // the moment is what is tested
    EXPECT_EQ(pipeline.set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
  pipeline.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
}

TEST_F(Lifecycle, AHandlerMayStopIt) {
  for (const char* signal : {"room-joined", "notify::state", "notify::user-id"}) {
    Pipeline pipeline(room());
    struct Stop {
      GstElement* room;
      gint done;
    } stop{pipeline.room(), 0};
    const glib::SignalConnection connection(pipeline.room(), signal,
                                            std::string(signal) == "room-joined"
                                                ? G_CALLBACK(+[](GstElement* room, gboolean, const gchar*, Stop* stop) {
                                                    gst_element_set_state(room, GST_STATE_NULL);
                                                    g_atomic_int_set(&stop->done, 1);
                                                  })
                                                : G_CALLBACK(+[](GstElement* room, GParamSpec*, Stop* stop) {
                                                    if (g_atomic_int_compare_and_exchange(&stop->done, 0, 2)) {
                                                      gst_element_set_state(room, GST_STATE_NULL);
                                                      g_atomic_int_set(&stop->done, 1);
                                                    }
                                                  }),
                                            &stop);
    pipeline.set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([&] { return g_atomic_int_get(&stop.done) == 1; })) << signal;
  }
}

TEST_F(Lifecycle, AnInputThatCannotBeSentIsAnErrorThatNamesItsPad) {
  Pipeline pipeline(room() + kCamera +
                    " videotestsrc is-live=true ! capssetter replace=true join=false caps=video/x-vp8 ! room.video_7");
  pipeline.set_state(GST_STATE_PLAYING);
  const std::string text = only_error(pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_ENCODE);
  EXPECT_EQ(text.find("video_7: "), 0U) << text;
  EXPECT_EQ(pipeline.errors().size(), 1U);
}

TEST_F(Lifecycle, TheEndOfAllInputsEndsThePipeline) {
  Pipeline pipeline(room() +
                    " videotestsrc num-buffers=30 is-live=true ! room."
                    " audiotestsrc num-buffers=10 is-live=true ! room.");
  pipeline.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return pipeline.has_ended(); }));
  EXPECT_TRUE(pipeline.errors().empty());
}

TEST_F(Lifecycle, ProgressAndSignalsTellOfTheRoom) {
  Pipeline pipeline(room());
  std::string told;
  const glib::SignalConnection connection(
      pipeline.room(), "room-joined",
      G_CALLBACK(+[](GstElement*, gboolean created, const gchar* id, std::string* told) {
        *told = std::string(id) + (created ? " created" : " joined");
      }),
      &told);
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  EXPECT_EQ(told, "garden created");
  gboolean is_initiator = FALSE;
  glib::String user_id;
  gchar* raw = nullptr;
  g_object_get(pipeline.room(), "is-initiator", &is_initiator, "user-id", &raw, nullptr);
  user_id.reset(raw);
  EXPECT_TRUE(is_initiator);
  ASSERT_TRUE(user_id);
  EXPECT_STRNE(user_id.get(), "");
}

TEST_F(Lifecycle, ATakenUserIdIsReplacedAndTold) {
  Pipeline first(room("user-id=ann"));
  first.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return first.posted("rtcmc-room-joined"); }));
  Pipeline second(room("user-id=ann"));
  second.set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return second.posted("rtcmc-user-id-changed") && second.posted("rtcmc-room-joined"); }));
}

TEST_F(Lifecycle, AWrongPasswordIsAnErrorAndToldAsSuch) {
  Pipeline first(room("password=sesame"));
  first.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return first.posted("rtcmc-room-joined"); }));
  Pipeline second(room("password=wrong"));
  second.set_state(GST_STATE_PLAYING);
  EXPECT_NE(only_error(second, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED).find("password"),
            std::string::npos);
  EXPECT_TRUE(second.posted("rtcmc-room-error"));
}

TEST_F(Lifecycle, TheServerMayComeLater) {
  server_.stop();
  Pipeline pipeline(room("retries=-1") + kCamera);
  EXPECT_NE(pipeline.set_state(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  ASSERT_TRUE(wait_until([&] { return pipeline.warnings().size() >= 2; }));
  EXPECT_NE(pipeline.warnings().front().text.find("Trying again in"), std::string::npos)
      << pipeline.warnings().front().text;
  EXPECT_EQ(participation_of(pipeline.room()).state(), State::Connecting);
  server_.restart();
  EXPECT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  EXPECT_TRUE(pipeline.errors().empty());
}

TEST_F(Lifecycle, IsTriedAsOftenAsSaid) {
  server_.stop();
  Pipeline pipeline(room("retries=2"));
  pipeline.set_state(GST_STATE_PLAYING);
  (void)only_error(pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  EXPECT_EQ(pipeline.warnings().size(), 2);
}

TEST_F(Lifecycle, WhatWaitingCannotHelpIsAnErrorAtOnce) {
  Pipeline first(room("password=sesame"));
  first.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return first.posted("rtcmc-room-joined"); }));
  Pipeline second(room("password=wrong retries=-1"));
  second.set_state(GST_STATE_PLAYING);
  (void)only_error(second, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED);
  EXPECT_TRUE(second.warnings().empty());
}

TEST_F(Lifecycle, StopsBetweenTwoAttempts) {
  server_.stop();
  Pipeline pipeline(room("retries=-1") + kCamera);
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return !pipeline.warnings().empty(); }));
  EXPECT_EQ(pipeline.set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(Lifecycle, InputThatNobodyCanDecodeIsRefused) {
  Pipeline pipeline(room());
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), "video_0"));
  const auto caps = glib::Ref<GstCaps>::adopt(gst_caps_from_string("image/jpeg"));
  EXPECT_FALSE(gst_pad_query_accept_caps(pad.get(), caps.get()));
  gst_element_release_request_pad(pipeline.room(), pad.get());
}

TEST(Settings, WhatIsMissingOrWrongIsSaid) {
  struct Case {
    const char* properties;
    int code;
    const char* said;
  };
  for (const Case& wrong :
       {Case{"socket-url=http://127.0.0.1:1/", GST_RESOURCE_ERROR_SETTINGS, "room-id"},
        Case{"room-id=garden listen-address=nowhere", GST_RESOURCE_ERROR_SETTINGS, "nowhere"},
        Case{"room-id=garden tls-certificate=/nowhere.pem", GST_RESOURCE_ERROR_SETTINGS, "tls-certificate"},
        Case{"room-id=garden stun-server=example.org", GST_RESOURCE_ERROR_SETTINGS, "stun://example.org:3478"},
        Case{"room-id=garden turn-servers=<\"turn://example.org\">", GST_RESOURCE_ERROR_SETTINGS, "user and password"},
        Case{"room-id=garden ice-servers=stun:example.org", GST_RESOURCE_ERROR_SETTINGS, "connection.iceServers"},
        Case{R"(room-id=garden video-codecs=<"VP8","H246">)", GST_RESOURCE_ERROR_SETTINGS, "VP8, VP9, H264"},
        Case{"room-id=garden video-codecs=<\"OPUS\">", GST_RESOURCE_ERROR_SETTINGS, "\"OPUS\""},
        Case{"room-id=garden audio-codecs=<\"mp3\">", GST_RESOURCE_ERROR_SETTINGS, "OPUS, G722"},
        Case{"room-id=garden audio-codecs=<\"\">", GST_RESOURCE_ERROR_SETTINGS, "audio-codecs"},
        Case{"room-id=garden socket-url=nonsense", GST_RESOURCE_ERROR_SETTINGS, "nonsense"},
        Case{"room-id=garden socket-url=ftp://127.0.0.1/", GST_RESOURCE_ERROR_SETTINGS, "ftp"},
        Case{"room-id=garden socket-url=http://127.0.0.1:1/", GST_RESOURCE_ERROR_NOT_FOUND, "127.0.0.1:1"}}) {
    Pipeline pipeline(std::string("rtcmcroom name=room ") + wrong.properties);
    pipeline.set_state(GST_STATE_PLAYING);
    const std::string text = only_error(pipeline, GST_RESOURCE_ERROR, wrong.code);
    EXPECT_NE(text.find(wrong.said), std::string::npos) << text;
  }
}

TEST(Settings, SecretsAreNotShown) {
  const Pipeline pipeline(
      R"(rtcmcroom name=room password=sesame turn-servers=<"turn://u:sesame@a.example">)"
      R"( ice-servers="[{\"urls\":\"turn:a.example\",\"username\":\"u\",\"credential\":\"sesame\"}]")");
  guint count = 0;
  const std::unique_ptr<GParamSpec*[], decltype(&g_free)> properties(
      g_object_class_list_properties(G_OBJECT_GET_CLASS(pipeline.room()), &count), g_free);
  for (guint i = 0; i < count; ++i) {
    if ((properties[i]->flags & G_PARAM_READABLE) == 0) {
      continue;
    }
    GValue value = G_VALUE_INIT;
    g_value_init(&value, properties[i]->value_type);
    g_object_get_property(G_OBJECT(pipeline.room()), properties[i]->name, &value);
    const bool is_unset = G_VALUE_HOLDS_BOXED(&value) && !g_value_get_boxed(&value);
    const glib::String text(is_unset ? nullptr : gst_value_serialize(&value));
    EXPECT_TRUE(!text || std::string(text.get()).find("sesame") == std::string::npos) << properties[i]->name;
    g_value_unset(&value);
  }
  const glib::String dump(gst_debug_bin_to_dot_data(GST_BIN(pipeline.element()), GST_DEBUG_GRAPH_SHOW_ALL));
  EXPECT_EQ(std::string(dump.get()).find("sesame"), std::string::npos);
}

TEST(Settings, AnErrorComesThoughThePipelineOnlyPauses) {
  Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=http://127.0.0.1:1/");
  pipeline.set_state(GST_STATE_PAUSED);
  (void)only_error(pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
}

TEST(Settings, AServerThatIsNotSocketIoIsSaid) {
  const auto server = glib::Ref<SoupServer>::adopt(soup_server_new(nullptr, nullptr));
  ASSERT_TRUE(soup_server_listen_local(server.get(), 0, SOUP_SERVER_LISTEN_IPV4_ONLY, nullptr));
  GSList* uris = soup_server_get_uris(server.get());
  const int port = g_uri_get_port(static_cast<GUri*>(uris->data));
  g_slist_free_full(uris, [](gpointer uri) { g_uri_unref(static_cast<GUri*>(uri)); });
  Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=http://127.0.0.1:" + std::to_string(port) + "/");
  pipeline.set_state(GST_STATE_PLAYING);
  EXPECT_NE(only_error(pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND).find("Socket.IO"),
            std::string::npos);
}

TEST(Pads, ARequestedNameIsHonouredAndNumbersAreFilledIn) {
  Pipeline pipeline("rtcmcroom name=room");
  const auto request = [&pipeline](const char* name) {
    return glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), name));
  };
  const auto third = request("video_3");
  ASSERT_TRUE(third);
  EXPECT_STREQ(GST_OBJECT_NAME(third.get()), "video_3");
  const auto first = request("video_%u");
  ASSERT_TRUE(first);
  EXPECT_STREQ(GST_OBJECT_NAME(first.get()), "video_0");
  const auto audio = request("audio_%u");
  ASSERT_TRUE(audio);
  for (const auto& pad : {third, first, audio}) {
    gst_element_release_request_pad(pipeline.room(), pad.get());
  }
  EXPECT_EQ(GST_ELEMENT(pipeline.room())->numpads, 0);
}

TEST(Pads, TwoThreadsGetTwoNumbers) {
  Pipeline pipeline("rtcmcroom name=room");
  const auto request = [&pipeline] {
    return glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), "recv_audio_%u"));
  };
  for (int round = 0; round < 100; ++round) {
    auto other = std::async(std::launch::async, request);
    const std::vector pads{request(), other.get()};
    EXPECT_EQ(GST_ELEMENT(pipeline.room())->numpads, 2);
    for (const auto& pad : pads) {
      ASSERT_TRUE(pad);
      gst_element_release_request_pad(pipeline.room(), pad.get());
    }
  }
}

TEST(Pads, CamerasWithoutIdsGetTheirOwnAndSoundSharesThatOfItsNumber) {
  Pipeline pipeline("rtcmcroom name=room");
  const auto stream_id = [&pipeline](const char* name) {
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), name));
    gchar* raw = nullptr;
    g_object_get(pad.get(), "stream-id", &raw, nullptr);
    const glib::String id(raw);
    return std::string(id.get());
  };
  const std::string camera = stream_id("video_0");
  EXPECT_EQ(camera, stream_id("audio_0"));
  EXPECT_NE(camera, stream_id("video_1"));
}

}  // namespace
}  // namespace rtcmc::test
