// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/quality_policy.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <vector>

namespace rtcmc::send {
namespace {

using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

constexpr Time kNow{seconds(1000)};
constexpr Time kLongAgo{};
constexpr QualityBounds kBounds{.minimum = 100, .maximum = 2000, .layers = 3};

struct QualityCase {
  const char* name;
  std::vector<Viewer> viewers;
  QualityPlan plan;
};

TEST(QualityPolicy, ViewersWithLinksAlikeShareAnEncoding) {
  const std::vector<QualityCase> cases{
      {"nobody", {}, {{}, {}}},
      {"one of whom nothing is known", {{std::nullopt}}, {{2000}, {0}}},
      {"one on a wide link", {{9000}}, {{2000}, {0}}},
      {"one on a thin link", {{300}}, {{300}, {0}}},
      {"one on none", {{0}}, {{100}, {0}}},
      {"all alike get what the weakest takes", {{1900}, {1600}, {std::nullopt}}, {{1600}, {0, 0, 0}}},
      {"one on a thin link leaves the others alone", {{9000}, {300}, {1900}}, {{1900, 300}, {0, 1, 0}}},
      {"three kinds", {{100}, {600}, {2000}, {90}, {550}}, {{2000, 550, 100}, {2, 1, 0, 2, 1}}},
      {"more kinds than layers", {{2000}, {1000}, {500}, {200}}, {{2000, 1000, 200}, {0, 1, 2, 2}}},
      {"who is there stays longer", {{2000}, {1300, 0, kLongAgo}}, {{1300}, {0, 0}}},
      {"than who would come", {{2000}, {1300, 1, kLongAgo}}, {{2000, 1300}, {0, 1}}},
      {"who went down a moment ago waits", {{2000}, {300, 1}, {2000, 1, kNow - seconds(1)}}, {{2000, 300}, {0, 1, 1}}},
      {"and then goes up", {{2000}, {300, 1}, {2000, 1, kNow - seconds(5)}}, {{2000, 300}, {0, 1, 0}}},
      {"at once if there is nothing to wait in", {{2000}, {2000, 1, kNow}}, {{2000}, {0, 0}}},
  };
  for (const QualityCase& each : cases) {
    EXPECT_EQ(plan_quality(each.viewers, kBounds, kNow), each.plan) << each.name;
  }
}

TEST(QualityPolicy, WithOneEncoderAllGetWhatTheWeakestTakes) {
  EXPECT_EQ(plan_quality({{2000}, {300}}, {.minimum = 100, .maximum = 2000, .layers = 1}, kNow),
            (QualityPlan{{300}, {0, 0}}));
}

TEST(QualityPolicy, NobodyGetsMoreThanItsLinkCarries) {
  std::mt19937 random(1);  // NOLINT: the same each time
  for (int round = 0; round < 2000; ++round) {
    std::vector<Viewer> viewers(random() % 8);
    for (Viewer& viewer : viewers) {
      viewer = {100 + random() % 3000, random() % 4, kNow - seconds(random() % 6)};
    }
    const QualityPlan plan = plan_quality(viewers, kBounds, kNow);
    ASSERT_EQ(plan.layers.size(), viewers.size());
    ASSERT_LE(plan.rates.size(), kBounds.layers);
    for (std::size_t i = 0; i < viewers.size(); ++i) {
      ASSERT_LT(plan.layers[i], plan.rates.size());
      EXPECT_LE(plan.rates[plan.layers[i]], *viewers[i].budget);
    }
  }
}

}  // namespace
}  // namespace rtcmc::send
