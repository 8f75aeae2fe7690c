// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <variant>
#include <vector>

#include "wait_until.hpp"

namespace rtcmc {
namespace {

/// An application whose handler takes its time, until it is let go.
class SlowApplicationTest : public ::testing::Test {
 protected:
  SlowApplicationTest() {
    queue_.push(event::Connecting{});
    EXPECT_TRUE(test::wait_until([this] { return is_busy_.load(); }));
  }

  void data(std::size_t size) {
    const std::vector<std::uint8_t> bytes(size);
    queue_.push(
        event::DataReceived{"ann", BinaryMessage{glib::Ref<GBytes>::adopt(g_bytes_new(bytes.data(), bytes.size()))}});
  }
  /// Lets it read all; how many of `Kind` came.
  template <typename Kind>
  std::size_t read() {
    go_on_.set_value();
    queue_.push(event::Left{true});
    EXPECT_TRUE(test::wait_until([this] { return is_done_.load(); }));
    return static_cast<std::size_t>(
        std::ranges::count_if(events_, [](const Event& event) { return std::holds_alternative<Kind>(event); }));
  }

  EventQueue& queue() { return queue_; }

 private:
  void on_event(Event event) {
    if (!is_busy_.exchange(true)) {
      go_on_.get_future().wait();
    }
    const bool is_last = std::holds_alternative<event::Left>(event);
    events_.push_back(std::move(event));
    is_done_ = is_last;
  }

  const glib::Ref<GstElement> element_ =
      glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new("room"))));
  std::promise<void> go_on_;
  std::atomic<bool> is_busy_ = false;
  std::atomic<bool> is_done_ = false;
  std::vector<Event> events_;  // the queue's thread; the test's once it is done
  EventQueue queue_{element_.get(), [this](Event event) { on_event(std::move(event)); }};
};

TEST_F(SlowApplicationTest, LosesDataBeyondABoundOfBytes) {
  constexpr std::size_t kMebibyte = 1024 * 1024;
  for (int i = 0; i < 100; ++i) {
    data(kMebibyte);
  }
  EXPECT_EQ(read<event::DataReceived>(), EventQueue::kMaxWaitingBytes / kMebibyte);
}

TEST_F(SlowApplicationTest, LosesExtrasAndMutesBeyondABoundOfEvents) {
  for (unsigned i = 0; i < 2 * EventQueue::kMaxWaiting; ++i) {
    queue().push(event::StreamMuted{"ann", {}});
  }
  for (unsigned i = 0; i < EventQueue::kMaxWaiting; ++i) {
    queue().push(event::ExtraChanged{"ann", {}});
  }
  EXPECT_EQ(read<event::StreamMuted>(), EventQueue::kMaxWaiting);
}

TEST_F(SlowApplicationTest, GetsOneFileOfAnySize) {
  data(EventQueue::kMaxWaitingBytes + 1);
  data(1);
  EXPECT_EQ(read<event::DataReceived>(), 1U);
}

TEST_F(SlowApplicationTest, LosesNothingOfWhatItHasToKnow) {
  for (unsigned i = 0; i < EventQueue::kMaxWaiting + 100; ++i) {
    queue().push(event::ParticipantLeft{std::to_string(i)});
  }
  EXPECT_EQ(read<event::ParticipantLeft>(), EventQueue::kMaxWaiting + 100);
}

}  // namespace
}  // namespace rtcmc
