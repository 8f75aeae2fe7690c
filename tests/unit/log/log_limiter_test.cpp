// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log/log_limiter.hpp"

#include <gtest/gtest.h>

namespace {

using rtcmc::LogLimiter;
using Verdict = LogLimiter::Verdict;

TEST(LogLimiter, WritesAFewLinesThenSaysSoThenIsSilent) {
  LogLimiter limiter;
  const LogLimiter::Time now{};
  for (unsigned i = 0; i < LogLimiter::kDefaultLines; ++i) {
    EXPECT_EQ(limiter.count("mallory", now), Verdict::Write);
  }
  EXPECT_EQ(limiter.count("mallory", now), Verdict::WriteLast);
  EXPECT_EQ(limiter.count("mallory", now), Verdict::Skip);
  EXPECT_EQ(limiter.count("ann", now), Verdict::Write) << "one's flood is not another's";
  EXPECT_EQ(limiter.count("mallory", now + LogLimiter::kWhile), Verdict::Write);
}

TEST(LogLimiter, WithoutAnyLinesItOnlySaysThatItIsSilent) {
  LogLimiter limiter(0);
  const LogLimiter::Time now{};
  EXPECT_EQ(limiter.count("mallory", now), Verdict::WriteLast);
  EXPECT_EQ(limiter.count("mallory", now), Verdict::Skip);
  EXPECT_EQ(limiter.count("mallory", now + LogLimiter::kWhile), Verdict::WriteLast);
}

TEST(LogLimiter, MemoryIsBoundedWhateverNamesTheyUse) {
  LogLimiter limiter;
  const LogLimiter::Time now{};
  for (std::size_t i = 0; i < LogLimiter::kMaxStrangers; ++i) {
    EXPECT_EQ(limiter.count("mallory" + std::to_string(i), now), Verdict::Write);
  }
  EXPECT_EQ(limiter.count("one more", now), Verdict::Skip);
  EXPECT_EQ(limiter.count("one more", now + LogLimiter::kWhile), Verdict::Write);
}

}  // namespace
