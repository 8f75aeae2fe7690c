// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/portion_policy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "send/bitrate_wish.hpp"
#include "send/input_rate.hpp"

namespace rtcmc::send {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = PortionPolicy::Time;

constexpr std::uint64_t kMbit = 1'000'000;
constexpr PortionRates kHalfDroppable{2 * kMbit, kMbit};
constexpr PortionRates kNoneDroppable{2 * kMbit, 2 * kMbit};
constexpr milliseconds kPortionTick{200};

/// A letter for each half second: what is sent, E, D (without droppable frames) or K.
std::string portion_course(PortionPolicy& policy, const std::vector<std::pair<double, double>>& budgets,
                           const PortionRates& rates = kHalfDroppable, bool is_sought = true,
                           Time begin = Time(seconds(100))) {
  std::string result;
  for (const auto& [mbit, duration] : budgets) {
    const Budget budget{static_cast<std::uint64_t>(mbit * kMbit), is_sought};
    const auto end = begin + std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(duration));
    for (; begin < end; begin += kPortionTick) {
      const char letter = "EDK"[static_cast<int>(policy.decide(budget, rates, begin))];
      if (result.empty() || result.back() != letter) {
        result += letter;
      }
    }
  }
  return result;
}

struct PortionCase {
  const char* what;
  std::vector<std::pair<double, double>> budgets;  // Mbit/s, for so many seconds
  PortionRates rates;
  std::string expected;  // changes
};

class PortionPolicyTable : public ::testing::TestWithParam<PortionCase> {};

TEST_P(PortionPolicyTable, Decides) {
  PortionPolicy policy;
  EXPECT_EQ(portion_course(policy, GetParam().budgets, GetParam().rates), GetParam().expected) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PortionPolicyTable,
    ::testing::Values(
        PortionCase{"what fits is never touched", {{8, 60}}, kHalfDroppable, "E"},
        PortionCase{"a little below is headroom", {{8, 1}, {1.7, 60}}, kHalfDroppable, "E"},
        PortionCase{"a moment is none", {{8, 1}, {1.2, 0.6}, {8, 1}, {1.2, 0.6}, {8, 1}}, kHalfDroppable, "E"},
        PortionCase{"droppable frames first", {{8, 1}, {1.2, 10}}, kHalfDroppable, "ED"},
        PortionCase{"keyframes alone", {{8, 1}, {0.4, 10}}, kHalfDroppable, "EK"},
        PortionCase{"nothing is droppable", {{8, 1}, {1.2, 10}}, kNoneDroppable, "EK"},
        PortionCase{"ever less", {{8, 1}, {1.2, 5}, {0.5, 5}}, kHalfDroppable, "EDK"},
        PortionCase{"up again, by steps", {{8, 1}, {0.4, 5}, {1.2, 5}, {8, 5}}, kHalfDroppable, "EKDE"},
        PortionCase{"up again at once", {{8, 1}, {0.4, 5}, {8, 5}}, kHalfDroppable, "EKE"},
        PortionCase{"between what is kept and what is taken", {{8, 1}, {1.2, 5}, {1.8, 60}}, kHalfDroppable, "ED"},
        PortionCase{"a first estimate is a guess", {{10, 60}}, {14 * kMbit, 14 * kMbit}, "E"},
        PortionCase{"until it is known", {{10, 1}, {8, 5}}, {14 * kMbit, 14 * kMbit}, "EK"}));

TEST(Budget, IsNoMoreThanTheViewerAsksFor) {
  EXPECT_FALSE(limited(std::nullopt, std::nullopt));
  EXPECT_EQ(limited(Budget{500}, std::nullopt)->rate, 500U);
  EXPECT_EQ(limited(Budget{500}, 700)->rate, 500U);
  EXPECT_TRUE(limited(Budget{500}, 700)->is_congested);
  EXPECT_EQ(limited(Budget{900}, 700)->rate, 700U);
  EXPECT_FALSE(limited(Budget{900}, 700)->is_congested) << "no reason to leave frames out";
  EXPECT_EQ(limited(std::nullopt, 700)->rate, 700U);
}

TEST(PortionPolicy, WithoutABudgetAllIsSent) {
  PortionPolicy policy;
  EXPECT_EQ(portion_course(policy, {{8, 1}, {0.4, 5}}), "EK");
  EXPECT_EQ(policy.decide(std::nullopt, kHalfDroppable, Time(seconds(200))), Portion::Everything);
}

/// Its receiver's machine was busy, perhaps.
TEST(PortionPolicy, NothingIsLeftOutWhereNothingIsCongested) {
  PortionPolicy policy;
  Time now(seconds(100));
  const auto decide_for = [&](std::uint64_t rate, bool is_congested, Time::duration duration) {
    for (const Time end = now + duration; now < end; now += kPortionTick) {
      std::ignore = policy.decide(Budget{.rate = rate, .is_congested = is_congested}, kHalfDroppable, now);
    }
    return policy.current();
  };
  EXPECT_EQ(decide_for(8 * kMbit, false, seconds(1)), Portion::Everything);
  EXPECT_EQ(decide_for(kMbit / 10, false, seconds(60)), Portion::Everything);
  EXPECT_EQ(decide_for(6 * kMbit / 5, true, milliseconds(800)), Portion::Everything);
  EXPECT_EQ(decide_for(6 * kMbit / 5, false, kPortionTick), Portion::Everything);
  EXPECT_EQ(decide_for(6 * kMbit / 5, true, milliseconds(800)), Portion::Everything) << "counted anew";
  EXPECT_EQ(decide_for(6 * kMbit / 5, true, milliseconds(600)), Portion::WithoutDroppable);
}

