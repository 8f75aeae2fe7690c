// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/retry_policy.hpp"

#include <gtest/gtest.h>

namespace rtcmc::receive {
namespace {

using std::chrono::milliseconds;

constexpr RetryPolicy::Time kStart{std::chrono::hours(1)};

TEST(RetryPolicy, WaitsTwiceAsLongAfterEachFailureOfARow) {
  RetryPolicy policy;
  for (const int delay : {500, 1000, 2000, 4000, 8000, 16'000, 30'000, 30'000}) {
    EXPECT_EQ(policy.on_failure(kStart, kStart + milliseconds(1)).delay, milliseconds(delay));
  }
}

TEST(RetryPolicy, TellsPeopleOnceForEachRow) {
  RetryPolicy policy;
  EXPECT_TRUE(policy.on_failure(kStart, kStart + milliseconds(1)).is_news);
  EXPECT_FALSE(policy.on_failure(kStart, kStart + milliseconds(1)).is_news);
  EXPECT_FALSE(policy.on_failure(kStart, kStart + RetryPolicy::kRecovered - milliseconds(1)).is_news);
  EXPECT_TRUE(policy.on_failure(kStart, kStart + RetryPolicy::kRecovered).is_news);
}

TEST(RetryPolicy, WhatWasDecodedLongEnoughBeginsAnew) {
  RetryPolicy policy;
  for (int i = 0; i < 5; ++i) {
    (void)policy.on_failure(kStart, kStart);
  }
  EXPECT_EQ(policy.on_failure(kStart, kStart + RetryPolicy::kRecovered).delay, RetryPolicy::kFirstDelay);
  EXPECT_EQ(policy.on_failure(kStart, kStart).delay, 2 * RetryPolicy::kFirstDelay);
}

}  // namespace
}  // namespace rtcmc::receive
