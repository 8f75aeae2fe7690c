// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/video/navigation.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "glib/signal_connection.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "wait_until.hpp"

// An element that sends a picture, and others that steer what makes it.

namespace rtcmc::test {
namespace {

const std::string kMove = R"({"navigation":"mouse-move","streamid":"cam","x":0.5,"y":0.25})";

std::string text_of(double number) {
  return std::to_string(static_cast<int>(number * 100) / 100.0).substr(0, 6);
}

/// "mouse-move 160.00 45.000 of driver"
std::string describe(GstEvent* event) {
  const GstStructure* structure = gst_event_get_structure(event);
  std::string text = gst_structure_get_string(structure, "event");
  gint button = 0;
  guint identifier = 0;
  gdouble number = 0;
  if (gst_structure_get_int(structure, "button", &button)) {
    text += " " + std::to_string(button);
  }
  if (gst_structure_get_uint(structure, "identifier", &identifier)) {
    text += " #" + std::to_string(identifier);
  }
  for (const char* name : {"pointer_x", "pointer_y", "delta_pointer_x", "delta_pointer_y"}) {
    text += gst_structure_get_double(structure, name, &number) ? " " + text_of(number) : "";
  }
  if (const gchar* key = gst_structure_get_string(structure, "key")) {
    text += std::string(" ") + key;
  }
  GstNavigationModifierType state{};
  if (gst_navigation_event_parse_modifier_state(event, &state) && state != GST_NAVIGATION_MODIFIER_NONE) {
    text += " with " + std::to_string(static_cast<unsigned>(state));
  }
  return text + " of " + gst_structure_get_string(structure, "user-id");
}

/// Sends a picture of 320x180, and writes down which navigation reaches what is upstream.
class Machine {
 public:
  explicit Machine(const RoomServer& server, const std::string& properties = "video_0::navigation=true")
      : pipeline(
            "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=5/1 ! identity name=upstream ! "
            "rtcmcroom name=room room-id=garden user-id=machine video_0::stream-id=cam socket-url=" +
            server.url() + " " + properties) {
    message_ =
        glib::SignalConnection(pipeline.room(), "message",
                               G_CALLBACK(+[](GstElement*, const gchar*, const gchar* text, gboolean, Machine* self) {
                                 const std::lock_guard lock(self->mutex_);
                                 self->messages_.emplace_back(text);
                               }),
                               this);
    const auto upstream = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.element()), "upstream"));
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(upstream.get(), "src"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<Machine*>(self)->note(GST_PAD_PROBE_INFO_EVENT(info));
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    pipeline.set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([this] { return pipeline.posted("rtcmc-room-joined"); }));
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() {
    be_free();
    pipeline.set_state(GST_STATE_NULL);
  }

  [[nodiscard]] std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] bool has_felt(std::vector<std::string> expected) {
    return wait_until([&] { return events().size() >= expected.size(); }) && events() == expected;
  }
  [[nodiscard]] bool has_heard(const std::string& text) {
    return wait_until([&] { return contains(text); });
  }
  [[nodiscard]] std::vector<std::string> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

  void set_navigation(bool is_on) const {
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(pipeline.room(), "video_0"));
    g_object_set(pad.get(), "navigation", static_cast<gboolean>(is_on), nullptr);
  }

  /// What is upstream takes its time with the next event.
  void be_busy() { is_busy_ = true; }
  void be_free() {
    is_busy_ = false;
    is_busy_.notify_all();
  }
  [[nodiscard]] bool has_been_reached() {
    return wait_until([this] { return is_reached_.load(); });
  }

  Pipeline pipeline;

 private:
  [[nodiscard]] bool contains(const std::string& text) {
    const auto all = messages();
    return std::ranges::find(all, text) != all.end();
  }

  void note(GstEvent* event) {
    if (GST_EVENT_TYPE(event) != GST_EVENT_NAVIGATION) {
      return;
    }
    is_reached_ = true;
    is_busy_.wait(true);
    const std::lock_guard lock(mutex_);
    events_.push_back(describe(event));
  }

  std::atomic<bool> is_busy_ = false;
  std::atomic<bool> is_reached_ = false;
  std::mutex mutex_;
  std::vector<std::string> events_;
  std::vector<std::string> messages_;
  glib::SignalConnection message_;
};