TEST(PortionPolicy, WhoComesDownAgainWaitsLongerEachTime) {
  PortionPolicy policy;
  Time now(seconds(100));
  std::vector<std::chrono::duration<double>> waits;
  Portion former = Portion::Everything;
  Time changed = now;
  // A link that seems to carry all as long as it does not have to.
  for (; now < Time(seconds(1000)); now += kPortionTick) {
    const bool is_overloaded = policy.current() == Portion::Everything && now - changed > seconds(1);
    const Portion portion = policy.decide(Budget{is_overloaded ? kMbit / 2 : 3 * kMbit}, kNoneDroppable, now);
    if (portion != former) {
      if (portion == Portion::Everything) {
        waits.emplace_back(now - changed);
      }
      former = portion;
      changed = now;
    }
  }
  ASSERT_GE(waits.size(), 6U);
  EXPECT_LE(waits.size(), 20U);
  EXPECT_GE(waits[1], 1.8 * waits[0]);
  EXPECT_GE(waits.back(), std::chrono::duration<double>(PortionPolicy::kLongestWait));
  EXPECT_LE(waits.back(), std::chrono::duration<double>(PortionPolicy::kLongestWait) + seconds(1));
}

TEST(PortionPolicy, WhereNobodyLooksForMoreItIsTried) {
  PortionPolicy policy;
  EXPECT_EQ(portion_course(policy, {{8, 1}, {0.4, 5}}, kNoneDroppable, false), "EK");
  EXPECT_EQ(portion_course(policy, {{0.4, 30}}, kNoneDroppable, false, Time(seconds(106))), "KE")
      << "and goes on while nothing speaks against it";
  EXPECT_EQ(portion_course(policy, {{0.3, 8}}, kNoneDroppable, false, Time(seconds(136))), "K");
  EXPECT_EQ(portion_course(policy, {{0.3, 8}}, kNoneDroppable, false, Time(seconds(144))), "K") << "not so soon again";
  EXPECT_EQ(portion_course(policy, {{0.3, 30}}, kNoneDroppable, false, Time(seconds(152))), "KE");
}

TEST(InputRate, IsKnownAfterASecondAndForgetsWhatIsOld) {
  InputRate rate;
  EXPECT_FALSE(rate.value(Time(seconds(1))));
  // 8 packets of 1192 bytes, 58 more on the wire, in each 40 ms; every other frame droppable.
  Time now(seconds(10));
  const auto feed = [&](int frames, std::size_t bytes) {
    for (int i = 0; i < frames; ++i, now += milliseconds(40)) {
      for (int packet = 0; packet < 8; ++packet) {
        rate.add(bytes, i % 2 == 0 ? rtp::FrameClass::Droppable : rtp::FrameClass::Reference, now);
      }
    }
  };
  feed(10, 1192);
  EXPECT_FALSE(rate.value(now));
  feed(240, 1192);
  const auto full = rate.value(now);
  ASSERT_TRUE(full);
  EXPECT_NEAR(static_cast<double>(full->everything), 2'000'000, 100'000);
  EXPECT_NEAR(static_cast<double>(full->without_droppable), 1'000'000, 100'000);
  feed(250, 67);
  EXPECT_NEAR(static_cast<double>(rate.value(now)->everything), 200'000, 20'000);
  EXPECT_EQ(rate.value(now + seconds(100))->everything, 0U);
}

struct WishStep {
  std::uint64_t rate;
  std::optional<std::uint64_t> least;
  bool is_reduced;
  int second;
  std::optional<std::uint64_t> expected;
};

TEST(BitrateWish, IsToldOncePerChangeFromTheFirstReductionOn) {
  BitrateWish wish;
  const std::vector<WishStep> course{
      {2000, std::nullopt, false, 0, std::nullopt},
      {2000, 1900, false, 1, std::nullopt},  // nobody is reduced
      {2000, 500, true, 2, 500},
      {2000, 500, true, 3, std::nullopt},
      {2000, 460, true, 8, std::nullopt},  // about the same
      {2000, 400, true, 9, 400},
      {400, 400, false, 10, std::nullopt},  // the camera follows
      {400, 600, false, 11, std::nullopt},  // too soon for more
      {400, 600, false, 14, 600},
      {600, 5000, false, 20, 2000},  // all fit that there was at first
      {2000, 5000, false, 60, std::nullopt},
      {2000, 1900, false, 61, std::nullopt},
      {2000, 900, true, 62, 900},
      {2000, std::nullopt, false, 70, 2000},  // who was narrow has left
  };
  for (const WishStep& step : course) {
    EXPECT_EQ(wish.decide(step.rate, step.least, step.is_reduced, Time(seconds(step.second))), step.expected)
        << step.second;
  }
}

}  // namespace
}  // namespace rtcmc::send
