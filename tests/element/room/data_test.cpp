// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>
#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "wait_until.hpp"

// Two elements in a room, which use their data channels.

namespace rtcmc::test {
namespace {

std::string random_text(std::size_t size) {
  std::string text(size, ' ');
  for (char& c : text) {
    c = static_cast<char>(g_random_int_range('a', 'z' + 1));
  }
  return text;
}

/// Counts the data channels that end while their elements can still push: webrtcbin's probes use them unheld.
class ChannelWatch {
 public:
  /// webrtcbin's "prepare-data-channel".
  static void watch(GstElement* webrtcbin, GstWebRTCDataChannel* channel, gboolean,
                    std::atomic<unsigned>* ended_early) {
    g_object_weak_ref(
        G_OBJECT(channel), [](gpointer watch, GObject*) { delete static_cast<ChannelWatch*>(watch); },
        new ChannelWatch(webrtcbin, *ended_early));
  }

 private:
  ChannelWatch(GstElement* webrtcbin, std::atomic<unsigned>& ended_early) : ended_early_(ended_early) {
    g_weak_ref_init(&webrtcbin_, webrtcbin);
  }
  ~ChannelWatch() {
    const auto webrtcbin = glib::Ref<GstElement>::adopt(static_cast<GstElement*>(g_weak_ref_get(&webrtcbin_)));
    if (webrtcbin && GST_STATE(webrtcbin.get()) != GST_STATE_NULL) {
      ++ended_early_;
    }
    g_weak_ref_clear(&webrtcbin_);
  }

  GWeakRef webrtcbin_;
  std::atomic<unsigned>& ended_early_;
};

/// An element that writes down what it hears.
class Speaker {
 public:
  Speaker(const RoomServer& server, const std::string& user_id, const std::string& properties = "")
      : pipeline("rtcmcroom name=room room-id=garden socket-url=" + server.url() + " user-id=" + user_id + " " +
                 properties) {
    connect("channel-open", G_CALLBACK(+[](GstElement*, const gchar*, Speaker* self) { self->is_open = true; }));
    connect("message",
            G_CALLBACK(+[](GstElement*, const gchar* user, const gchar* text, gboolean is_object, Speaker* self) {
              self->note(std::string(user) + (is_object ? " gives " : " says ") + text);
            }));
    connect("binary-message", G_CALLBACK(+[](GstElement*, const gchar* user, GBytes* bytes, Speaker* self) {
              self->note(std::string(user) + " sends " + text_of(bytes));
            }));
    connect("file-received", G_CALLBACK(+[](GstElement*, const gchar* user, const gchar* name, const gchar* type,
                                            GBytes* bytes, Speaker* self) {
              self->note(std::string(user) + " gives the file " + name + " of type " + type + ": " + text_of(bytes));
            }));
    connect("webrtcbin-ready", G_CALLBACK(+[](GstElement*, const gchar*, GstElement* webrtcbin, Speaker* self) {
              g_signal_connect(webrtcbin, "prepare-data-channel", G_CALLBACK(ChannelWatch::watch),
                               &self->channels_ended_early);
            }));
    pipeline.set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([this] { return pipeline.posted("rtcmc-room-joined"); }));
  }

  [[nodiscard]] std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  [[nodiscard]] bool has_heard(const std::string& what) {
    return wait_until([&] {
      const auto all = heard();
      return std::find(all.begin(), all.end(), what) != all.end();
    });
  }

  /// Calls an action that takes a text.
  [[nodiscard]] bool call(const char* action, const char* user_id, const std::string& value) const {
    gboolean taken = FALSE;
    g_signal_emit_by_name(pipeline.room(), action, user_id, value.c_str(), &taken);
    return taken != FALSE;
  }
  [[nodiscard]] bool say(const char* user_id, const std::string& text) const {
    return call("send-message", user_id, text);
  }
  [[nodiscard]] bool send_bytes(const char* user_id, const std::string& data) const {
    const auto bytes = glib::Ref<GBytes>::adopt(g_bytes_new(data.data(), data.size()));
    gboolean taken = FALSE;
    g_signal_emit_by_name(pipeline.room(), "send-binary", user_id, bytes.get(), &taken);
    return taken != FALSE;
  }
  [[nodiscard]] std::string last_warning() {
    EXPECT_TRUE(wait_until([this] { return !pipeline.warnings().empty(); }));
    return pipeline.warnings().empty() ? "" : pipeline.warnings().back().text;
  }