class Driver {
 public:
  Driver(const RoomServer& server, const std::string& user_id)
      : pipeline("rtcmcroom name=room room-id=garden user-id=" + user_id + " socket-url=" + server.url()) {
    open_ = glib::SignalConnection(pipeline.room(), "channel-open",
                                   G_CALLBACK(+[](GstElement*, const gchar* user, Driver* self) {
                                     self->is_open_ = self->is_open_ || std::string(user) == "machine";
                                   }),
                                   this);
    pipeline.set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([this] { return is_open_.load(); }));
  }

  void give(const std::string& json) const { send("send-object", json); }
  void say(const std::string& text) const { send("send-message", text); }
  void act(const std::string& event, const std::string& more) const {
    give(R"({"navigation":")" + event + R"(","streamid":"cam",)" + more + "}");
  }

  Pipeline pipeline;

 private:
  void send(const char* action, const std::string& text) const {
    gboolean taken = FALSE;
    g_signal_emit_by_name(pipeline.room(), action, "machine", text.c_str(), &taken);
    EXPECT_TRUE(taken);
  }

  std::atomic<bool> is_open_ = false;
  glib::SignalConnection open_;
};

TEST(Navigation, ReachesUpstreamInPixels) {
  const RoomServer server;
  Machine machine(server);
  const Driver driver(server, "driver");
  driver.give(kMove);
  driver.act("mouse-button-press", R"("x":1,"y":0,"button":2,"shiftKey":true)");
  driver.act("mouse-button-release", R"("x":1,"y":0,"button":2)");
  driver.act("mouse-scroll", R"("x":0,"y":1,"deltaX":3,"deltaY":-120)");
  driver.act("key-press", R"("key":"ArrowUp","ctrlKey":true)");
  driver.act("key-release", R"("key":"ArrowUp")");
  driver.act("touch-down", R"("x":0.5,"y":0.5,"identifier":77,"pressure":1)");
  driver.act("touch-motion", R"("x":0.25,"y":0.5,"identifier":77)");
  driver.act("touch-frame", R"("more":1)");
  driver.act("touch-up", R"("x":0.25,"y":0.5,"identifier":77)");
  EXPECT_TRUE(machine.has_felt({
      "mouse-move 160.00 45.000 of driver",
      "mouse-button-press 3 319.00 0.0000 with 1 of driver",
      "mouse-button-release 3 319.00 0.0000 of driver",
      "mouse-scroll 0.0000 179.00 -3.000 120.00 of driver",
      "key-press Up with 4 of driver",
      "key-release Up of driver",
      "touch-down #0 160.00 90.000 of driver",
      "touch-motion #0 80.000 90.000 of driver",
      "touch-frame of driver",
      "touch-up #0 80.000 90.000 of driver",
  })) << ::testing::PrintToString(machine.events());
  driver.say("done");
  EXPECT_TRUE(machine.has_heard("done"));
  EXPECT_EQ(machine.messages(), std::vector<std::string>{"done"});
}

TEST(Navigation, IsOffUnlessItIsAskedFor) {
  const RoomServer server;
  Machine machine(server, "");
  const Driver driver(server, "driver");
  driver.give(kMove);
  driver.give(R"({"navigation":"mouse-move","streamid":"other","x":0,"y":0})");
  driver.say("first");
  EXPECT_TRUE(machine.has_heard("first"));
  EXPECT_TRUE(machine.events().empty());

  machine.set_navigation(true);
  driver.act("key-press", R"("key":"a")");
  EXPECT_TRUE(machine.has_felt({"key-press a of driver"}));

  machine.set_navigation(false);
  EXPECT_TRUE(machine.has_felt({"key-press a of driver", "key-release a of driver"}));
  driver.give(kMove);
  driver.say("last");
  EXPECT_TRUE(machine.has_heard("last"));
  EXPECT_EQ(machine.events().size(), 2U);
  EXPECT_EQ(machine.messages(), (std::vector<std::string>{"first", "last"}));
}

