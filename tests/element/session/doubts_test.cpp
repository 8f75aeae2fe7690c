// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/doubts.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;

class DoubtsTest : public ::testing::Test {
 protected:
  std::set<std::string> speaking_{"ann", "bob"};
  std::set<std::string> silent_;
  std::optional<Doubts::Clock::time_point> fell_silent_at_;
  Doubts doubts_{[this](const std::string& user_id) {
                   return speaking_.contains(user_id) ? Doubts::Clock::now() : fell_silent_at_;
                 },
                 [this](const std::string& user_id) { silent_.insert(user_id); }, 80ms};
};

TEST_F(DoubtsTest, WhoIsHeardStaysUntilItFallsSilent) {
  ASSERT_TRUE(doubts_.add("ann"));
  ASSERT_TRUE(doubts_.add("bob"));
  fell_silent_at_ = Doubts::Clock::now();
  speaking_.erase("bob");
  EXPECT_TRUE(wait_until([&] { return silent_.contains("bob"); }));
  EXPECT_FALSE(doubts_.has("bob"));
  EXPECT_TRUE(doubts_.has("ann"));
  EXPECT_FALSE(silent_.contains("ann"));
}

TEST_F(DoubtsTest, WhoHasBeenSilentForLongIsNotDoubted) {
  fell_silent_at_ = Doubts::Clock::now() - 1s;
  EXPECT_FALSE(doubts_.add("carl"));
  fell_silent_at_.reset();
  EXPECT_FALSE(doubts_.add("never heard of"));
  EXPECT_FALSE(doubts_.has("carl"));
}

TEST_F(DoubtsTest, NobodyIsWatchedAnyLongerWhoIsForgotten) {
  ASSERT_TRUE(doubts_.add("ann"));
  ASSERT_TRUE(doubts_.add("bob"));
  doubts_.forget("ann");
  fell_silent_at_ = Doubts::Clock::now();
  speaking_.clear();
  EXPECT_TRUE(wait_until([&] { return silent_.contains("bob"); }));
  EXPECT_FALSE(silent_.contains("ann"));
}

}  // namespace
}  // namespace rtcmc::test
