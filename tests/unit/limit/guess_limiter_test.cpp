// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/guess_limiter.hpp"

#include <gtest/gtest.h>

namespace {

using rtcmc::GuessLimiter;

constexpr auto kInterval = GuessLimiter::kInterval;

/// How many guesses are looked at before one is not.
unsigned guesses(GuessLimiter& limiter, const std::string& who, GuessLimiter::Time now) {
  unsigned count = 0;
  while (count < 1000 && limiter.may_guess(who, now)) {
    ++count;
  }
  return count;
}

TEST(GuessLimiter, AFewAtOnceThenOneInAWhile) {
  GuessLimiter limiter;
  const GuessLimiter::Time now{};
  EXPECT_EQ(guesses(limiter, "mallory", now), GuessLimiter::kAtOnce);
  EXPECT_EQ(guesses(limiter, "mallory", now + kInterval / 2), 0U);
  EXPECT_EQ(guesses(limiter, "mallory", now + kInterval), 1U);
  EXPECT_EQ(guesses(limiter, "ann", now + kInterval), GuessLimiter::kAtOnce) << "one's guesses are not another's";
  EXPECT_EQ(guesses(limiter, "mallory", now + 1000 * kInterval), GuessLimiter::kAtOnce);
}

TEST(GuessLimiter, WhoKnowsItMayComeAsOftenAsTheyLike) {
  GuessLimiter limiter;
  const GuessLimiter::Time now{};
  for (unsigned i = 0; i < 1000; ++i) {
    ASSERT_TRUE(limiter.may_guess("ann", now));
    limiter.forget("ann");
  }
}

TEST(GuessLimiter, ManyNamesDoNotHelp) {
  GuessLimiter limiter;
  const GuessLimiter::Time now{};
  unsigned count = 0;
  for (unsigned i = 0; i < 3 * GuessLimiter::kMaxStrangers; ++i) {
    count += limiter.may_guess(std::to_string(i), now) ? 1 : 0;
  }
  EXPECT_EQ(count, GuessLimiter::kMaxStrangers + GuessLimiter::kAtOnce);
  EXPECT_TRUE(limiter.may_guess("0", now)) << "who was there has what is left";
  EXPECT_EQ(guesses(limiter, "ann", now + 1000 * kInterval), GuessLimiter::kAtOnce) << "when they have gone";
}

}  // namespace
