// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "couple.hpp"
#include "glib/task_group.hpp"
#include "media/elements.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

using Couples = std::vector<std::unique_ptr<Couple>>;

/// What waits longer than this waits for ever.
constexpr std::chrono::seconds kPlenty{60};

/// The ends of connections with a data channel.
class Ending : public ::testing::Test {
 public:
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 protected:
  Ending() : pipeline_(glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))))) {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  ~Ending() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  [[nodiscard]] GstBin* bin() const { return GST_BIN(pipeline_.get()); }
  [[nodiscard]] int children() const { return GST_BIN_NUMCHILDREN(bin()); }

  Couples make(std::size_t count) {
    Couples couples(count);
    std::ranges::generate(couples, [this] { return std::make_unique<Couple>(bin()); });
    return couples;
  }

  /// Or have given up: libnice tells of its states from several threads, and now and then webrtcbin hears "connecting"
  /// after "connected" and waits on. That is an end to be tested, too.
  static bool all_connect(const Couples& couples) {
    const auto is_settled = [](const auto& couple) { return couple->is_connected() || !couple->one.failures.empty(); };
    return wait_until([&] { return std::ranges::all_of(couples, is_settled); });
  }

  void end(Couples& couples) {
    for (const auto& couple : couples) {
      Peer::end(std::move(couple->one.peer), ending_);
      Peer::end(std::move(couple->other.peer), ending_);
    }
  }

  const glib::Ref<GstElement> pipeline_;
  glib::TaskGroup ending_;
};

TEST_F(Ending, FiftyEndTogether) {
  Couples couples = make(25);
  ASSERT_TRUE(all_connect(couples));
  end(couples);
  EXPECT_TRUE(ending_.wait_for(kPlenty));
  EXPECT_EQ(children(), 0);
}

std::thread::id clock_thread() {
  const auto clock = glib::Ref<GstClock>::adopt(gst_system_clock_obtain());
  const glib::ClockIdPtr now(gst_clock_new_single_shot_id(clock.get(), gst_clock_get_time(clock.get())));
  std::promise<std::thread::id> id;
  gst_clock_id_wait_async(
      now.get(),
      [](GstClock*, GstClockTime, GstClockID, gpointer promise) -> gboolean {
        static_cast<std::promise<std::thread::id>*>(promise)->set_value(std::this_thread::get_id());
        return TRUE;
      },
      &id, nullptr);
  return id.get_future().get();
}

/// Otherwise the process crashes now and then, a second after the handshake.
TEST_F(Ending, OfDtlsIsWhereItsTimersEnd) {
  Couples couples = make(3);
  ASSERT_TRUE(all_connect(couples));
  struct Ends {
    std::mutex mutex;
    std::vector<std::thread::id> threads;  // mutex
  };
  Ends ends;
  std::size_t elements = 0;
  for (const char* factory : {"dtlsenc", "dtlsdec"}) {
    for_each_made_by(factory, pipeline_.get(), [&](GstElement* element) {
      ++elements;
      g_object_weak_ref(
          G_OBJECT(element),
          [](gpointer data, GObject*) {
            auto& ends = *static_cast<Ends*>(data);
            const std::lock_guard lock(ends.mutex);
            ends.threads.push_back(std::this_thread::get_id());
          },
          &ends);
    });
  }
  ASSERT_GE(elements, 12);
  end(couples);
  EXPECT_TRUE(ending_.wait_for(kPlenty));
  // Messages that nobody reads hold their sources.
  gst_bus_set_flushing(glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get())).get(), TRUE);
  EXPECT_TRUE(wait_until([&] {
    const std::lock_guard lock(ends.mutex);
    return ends.threads.size() == elements;
  }));
  EXPECT_EQ(ends.threads, std::vector(elements, clock_thread()));
}

TEST_F(Ending, NoTwoShareAnAssociation) {
  Couples couples = make(3);
  ASSERT_TRUE(all_connect(couples));
  const auto associations_of = [this](const char* factory) {
    std::map<GstElement*, guint> associations;
    for_each_made_by(factory, pipeline_.get(), [&associations](GstElement* element) {
      g_object_get(element, "sctp-association-id", &associations[element], nullptr);
    });
    std::multiset<guint> ids;
    std::ranges::transform(associations, std::inserter(ids, ids.end()), [](const auto& each) { return each.second; });
    return ids;
  };
  const std::multiset<guint> of_encoders = associations_of("sctpenc");
  EXPECT_EQ(of_encoders.size(), 6);
  EXPECT_EQ(of_encoders, associations_of("sctpdec"));
  EXPECT_EQ(std::set(of_encoders.begin(), of_encoders.end()).size(), of_encoders.size());
  EXPECT_LT(*of_encoders.rbegin(), 1000) << "what webrtcbin draws by lot may be drawn twice";
  end(couples);
}

TEST_F(Ending, WhoIsStillConnectingEndsLikewise) {
  for (int i = 0; i < 5; ++i) {
    Couples couples = make(5);
    ASSERT_TRUE(wait_until([&] { return couples.front()->is_connected(); }));
    end(couples);
    EXPECT_TRUE(ending_.wait_for(kPlenty));
    EXPECT_EQ(children(), 0);
  }
}

TEST_F(Ending, NobodyIsCalledAfterwards) {
  Couples couples = make(5);
  end(couples);
  ASSERT_TRUE(ending_.wait_for(kPlenty));
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
  for (const auto& couple : couples) {
    EXPECT_TRUE(couple->one.descriptions.empty()) << "the offer that it was making";
  }
}

TEST_F(Ending, ThePipelineMayGoMeanwhile) {
  Couples couples = make(5);
  ASSERT_TRUE(wait_until([&] { return couples.front()->is_connected(); }));
  end(couples);
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  EXPECT_TRUE(ending_.wait_for(kPlenty));
}

}  // namespace
}  // namespace rtcmc::test