  /// In its connection with that user, without the element's knowledge.
  void open_channels(const std::string& user_id, unsigned count) {
    for (const auto& webrtcbin : made_by("webrtcbin")) {
      const bool is_meant = std::string_view(GST_OBJECT_NAME(webrtcbin.get())).ends_with("-" + user_id);
      for (unsigned i = 0; is_meant && i < count; ++i) {
        glib::Ref<GstWebRTCDataChannel> channel;
        g_signal_emit_by_name(webrtcbin.get(), "create-data-channel", "one more", nullptr, channel.out());
      }
    }
  }

  /// From now on, nothing that others send reaches it.
  void go_deaf() {
    for (const auto& source : made_by("nicesrc")) {
      const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(source.get(), "src"));
      gst_pad_add_probe(
          pad.get(), GST_PAD_PROBE_TYPE_BUFFER, [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_DROP; },
          nullptr, nullptr);
    }
  }

  /// Is called on the element's thread with each text.
  void on_message(std::function<void(const std::string&)> handler) {
    const std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
  }

 private:
  static std::string text_of(GBytes* bytes) {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    return size > 0 ? std::string(data, size) : "";
  }

  [[nodiscard]] std::vector<glib::Ref<GstElement>> made_by(const char* factory) const {
    const glib::IteratorPtr iterator(gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline.element()), factory));
    std::vector<glib::Ref<GstElement>> found;
    const auto visit = [](const GValue* item, gpointer data) {
      static_cast<decltype(found)*>(data)->push_back(
          glib::Ref<GstElement>::share(GST_ELEMENT(g_value_get_object(item))));
    };
    while (gst_iterator_foreach(iterator.get(), visit, &found) == GST_ITERATOR_RESYNC) {
      found.clear();
      gst_iterator_resync(iterator.get());
    }
    return found;
  }

  void connect(const char* signal, GCallback handler) {
    connections_.emplace_back(pipeline.room(), signal, handler, this);
  }

  void note(const std::string& what) {
    std::function<void(const std::string&)> handler;
    {
      const std::lock_guard lock(mutex_);
      heard_.push_back(what);
      handler = handler_;
    }
    if (handler) {
      handler(what);
    }
  }

  std::mutex mutex_;
  std::vector<std::string> heard_;
  std::function<void(const std::string&)> handler_;

 public:
  std::atomic<bool> is_open = false;
  std::atomic<unsigned> channels_ended_early = 0;
  Pipeline pipeline;

 private:
  std::vector<glib::SignalConnection> connections_;
};

class Data : public ::testing::Test {
 protected:
  void meet(const std::string& properties = "") {
    alice_ = std::make_unique<Speaker>(server_, "alice", properties);
    bob_ = std::make_unique<Speaker>(server_, "bob", properties);
    ASSERT_TRUE(wait_until([this] { return alice_->is_open && bob_->is_open; }));
  }

  RoomServer server_;
  std::unique_ptr<Speaker> alice_;
  std::unique_ptr<Speaker> bob_;
};

TEST_F(Data, ElementsTalkToEachOther) {
  meet();
  EXPECT_TRUE(alice_->say(nullptr, "hello"));
  EXPECT_TRUE(bob_->has_heard("alice says hello"));
  EXPECT_TRUE(bob_->say("alice", "hello yourself 😀"));
  EXPECT_TRUE(alice_->has_heard("bob says hello yourself 😀"));
  EXPECT_TRUE(bob_->call("send-object", "alice", R"({"lamp":"on"})"));
  EXPECT_TRUE(alice_->has_heard(R"(bob gives {"lamp":"on"})"));
  EXPECT_TRUE(bob_->send_bytes("alice", std::string("\0\1\2", 3)));
  EXPECT_TRUE(alice_->has_heard("bob sends " + std::string("\0\1\2", 3)));
  EXPECT_TRUE(alice_->pipeline.posted("rtcmc-channel-open"));
  EXPECT_EQ(alice_->pipeline.count("rtcmc-message"), 2U);
  EXPECT_TRUE(alice_->pipeline.warnings().empty());
}