TEST(Navigation, WhoLeavesLetsGo) {
  const RoomServer server;
  Machine machine(server);
  auto driver = std::make_unique<Driver>(server, "driver");
  driver->act("key-release", R"("key":"x")");  // which it does not hold
  driver->act("key-press", R"("key":"w")");
  driver->act("mouse-button-press", R"("x":0,"y":0,"button":0)");
  driver->act("touch-down", R"("x":0,"y":0,"identifier":1)");
  std::vector<std::string> expected{"key-press w of driver", "mouse-button-press 1 0.0000 0.0000 of driver",
                                    "touch-down #0 0.0000 0.0000 of driver"};
  EXPECT_TRUE(machine.has_felt(expected)) << ::testing::PrintToString(machine.events());
  driver.reset();
  expected.insert(expected.end(), {"key-release w of driver", "mouse-button-release 1 0.0000 0.0000 of driver",
                                   "touch-cancel of driver"});
  EXPECT_TRUE(machine.has_felt(expected)) << ::testing::PrintToString(machine.events());
}

TEST(Navigation, TouchesOfSeveralAreToldApart) {
  const RoomServer server;
  Machine machine(server);
  const Driver one(server, "one");
  const Driver other(server, "other");
  const std::string touch = R"("x":0,"y":0,"identifier":7)";
  one.act("touch-down", touch);
  ASSERT_TRUE(machine.has_felt({"touch-down #0 0.0000 0.0000 of one"}));
  other.act("touch-down", touch);
  ASSERT_TRUE(wait_until([&] { return machine.events().size() == 2; }));
  EXPECT_EQ(machine.events().back(), "touch-down #1 0.0000 0.0000 of other");
  one.act("touch-up", touch);
  ASSERT_TRUE(wait_until([&] { return machine.events().size() == 3; }));
  EXPECT_EQ(machine.events().back(), "touch-up #0 0.0000 0.0000 of one");
}

TEST(Navigation, ASlowUpstreamHoldsNobodyUpAndGetsTheLatestPosition) {
  const RoomServer server;
  Machine machine(server);
  const Driver driver(server, "driver");
  machine.be_busy();
  driver.give(kMove);
  EXPECT_TRUE(machine.has_been_reached());
  for (int i = 0; i <= 100; ++i) {
    driver.act("mouse-move", R"("y":0,"x":)" + std::to_string(i / 100.0));
  }
  driver.act("key-press", R"("key":"a")");
  driver.say("done");
  EXPECT_TRUE(machine.has_heard("done"));
  machine.be_free();
  EXPECT_TRUE(machine.has_felt(
      {"mouse-move 160.00 45.000 of driver", "mouse-move 319.00 0.0000 of driver", "key-press a of driver"}))
      << ::testing::PrintToString(machine.events());
}

TEST(Navigation, AFloodIsBounded) {
  const RoomServer server;
  Machine machine(server);
  const Driver driver(server, "driver");
  machine.be_busy();
  for (int i = 0; i < 3000; ++i) {
    driver.act("mouse-scroll", R"("x":0,"y":0,"deltaX":0,"deltaY":1)");
  }
  driver.say("done");
  EXPECT_TRUE(machine.has_heard("done"));
  machine.be_free();
  EXPECT_TRUE(wait_until([&] { return machine.events().size() >= 1000; }));
  EXPECT_LE(machine.events().size(), 1026U);
}

}  // namespace
}  // namespace rtcmc::test
