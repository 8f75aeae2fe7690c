// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/expected_loss.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rtcmc::send {
namespace {

using std::chrono::seconds;

struct LossReport {
  seconds after;  // the one before
  double worst;
  unsigned percent;  // what is expected from then on
};

struct LossCase {
  const char* name;
  std::vector<LossReport> reports;
};

TEST(ExpectedLoss, FollowsTheWorstListenerUpAtOnceAndDownAfterAWhile) {
  constexpr seconds kSoon{1};
  constexpr seconds kLong = ExpectedLoss::kBeforeLess;
  const std::vector<LossCase> cases{
      {"nothing is lost", {{kSoon, 0, 0}, {kLong, 0, 0}}},
      {"hardly anything is", {{kSoon, 0.01, 0}, {kLong, 0.019, 0}}},
      {"some is", {{kSoon, 0.02, 10}, {kLong, 0.05, 10}}},
      {"much is", {{kSoon, 0.15, 20}}},
      {"nearly everything is", {{kSoon, 1, 30}, {kLong, 1, 30}}},
      {"more and more", {{kSoon, 0.03, 10}, {kSoon, 0.1, 20}, {kSoon, 0.5, 30}}},
      {"less for a moment", {{kSoon, 0.1, 20}, {kSoon, 0, 20}, {kSoon, 0.1, 20}, {kLong - kSoon, 0, 20}}},
      {"less from then on, in steps",
       {{kSoon, 0.3, 30}, {kLong, 0, 20}, {kSoon, 0, 20}, {kLong, 0, 10}, {kLong, 0, 0}}},
      {"little less", {{kSoon, 0.1, 20}, {kLong, 0.06, 20}, {kLong, 0.05, 20}, {kLong, 0.04, 10}}},
      {"and up again on the way", {{kSoon, 0.2, 30}, {kLong, 0, 20}, {kSoon, 0.25, 30}, {kSoon, 0, 30}}},
  };
  for (const LossCase& each : cases) {
    ExpectedLoss loss;
    ExpectedLoss::Time now{seconds(1000)};
    for (const LossReport& report : each.reports) {
      now += report.after;
      EXPECT_EQ(loss.decide(report.worst, now), report.percent) << each.name << ": " << report.worst;
    }
  }
}

}  // namespace
}  // namespace rtcmc::send