TEST_F(Data, AChannelLivesAsLongAsItsElementsPush) {
  meet();
  bob_->pipeline.set_state(GST_STATE_NULL);
  ASSERT_TRUE(wait_until([&] { return alice_->pipeline.posted("rtcmc-participant-left"); }));
  alice_->pipeline.set_state(GST_STATE_NULL);
  EXPECT_EQ(alice_->channels_ended_early, 0U);
  EXPECT_EQ(bob_->channels_ended_early, 0U);
}

TEST_F(Data, ManyLargeTextsKeepTheirOrder) {
  meet();
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    const std::string text = random_text(1'000'000);
    expected.push_back("alice says " + text);
    ASSERT_TRUE(alice_->say("bob", text));
  }
  EXPECT_TRUE(wait_until([&] { return bob_->heard().size() == expected.size(); }));
  EXPECT_TRUE(bob_->heard() == expected);
}

TEST_F(Data, ElementsSendFilesToEachOther) {
  meet();
  gchar* raw = nullptr;
  const int descriptor = g_file_open_tmp("rtcmc-XXXXXX.txt", &raw, nullptr);
  const glib::String path(raw);
  ASSERT_GE(descriptor, 0);
  g_close(descriptor, nullptr);
  const std::string contents = random_text(500'000);
  ASSERT_TRUE(g_file_set_contents(path.get(), contents.data(), static_cast<gssize>(contents.size()), nullptr));
  EXPECT_TRUE(alice_->call("send-file", "bob", path.get()));
  const glib::String name(g_path_get_basename(path.get()));
  EXPECT_TRUE(bob_->has_heard("alice gives the file " + std::string(name.get()) + " of type text/plain: " + contents));
  EXPECT_TRUE(bob_->pipeline.posted("rtcmc-file-received"));
  EXPECT_TRUE(alice_->pipeline.posted("rtcmc-file-progress"));
  g_unlink(path.get());
  EXPECT_FALSE(alice_->call("send-file", "bob", path.get()));
  EXPECT_NE(alice_->last_warning().find("is not sent: "), std::string::npos);
}

TEST_F(Data, WhatCannotBeSentIsRefusedWithAReason) {
  meet();
  EXPECT_FALSE(alice_->say("bob", ""));
  EXPECT_NE(alice_->last_warning().find("empty"), std::string::npos);
  EXPECT_FALSE(alice_->say("bob", "\xff"));
  EXPECT_NE(alice_->last_warning().find("UTF-8"), std::string::npos);
  EXPECT_FALSE(alice_->say("bob", std::string(1'100'000, 'x')));
  EXPECT_NE(alice_->last_warning().find("Send it as a file"), std::string::npos);
  EXPECT_FALSE(alice_->call("send-object", "bob", "{"));
  EXPECT_NE(alice_->last_warning().find("JSON"), std::string::npos);
  EXPECT_FALSE(alice_->send_bytes("bob", ""));
  EXPECT_FALSE(alice_->say("carol", "hello"));
  EXPECT_NE(alice_->last_warning().find("no participant carol"), std::string::npos);
  EXPECT_TRUE(alice_->pipeline.errors().empty());
}

TEST_F(Data, AloneInTheRoomThereIsNobodyToSendTo) {
  Speaker alone(server_, "alone");
  EXPECT_FALSE(alone.say(nullptr, "hello"));
  EXPECT_TRUE(alone.pipeline.warnings().empty());
  alone.pipeline.set_state(GST_STATE_READY);
  EXPECT_FALSE(alone.say(nullptr, "hello"));
  EXPECT_NE(alone.last_warning().find("before the element is in PAUSED"), std::string::npos);
}

TEST_F(Data, WithoutDataInTheSessionThereIsNoChannel) {
  Speaker alone(server_, "alone", "session=video");
  EXPECT_FALSE(alone.say(nullptr, "hello"));
  EXPECT_NE(alone.last_warning().find("Add data to the property session"), std::string::npos);
}

TEST_F(Data, WhoLeavesInTheMiddleHoldsNobodyUp) {
  meet();
  const std::string text(1'000'000, 'x');
  bob_->go_deaf();
  while (alice_->say("bob", text)) {
  }
  EXPECT_NE(alice_->last_warning().find("Too much waits"), std::string::npos);
  bob_.reset();
  EXPECT_TRUE(wait_until([&] { return alice_->pipeline.posted("rtcmc-participant-left"); }));
  bob_ = std::make_unique<Speaker>(server_, "bob");
  EXPECT_TRUE(wait_until([&] { return bob_->is_open.load(); }));
  EXPECT_TRUE(alice_->say("bob", "hello again"));
  EXPECT_TRUE(bob_->has_heard("alice says hello again"));
  alice_->go_deaf();
  while (bob_->say("alice", text)) {
  }
  bob_.reset();  // it is the one who had the most to say
}

TEST_F(Data, ABusThatNobodyReadsStaysSmall) {
  meet();
  const unsigned count = 2500;
  for (unsigned i = 0; i < count; ++i) {
    ASSERT_TRUE(alice_->say("bob", std::to_string(i)));
  }
  EXPECT_TRUE(wait_until([&] { return bob_->heard().size() == count; }));
  const unsigned posted = bob_->pipeline.count("rtcmc-message");
  EXPECT_GT(posted, 500U);
  EXPECT_LE(posted, 1000U);
  EXPECT_TRUE(alice_->say("bob", "now that it was read"));
  EXPECT_TRUE(wait_until([&] { return bob_->pipeline.count("rtcmc-message") == posted + 1; }));
}

TEST_F(Data, WhoOpensChannelsWithoutEndLosesTheConnectionAndNobodyElseDoes) {
  meet();
  Speaker carol(server_, "carol");
  ASSERT_TRUE(wait_until([&] { return carol.is_open && alice_->pipeline.count("rtcmc-channel-open") == 2; }));
  bob_->open_channels("alice", 200);
  EXPECT_NE(alice_->last_warning().find("data channels were opened"), std::string::npos);
  EXPECT_TRUE(carol.say("alice", "still here"));
  EXPECT_TRUE(alice_->has_heard("carol says still here"));
  EXPECT_FALSE(carol.pipeline.posted("rtcmc-participant-left"));
}

TEST_F(Data, AHandlerMayAnswerAndStopTheElement) {
  meet();
  bob_->on_message([this](const std::string& what) { EXPECT_TRUE(bob_->say("alice", "you said: " + what)); });
  EXPECT_TRUE(alice_->say("bob", "echo"));
  EXPECT_TRUE(alice_->has_heard("bob says you said: alice says echo"));
  bob_->on_message([this](const std::string&) { bob_->pipeline.set_state(GST_STATE_NULL); });
  EXPECT_TRUE(alice_->say("bob", "stop"));
  EXPECT_TRUE(wait_until([&] { return alice_->pipeline.posted("rtcmc-participant-left"); }));
  EXPECT_TRUE(wait_until([&] { return bob_->heard().size() == 2; }));
}

TEST_F(Data, TheyMayComeAndGoWhileTheyTalk) {
  alice_ = std::make_unique<Speaker>(server_, "alice");
  for (int i = 0; i < 5; ++i) {
    Speaker visitor(server_, "visitor" + std::to_string(i));
    ASSERT_TRUE(wait_until([&] { return visitor.is_open.load(); }));
    for (int n = 0; n < 50; ++n) {
      EXPECT_TRUE(visitor.say("alice", random_text(10'000)));
    }
    EXPECT_TRUE(wait_until([&] { return !alice_->heard().empty(); }));
  }
  EXPECT_TRUE(alice_->pipeline.errors().empty());
}

}  // namespace
}  // namespace rtcmc::test
