// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "glib/signal_connection.hpp"
#include "hostile_client.hpp"
#include "message_walk.hpp"
#include "pipeline.hpp"
#include "protocol/object_builder.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"
#include "watchdog.hpp"

// Generated conversations with the element, through a real server that keeps nobody from saying anything. Somebody who
// watches meanwhile notices nothing of it, and what the others have begun ends with them. A failure names its seed and
// the last steps; of one that ends the process, G_MESSAGES_DEBUG=all shows them.

namespace rtcmc::test {
namespace {

constexpr unsigned kSteps = 400;
constexpr unsigned kStepsAtOnce = 12;
constexpr unsigned kMaxParticipants = 8;  // fewer than there are names
constexpr std::size_t kRemembered = 40;   // steps

constexpr const char* kGuest = "guest";

std::size_t descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// What the libraries complain about while it lives, on any thread.
class Complaints {
 public:
  Complaints() : handler_(g_log_set_default_handler(&Complaints::log, this)) {}
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;
  ~Complaints() { g_log_set_default_handler(handler_, nullptr); }

  [[nodiscard]] std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(texts_, {});
  }

 private:
  static void log(const char* domain, GLogLevelFlags level, const char* text, gpointer data) {
    if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) {
      auto* self = static_cast<Complaints*>(data);
      const std::lock_guard lock(self->mutex_);
      self->texts_.emplace_back(text);
    }
    g_log_default_handler(domain, level, text, nullptr);
  }

