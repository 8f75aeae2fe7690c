// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/keyframe_budget.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rtcmc::send {
namespace {

using std::chrono::milliseconds;

KeyframeBudget::Time at(int ms) {
  return KeyframeBudget::Time(milliseconds(100'000 + ms));
}

/// When keyframes are asked for if the peer asks each 100 ms and frames pass each 20 ms. Each keyframe comes 40 ms
/// after it was asked for.
std::vector<int> granted_to_someone_who_never_stops(int until) {
  KeyframeBudget budget;
  std::vector<int> granted;
  for (int ms = 0; ms < until; ms += 20) {
    const bool is_keyframe = !granted.empty() && ms == granted.back() + 40;
    const bool is_due = budget.on_frame(at(ms), is_keyframe);
    if ((ms % 100 == 0 && budget.on_request(at(ms))) || is_due) {
      granted.push_back(ms);
    }
  }
  return granted;
}

TEST(KeyframeBudget, WhoeverNeverStopsAskingGetsEverLess) {
  EXPECT_EQ(granted_to_someone_who_never_stops(65'000),
            (std::vector<int>{0, 100, 200, 2200, 6200, 14'200, 30'200, 46'200, 62'200}));
}

/// Asks and gets its keyframe.
void lose_and_repair(KeyframeBudget& budget, int ms) {
  EXPECT_TRUE(budget.on_request(at(ms))) << ms;
  EXPECT_FALSE(budget.on_frame(at(ms + 40), true)) << ms;
}

TEST(KeyframeBudget, ALossNowAndThenIsRepairedAtOnce) {
  KeyframeBudget budget;
  for (int i = 0; i < 20; ++i) {
    lose_and_repair(budget, i * 10'000);
  }
}

TEST(KeyframeBudget, QuietIsForgiven) {
  KeyframeBudget budget;
  for (const int ms : {0, 500, 1000}) {
    lose_and_repair(budget, ms);
  }
  EXPECT_FALSE(budget.on_request(at(1500)));
  EXPECT_FALSE(budget.on_frame(at(1600), true)) << "somebody else's keyframe";
  for (const int ms : {11'500, 12'000, 12'500}) {
    lose_and_repair(budget, ms);
  }
  EXPECT_FALSE(budget.on_request(at(13'000)));
}

TEST(KeyframeBudget, ARequestTooEarlyIsNotLost) {
  KeyframeBudget budget;
  for (const int ms : {0, 500, 1000}) {
    lose_and_repair(budget, ms);
  }
  EXPECT_FALSE(budget.on_request(at(1600)));
  EXPECT_FALSE(budget.on_frame(at(2980), false));
  EXPECT_TRUE(budget.on_frame(at(3000), false));
  EXPECT_FALSE(budget.on_frame(at(3020), false)) << "asked already";
}

TEST(KeyframeBudget, AKeyframeForOthersServesARequestThatWaits) {
  KeyframeBudget budget;
  for (const int ms : {0, 500, 1000}) {
    lose_and_repair(budget, ms);
  }
  EXPECT_FALSE(budget.on_request(at(1600)));
  EXPECT_FALSE(budget.on_frame(at(2000), true));
  EXPECT_FALSE(budget.on_frame(at(3500), false));
}

TEST(KeyframeBudget, RequestsForTheSameKeyframeCountOnce) {
  KeyframeBudget budget;
  for (const int ms : {0, 100, 200, 300, 400}) {
    EXPECT_TRUE(budget.on_request(at(ms))) << ms;
  }
  EXPECT_FALSE(budget.on_frame(at(420), true));
  lose_and_repair(budget, 500);
  lose_and_repair(budget, 1000);
}

}  // namespace
}  // namespace rtcmc::send
