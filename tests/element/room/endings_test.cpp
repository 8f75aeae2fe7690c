// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"
#include "watchdog.hpp"

// Whoever reads the element's events may end it, on any thread and at any moment.

namespace rtcmc::test {
namespace {

constexpr const char* kEndingsCamera =
    " videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1 ! room.";

/// A pipeline that nobody holds but who ends it.
class Mortal {
 public:
  Mortal(const std::string& description, const char* signal)
      : pipeline_(glib::Ref<GstElement>::adopt(
            GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(description.c_str(), nullptr))))) {
    const auto room = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "room"));
    g_signal_connect_swapped(room.get(), signal, G_CALLBACK(end), this);
  }

  void play() { gst_element_set_state(glib::Ref<GstElement>(pipeline_).get(), GST_STATE_PLAYING); }
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  /// As participant-request wants it; the others do not look.
  static gboolean end(Mortal* self) {
    if (!self->is_ending_.exchange(true)) {
      gst_element_set_state(self->pipeline_.get(), GST_STATE_NULL);
      self->pipeline_ = nullptr;
      self->has_ended_ = true;
    }
    return TRUE;
  }

  glib::Ref<GstElement> pipeline_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<bool> has_ended_ = false;
};

class Endings : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::string room(const std::string& more = "") const {
    return "rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " + more + kEndingsCamera;
  }

  RoomServer server_;
};

TEST_P(Endings, AHandlerMayStopAndReleaseAll) {
  Pipeline resident(room());
  resident.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return resident.posted("rtcmc-room-joined"); }));
  Mortal mortal(room("auto-receive=true"), GetParam());
  mortal.play();
  EXPECT_TRUE(wait_until([&] { return mortal.has_ended(); }));
  EXPECT_TRUE(resident.errors().empty());
}

INSTANTIATE_TEST_SUITE_P(OfEachSignal, Endings,
                         ::testing::Values("room-joined", "participant-request", "webrtcbin-ready",
                                           "participant-joined", "stream-added", "pad-added", "notify::state",
                                           "notify::user-id", "notify::participants"));

TEST_F(Endings, NothingHoldsAStoppedElement) {
  // A process may end right after it: whatever still worked on another thread would find the libraries gone.
  for (int round = 0; round < 20; ++round) {
    auto pipeline = std::make_optional<Pipeline>(room());
    std::promise<void> runs;
    g_signal_connect(pipeline->room(), "room-joined",
                     G_CALLBACK(+[](GstElement* room, gboolean, const gchar*, std::promise<void>* runs) {
                       runs->set_value();
                       while (GST_STATE_TARGET(room) > GST_STATE_READY) {
                         std::this_thread::yield();
                       }
                     }),
                     &runs);
    GstElement* held = pipeline->room();
    g_object_add_weak_pointer(G_OBJECT(held), reinterpret_cast<gpointer*>(&held));
    pipeline->set_state(GST_STATE_PLAYING);
    runs.get_future().wait();
    pipeline->set_state(GST_STATE_NULL);
    pipeline.reset();
    EXPECT_EQ(held, nullptr);
  }
}