  const GLogFunc handler_;
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

class ConversationWalk : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    watchdog_.feed(about("the beginning"));
    for (std::size_t i = 0; i < MessageWalk::kClients; ++i) {
      clients_.at(i) = std::make_unique<HostileClient>(
          server_.url(), "garden",
          HostileClient::Callbacks{.on_message = [this](const auto& name, const auto& message) { hear(name, message); },
                                   .on_taken =
                                       [this, i] {
                                         walk_.is_taken(i);
                                         clients_.at(i)->reconnect(walk_.name(i));
                                       }});
    }
  }

  void TearDown() override {
    if (HasFailure()) {
      std::string steps;
      for (const std::string& step : last_steps_) {
        steps += "\n" + step;
      }
      GTEST_LOG_(INFO) << about("the last steps:") << steps;
    }
  }

  [[nodiscard]] static std::string about(const std::string& what) {
    return "seed " + std::to_string(GetParam()) + ", " + what;
  }

  /// Somebody is there before the element, and so learns the invitation in its request.
  void play() {
    clients_.at(0)->reconnect(walk_.name(0));
    ASSERT_TRUE(wait_until([this] { return clients_.at(0)->is_connected(); }));
    clients_.at(0)->emit("open-room", R"([{"sessionid":"garden","session":{},"extra":{}}])");
    clients_.at(0)->flush();
    ASSERT_TRUE(wait_until([this] { return clients_.at(0)->has_been_read(); }));
    pipeline_ =
        std::make_unique<Pipeline>("rtcmcroom name=room room-id=garden user-id=camera socket-url=" + server_.url() +
                                   " max-participants=" + std::to_string(kMaxParticipants) +
                                   " video-codecs=<VP8> videotestsrc is-live=true ! "
                                   "video/x-raw,width=64,height=48,framerate=30/1 ! room.");
    extra_changed_ = glib::SignalConnection(
        pipeline_->room(), "extra-changed",
        G_CALLBACK(+[](GstElement*, const char* user_id, const GstStructure* extra, ConversationWalk* self) {
          const char* mark = gst_structure_get_string(extra, "mark");
          if (std::string_view(user_id) == "viewer" && mark) {
            self->mark_heard_ = std::stoi(mark);
          }
        }),
        this);
    pipeline_->set_state(GST_STATE_PLAYING);
    ASSERT_TRUE(wait_until([this] { return pipeline_->posted("rtcmc-room-joined") && is_invited_; }));
    viewer_ = std::make_unique<Viewer>(server_.url(), "garden", Viewer::Options{.user_id = "viewer", .host = "camera"});
    ASSERT_TRUE(wait_until([this] { return viewer_->packets() > 10; }));
    descriptors_ = descriptors();
  }

  void bring_in_everybody() {
    guest_ = std::make_unique<Viewer>(server_.url(), "garden",
                                      Viewer::Options{.user_id = kGuest, .host = "camera", .is_impersonated = true});
    for (std::size_t i = 1; i < clients_.size(); ++i) {
      clients_.at(i)->reconnect(walk_.name(i));
    }
    EXPECT_TRUE(wait_until([this] {
      return guest_->packets() > 10 &&
             std::ranges::all_of(clients_, [](const auto& client) { return client->is_connected(); });
    }));
  }

  void walk() {
    for (unsigned step = 0; step < kSteps && !HasFailure(); ++step) {
      take(walk_.next());
      if (step % kStepsAtOnce == 0) {
        arrive();
        look(about("step " + std::to_string(step)));
      }
    }
    arrive();
  }

  void take(const MessageWalk::Step& step) {
    remember(step);
    HostileClient& client = *clients_.at(step.client);
    if (step.kind == MessageWalk::Step::Kind::Reconnect) {
      client.reconnect(walk_.name(step.client));
    }
    EXPECT_TRUE(wait_until([&client] { return client.is_connected(); }));
    if (step.kind == MessageWalk::Step::Kind::Emit) {
      client.emit(step.event, step.arguments);
    }
  }

  /// All that was said has come to the element: the server has read it, and what the viewer says next comes later.
  void arrive() {
    std::ranges::for_each(clients_, [](const auto& client) { client->flush(); });
    EXPECT_TRUE(wait_until(
        [this] { return std::ranges::all_of(clients_, [](const auto& client) { return client->has_been_read(); }); }));
    const auto extra = protocol::ObjectBuilder().add("mark", std::to_string(++mark_)).build();
    viewer_->set_extra(glib::object_of(extra.get()));
    EXPECT_TRUE(wait_until([this] { return mark_heard_ == mark_; })) << "the element hears the viewer";
  }

  void look(const std::string& about) {
    watchdog_.feed(about);
    most_ = std::max(most_, pipeline_->elements_of("webrtcbin"));
    EXPECT_LE(pipeline_->elements_of("webrtcbin"), kMaxParticipants) << about;
    EXPECT_EQ(viewer_->lost(), 0U) << about;
    EXPECT_FALSE(viewer_->was_left()) << about;
    for (const auto& error : pipeline_->errors()) {
      ADD_FAILURE() << about << ": " << error.text;
    }
    for (const std::string& text : complaints_.take()) {
      ADD_FAILURE() << about << ": " << text;
    }
    const unsigned before = viewer_->packets();
    EXPECT_TRUE(wait_until([&] { return viewer_->packets() > before; })) << about;
    if (!guest_->offer().empty()) {
      walk_.hear_description(kGuest, guest_->offer());
    }
  }

  void leave() {
    std::ranges::for_each(clients_, [](auto& client) { client = nullptr; });
    guest_ = nullptr;
  }

  void check_that_all_is_as_before() {
    watchdog_.feed(about("all have gone"));
    EXPECT_TRUE(wait_until([this] { return pipeline_->elements_of("webrtcbin") == 1; }));
    EXPECT_TRUE(wait_until([this] { return descriptors() <= descriptors_ + 8; }))
        << descriptors_ << " descriptors became " << descriptors();
    watchdog_.feed(about("somebody comes"));
    const Viewer newcomer(server_.url(), "garden", {.host = "camera"});
    EXPECT_TRUE(wait_until([&] { return newcomer.packets() > 10; }));
    const unsigned before = viewer_->packets();
    EXPECT_TRUE(wait_until([&] { return viewer_->packets() > before + 10; }));
    EXPECT_EQ(viewer_->lost(), 0U);
    EXPECT_TRUE(pipeline_->errors().empty());
    watchdog_.feed(about("the end"));
    EXPECT_EQ(pipeline_->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }

  MessageWalk walk_{GetParam(), "garden", "camera", {kGuest}};
  unsigned offers_ = 0, answers_ = 0;  // that the element has made
  unsigned most_ = 0;                  // connections

  std::array<std::unique_ptr<HostileClient>, MessageWalk::kClients> clients_;
  std::unique_ptr<Pipeline> pipeline_;

 private:
  void hear(const std::string& name, const protocol::Message& message) {
    if (const auto* description = std::get_if<protocol::SessionDescription>(&message)) {
      ++(description->type == protocol::SdpType::Offer ? offers_ : answers_);
      walk_.hear_description(name, description->sdp);
    } else if (const auto* request = std::get_if<protocol::ParticipationRequest>(&message)) {
      if (!is_invited_) {
        walk_.hear_invitation(request->invitation);
        is_invited_ = true;
      }
    }
  }

  void remember(const MessageWalk::Step& step) {
    constexpr std::size_t kLegible = 2'000;
    std::string text = walk_.name(step.client) + " " +
                       (step.event.empty() ? "comes back" : step.event + " " + step.arguments.substr(0, kLegible));
    g_debug("%s", text.c_str());
    last_steps_.push_back(std::move(text));
    if (last_steps_.size() > kRemembered) {
      last_steps_.pop_front();
    }
  }

  Complaints complaints_;
  Watchdog watchdog_;
  RoomServer server_;
  std::unique_ptr<Viewer> viewer_, guest_;
  glib::SignalConnection extra_changed_;
  std::deque<std::string> last_steps_;
  std::size_t descriptors_ = 0;
  bool is_invited_ = false;
  int mark_ = 0;
  std::atomic<int> mark_heard_ = 0;
};

TEST_P(ConversationWalk, HarmsNobody) {
  ASSERT_NO_FATAL_FAILURE(play());
  bring_in_everybody();
  walk();
  EXPECT_GT(offers_, 5U);
  EXPECT_GT(answers_, 0U);
  EXPECT_GT(most_, 4U);
  // Who goes without a word is waited for, as long as one who connects.
  if (GetParam() % 3 < 2) {
    for (const MessageWalk::Step& step : walk_.goodbyes()) {
      take(step);
    }
    arrive();
  }
  leave();
  check_that_all_is_as_before();
}

/// RTCMC_TEST_SEEDS in the environment: how many, for a longer search.
unsigned seeds() {
  const char* const number = g_getenv("RTCMC_TEST_SEEDS");
  return number ? static_cast<unsigned>(std::stoul(number)) : 3;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConversationWalk, ::testing::Range(0U, seeds()));

}  // namespace
}  // namespace rtcmc::test
