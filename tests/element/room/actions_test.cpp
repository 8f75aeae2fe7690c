// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "glib/signal_connection.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// The element's action signals, at any moment and from anywhere.

namespace rtcmc::test {
namespace {

constexpr const char* kActionsCamera =
    " videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1 ! room.";

class Actions : public ::testing::Test {
 protected:
  void play(const std::string& more = "") {
    pipeline_ = std::make_unique<Pipeline>("rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " +
                                           more + kActionsCamera);
    pipeline_->set_state(GST_STATE_PLAYING);
    ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-room-joined"); }));
  }

  [[nodiscard]] GstElement* room() const { return pipeline_->room(); }

  [[nodiscard]] std::string state() const {
    gint value = 0;
    g_object_get(room(), "state", &value, nullptr);
    auto* spec = G_PARAM_SPEC_ENUM(g_object_class_find_property(G_OBJECT_GET_CLASS(room()), "state"));
    return g_enum_get_value(spec->enum_class, value)->value_nick;
  }

  RoomServer server_;
  std::unique_ptr<Pipeline> pipeline_;
};

/// The name of the structure that a promise was answered with.
std::string answer_of(GstPromise* promise) {
  if (gst_promise_wait(promise) != GST_PROMISE_RESULT_REPLIED) {
    return "no answer";
  }
  return gst_structure_get_name(gst_promise_get_reply(promise));
}

TEST_F(Actions, EnterLeaveAndEnterAgainAsOftenAsOneLikes) {
  play();
  for (unsigned round = 2; round <= 6; ++round) {
    g_signal_emit_by_name(room(), "leave");
    ASSERT_TRUE(wait_until([&] { return state() == "left"; }));
    g_signal_emit_by_name(room(), "open-or-join", nullptr);
    ASSERT_TRUE(wait_until([&] { return pipeline_->count("rtcmc-room-joined") == round; }));
  }
  EXPECT_TRUE(pipeline_->errors().empty());
  EXPECT_FALSE(pipeline_->has_ended());
}

TEST_F(Actions, TheLastOfManyCounts) {
  play();
  std::atomic<bool> is_there = false;
  const glib::SignalConnection handler(room(), "room-joined",
                                       G_CALLBACK(+[](GstElement*, gboolean, const gchar* room_id, gpointer data) {
                                         *static_cast<std::atomic<bool>*>(data) = std::string(room_id) == "the-last";
                                       }),
                                       &is_there);
  for (int i = 0; i < 20; ++i) {
    g_signal_emit_by_name(room(), "leave");
    g_signal_emit_by_name(room(), "open-or-join", ("room-" + std::to_string(i)).c_str());
  }
  g_signal_emit_by_name(room(), "open-or-join", "the-last");
  ASSERT_TRUE(wait_until([&] { return is_there.load(); }));
  const Viewer viewer(server_.url(), "the-last", {});
  EXPECT_TRUE(wait_until([&] { return viewer.packets() > 10; }));
  EXPECT_EQ(state(), "joined");
}

TEST_F(Actions, FromSignalHandlers) {
  play();
  std::atomic<unsigned> left = 0;
  const glib::SignalConnection handler(room(), "participant-joined",
                                       G_CALLBACK(+[](GstElement* element, const gchar*, GstStructure*, gpointer data) {
                                         ++*static_cast<std::atomic<unsigned>*>(data);
                                         g_signal_emit_by_name(element, "leave");
                                         g_signal_emit_by_name(element, "open-or-join", nullptr);
                                       }),
                                       &left);
  const Viewer viewer(server_.url(), "garden", {});
  ASSERT_TRUE(wait_until([&] { return left > 0 && viewer.was_left(); }));
  EXPECT_TRUE(wait_until([&] { return pipeline_->count("rtcmc-room-joined") >= 2; }));
}

TEST_F(Actions, ThePipelineMayBeStoppedOnceTheRoomIsLeft) {
  play();
  struct Stopping {
    GstElement* pipeline;
    std::atomic<bool> stopped = false;
  } stopping{.pipeline = pipeline_->element()};
  const glib::SignalConnection handler(room(), "notify::state",
                                       G_CALLBACK(+[](GObject* element, GParamSpec*, gpointer data) {
                                         gint value = 0;
                                         g_object_get(element, "state", &value, nullptr);
                                         auto& target = *static_cast<Stopping*>(data);
                                         if (value == 4 && !target.stopped.exchange(true)) {  // left
                                           gst_element_set_state(target.pipeline, GST_STATE_NULL);
                                         }
                                       }),
                                       &stopping);
  g_signal_emit_by_name(room(), "leave");
  ASSERT_TRUE(wait_until([&] { return stopping.stopped && GST_STATE(room()) == GST_STATE_NULL; }));
  pipeline_->set_state(GST_STATE_PLAYING);
  EXPECT_TRUE(wait_until([&] { return pipeline_->count("rtcmc-room-joined") == 2; }));
}

TEST_F(Actions, FromManyThreadsAndThenStopped) {
  play();
  for (int round = 0; round < 5; ++round) {
    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([this, &stop, i] {
        while (!stop) {
          g_signal_emit_by_name(room(), i == 0 ? "leave" : "close-room");
          g_signal_emit_by_name(room(), "open-or-join", nullptr);
          g_signal_emit_by_name(room(), "mute", "both", i == 1);
          g_signal_emit_by_name(room(), "disconnect-with", "nobody");
          std::this_thread::yield();
        }
      });
    }
    (void)wait_until([] { return false; }, std::chrono::milliseconds(100));  // the moment is what is tested
    EXPECT_EQ(pipeline_->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    stop = true;
    for (auto& thread : threads) {
      thread.join();
    }
    pipeline_->set_state(GST_STATE_PLAYING);
  }
  g_signal_emit_by_name(room(), "open-or-join", nullptr);
  EXPECT_TRUE(wait_until([&] { return state() == "joined"; }));
}

TEST_F(Actions, QuestionsAreAnsweredInTheRoomAndOutOfIt) {
  play();
  const auto ask = [this] {
    const auto promise = glib::Ref<GstPromise>::adopt(gst_promise_new());
    g_signal_emit_by_name(room(), "check-presence", "garden", promise.get());
    return answer_of(promise.get());
  };
  EXPECT_EQ(ask(), "rtcmc-presence");
  g_signal_emit_by_name(room(), "leave");
  ASSERT_TRUE(wait_until([&] { return state() == "left"; }));
  EXPECT_EQ(ask(), "rtcmc-error");
  pipeline_->set_state(GST_STATE_NULL);
  EXPECT_EQ(ask(), "rtcmc-error");
}

TEST_F(Actions, MuteIsAPropertyOfThePads) {
  play();
  const Viewer viewer(server_.url(), "garden", {});
  ASSERT_TRUE(wait_until([&] { return viewer.packets() > 10; }));
  g_signal_emit_by_name(room(), "mute", "video", TRUE);
  gboolean is_muted = FALSE;
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(room(), "video_0"));
  g_object_get(pad.get(), "muted", &is_muted, nullptr);
  EXPECT_TRUE(is_muted);
  g_object_set(pad.get(), "muted", FALSE, nullptr);
  const unsigned before = viewer.packets();
  EXPECT_TRUE(wait_until([&] { return viewer.packets() > before + 10; }));
  EXPECT_EQ(viewer.lost(), 0U);
}

}  // namespace
}  // namespace rtcmc::test
