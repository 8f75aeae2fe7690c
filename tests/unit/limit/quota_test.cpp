// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/quota.hpp"

#include <gtest/gtest.h>

namespace {

using rtcmc::Quota;
using Verdict = Quota::Verdict;

TEST(Quota, AFewTimesThenOnceMoreThenNeverUntilTheWhileIsOver) {
  constexpr unsigned kTimes = 3;
  Quota quota(kTimes);
  const Quota::Time now{};
  for (unsigned i = 0; i < kTimes; ++i) {
    EXPECT_EQ(quota.count("mallory", now), Verdict::Within);
  }
  EXPECT_EQ(quota.count("mallory", now), Verdict::FirstBeyond);
  EXPECT_EQ(quota.count("mallory", now), Verdict::Beyond);
  EXPECT_EQ(quota.count("ann", now), Verdict::Within) << "one's flood is not another's";
  EXPECT_EQ(quota.count("mallory", now + Quota::kWhile), Verdict::Within);
}

TEST(Quota, OfNone) {
  Quota quota(0);
  const Quota::Time now{};
  EXPECT_EQ(quota.count("mallory", now), Verdict::FirstBeyond);
  EXPECT_EQ(quota.count("mallory", now), Verdict::Beyond);
  EXPECT_EQ(quota.count("mallory", now + Quota::kWhile), Verdict::FirstBeyond);
}

TEST(Quota, MemoryIsBoundedWhateverNamesTheyUse) {
  Quota quota(3);
  const Quota::Time now{};
  for (std::size_t i = 0; i < Quota::kMaxStrangers; ++i) {
    EXPECT_EQ(quota.count("mallory" + std::to_string(i), now), Verdict::Within);
  }
  EXPECT_EQ(quota.count("one more", now), Verdict::Beyond);
  EXPECT_EQ(quota.count("one more", now + Quota::kWhile), Verdict::Within);
}

TEST(Quota, ACrowdIsLetInWhereTheFirstIsForgotten) {
  Quota quota(1, Quota::WhenFull::FirstIsForgotten);
  Quota::Time now{};
  EXPECT_EQ(quota.count("first", now), Verdict::Within);
  for (std::size_t i = 1; i < Quota::kMaxStrangers; ++i) {
    EXPECT_EQ(quota.count("viewer" + std::to_string(i), now += std::chrono::milliseconds(1)), Verdict::Within);
  }
  EXPECT_EQ(quota.count("first", now), Verdict::FirstBeyond) << "nobody is forgotten as long as there is room";
  EXPECT_EQ(quota.count("one more", now), Verdict::Within);
  EXPECT_EQ(quota.count("viewer1", now), Verdict::FirstBeyond);
  EXPECT_EQ(quota.count("first", now), Verdict::Within) << "it was forgotten, instead of viewer1";
}

}  // namespace