TEST_F(Endings, TwoThreadsMayStopAtOnce) {
  for (int round = 0; round < 5; ++round) {
    Pipeline pipeline(room());
    std::promise<void> reached;
    struct Stop {
      std::promise<void>* reached;
      std::atomic<bool> is_first = true;
      std::atomic<bool> has_returned = false;
    } stop{&reached};
    const glib::SignalConnection connection(pipeline.room(), "room-joined",
                                            G_CALLBACK(+[](GstElement* room, gboolean, const gchar*, Stop* stop) {
                                              if (stop->is_first.exchange(false)) {
                                                stop->reached->set_value();
                                                gst_element_set_state(room, GST_STATE_NULL);
                                                stop->has_returned = true;
                                              }
                                            }),
                                            &stop);
    pipeline.set_state(GST_STATE_PLAYING);
    reached.get_future().wait();
    EXPECT_EQ(pipeline.set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_TRUE(wait_until([&] { return stop.has_returned.load(); }));
  }
}

/// A participant's connection that does not end before it is let go: one of its streaming threads stands still.
class StuckConnection {
 public:
  explicit StuckConnection(GstElement* room) {
    ready_ = glib::SignalConnection(room, "webrtcbin-ready", G_CALLBACK(prepare), this);
  }
  StuckConnection(const StuckConnection&) = delete;
  StuckConnection& operator=(const StuckConnection&) = delete;
  ~StuckConnection() { let_go(); }

  /// From the next packet on.
  void get_stuck() { may_be_stuck_ = true; }
  [[nodiscard]] bool is_stuck() const { return is_stuck_; }
  void let_go() {
    if (!is_let_go_.exchange(true)) {
      go_on_.set_value();
    }
  }

 private:
  static void prepare(GstElement*, const gchar*, GstElement* webrtcbin, StuckConnection* self) {
    g_signal_connect(webrtcbin, "deep-element-added",
                     G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added, gpointer data) {
                       GstElementFactory* factory = gst_element_get_factory(added);
                       if (factory && std::string_view(GST_OBJECT_NAME(factory)) == "nicesrc") {
                         const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(added, "src"));
                         gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, stand_still, data, nullptr);
                       }
                     }),
                     self);
  }
  static GstPadProbeReturn stand_still(GstPad*, GstPadProbeInfo*, gpointer data) {
    auto& self = *static_cast<StuckConnection*>(data);
    if (!self.may_be_stuck_) {
      return GST_PAD_PROBE_OK;
    }
    self.is_stuck_ = true;
    self.has_to_.wait();
    return GST_PAD_PROBE_REMOVE;
  }

  std::promise<void> go_on_;
  const std::shared_future<void> has_to_ = go_on_.get_future().share();
  std::atomic<bool> may_be_stuck_ = false;
  std::atomic<bool> is_stuck_ = false;
  std::atomic<bool> is_let_go_ = false;
  glib::SignalConnection ready_;
};

TEST_F(Endings, TheGoodbyeWaitsForNoConnectionToEnd) {
  Pipeline pipeline(room());
  StuckConnection stuck(pipeline.room());
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  Viewer viewer(server_.url(), "garden", {});
  ASSERT_TRUE(wait_until([&] { return viewer.packets() > 0; }));
  stuck.get_stuck();
  ASSERT_TRUE(wait_until([&] { return stuck.is_stuck(); }));
  const std::jthread stopping([&pipeline] { pipeline.set_state(GST_STATE_NULL); });
  EXPECT_TRUE(wait_until([&] { return viewer.was_left(); }));
  stuck.let_go();
}

/// Others come into the room and go again, all the time.
void come_and_go(const std::stop_token& end, const std::string& description) {
  while (!end.stop_requested()) {
    const Pipeline other(description);
    gst_element_set_state(other.element(), GST_STATE_PLAYING);
    const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(other.element()));
    const auto has_come = [&bus] {
      const auto message =
          glib::Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(bus.get(), 100 * GST_MSECOND, GST_MESSAGE_ELEMENT));
      return message && gst_message_has_name(message.get(), "rtcmc-participant-joined");
    };
    // Long enough to get in on a busy machine, and not for ever: with whom it was about to connect may have stopped.
    for (int tries = 0; tries < 100 && !has_come() && !end.stop_requested(); ++tries) {
    }
  }
}

TEST_F(Endings, StatesAndPadsMayChangeAtAnyMoment) {
  constexpr std::array kStates{GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING};
  constexpr std::array kPads{"video_%u", "audio_%u", "recv_video_%u", "recv_audio_%u"};
  constexpr std::array kMilestones{"rtcmc-room-joined", "rtcmc-participant-joined"};
  const std::jthread others(come_and_go, room("auto-receive=true"));
  Pipeline pipeline(room("auto-receive=true"));
  std::vector<glib::Ref<GstPad>> pads;
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): what fails has to fail again
  Watchdog watchdog;
  for (int step = 0; step < 1000; ++step) {
    const std::size_t choice = random() % 4;
    if (step % 20 == 0) {
      // Else it would never get far.
      const std::string milestone = kMilestones.at(choice % 2);
      watchdog.feed("step " + std::to_string(step) + ", " + milestone);
      const unsigned before = pipeline.count(milestone);
      pipeline.set_state(GST_STATE_READY);
      pipeline.set_state(GST_STATE_PLAYING);
      EXPECT_TRUE(wait_until([&] { return pipeline.count(milestone) > before; }));
    } else if (step % 2 == 0) {
      watchdog.feed("step " + std::to_string(step) + ", to " + gst_element_state_get_name(kStates.at(choice)));
      EXPECT_NE(pipeline.set_state(kStates.at(choice)), GST_STATE_CHANGE_FAILURE);
    } else if (pads.size() < 4) {
      watchdog.feed("step " + std::to_string(step) + ", a pad " + kPads.at(choice));
      pads.push_back(glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), kPads.at(choice))));
      ASSERT_TRUE(pads.back());
    } else {
      watchdog.feed("step " + std::to_string(step) + ", a pad goes");
      gst_element_release_request_pad(pipeline.room(), pads.at(choice).get());
      pads.erase(pads.begin() + static_cast<std::ptrdiff_t>(choice));
    }
  }
  watchdog.feed("the end");
  pipeline.set_state(GST_STATE_NULL);
  EXPECT_TRUE(pipeline.errors().empty());
  for (const auto& pad : pads) {
    gst_element_release_request_pad(pipeline.room(), pad.get());
  }
}

/// In one thread, while another one starts and stops the element.
TEST_F(Endings, PadsThatComeAndGoMeanwhileAreNeitherLostNorBack) {
  constexpr std::size_t kMostPads = 3;
  Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=" + server_.url());
  std::vector<glib::Ref<GstPad>> pads;
  {
    const std::jthread states([&pipeline](const std::stop_token& end) {
      while (!end.stop_requested()) {
        pipeline.set_state(GST_STATE_READY);
        pipeline.set_state(GST_STATE_PAUSED);
      }
    });
    std::mt19937 random(2);  // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): what fails has to fail again
    for (int step = 0; step < 400; ++step) {
      if (pads.size() < kMostPads) {
        pads.push_back(glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.room(), "video_%u")));
        ASSERT_TRUE(pads.back());
      } else {
        const std::size_t choice = random() % pads.size();
        gst_element_release_request_pad(pipeline.room(), pads.at(choice).get());
        pads.erase(pads.begin() + static_cast<std::ptrdiff_t>(choice));
      }
    }
  }
  EXPECT_EQ(pipeline.room()->numsinkpads, pads.size());
  for (const auto& pad : pads) {
    GstElement* const camera = gst_parse_bin_from_description(
        "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1", TRUE, nullptr);
    gst_bin_add(GST_BIN(pipeline.element()), camera);
    const auto out = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(camera, "src"));
    ASSERT_EQ(gst_pad_link(out.get(), pad.get()), GST_PAD_LINK_OK);
  }
  pipeline.set_state(GST_STATE_PLAYING);
  const auto sections = [](std::string_view offer) {
    std::size_t count = 0;
    for (auto at = offer.find("m=video"); at != std::string_view::npos; at = offer.find("m=video", at + 1)) {
      ++count;
    }
    return count;
  };
  Viewer viewer(server_.url(), "garden", {});
  EXPECT_TRUE(wait_until([&] { return sections(viewer.offer()) == pads.size(); })) << sections(viewer.offer());
  EXPECT_TRUE(pipeline.errors().empty());
  pipeline.set_state(GST_STATE_NULL);
  for (const auto& pad : pads) {
    gst_element_release_request_pad(pipeline.room(), pad.get());
  }
}

}  // namespace
}  // namespace rtcmc::test
