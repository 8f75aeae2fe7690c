// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/returns.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;

class ReturnsTest : public ::testing::Test {
 protected:
  std::set<std::string> speaking_{"ann", "bob"};
  std::set<std::string> anew_;
  std::optional<Returns::Clock::time_point> fell_silent_at_;
  Returns returns_{[this](const std::string& user_id) {
                     return speaking_.contains(user_id) ? Returns::Clock::now() : fell_silent_at_;
                   },
                   [this](const std::string& user_id) { anew_.insert(user_id); }, 80ms};
};

TEST_F(ReturnsTest, WhoIsHeardKeepsItsConnection) {
  returns_.add("ann");
  returns_.add("carl");
  EXPECT_TRUE(wait_until([&] { return anew_.contains("carl"); }));
  EXPECT_EQ(anew_, std::set<std::string>{"carl"});
}

TEST_F(ReturnsTest, WhatCameBeforeSaysNothing) {
  fell_silent_at_ = Returns::Clock::now();
  speaking_.clear();
  returns_.add("ann");
  EXPECT_TRUE(wait_until([&] { return anew_.contains("ann"); }));
}

TEST_F(ReturnsTest, NobodyIsJudgedWhoIsForgotten) {
  speaking_.clear();
  returns_.add("ann");
  returns_.forget("ann");
  returns_.add("bob");
  EXPECT_TRUE(wait_until([&] { return anew_.contains("bob"); }));
  EXPECT_FALSE(anew_.contains("ann"));
}

TEST_F(ReturnsTest, WhoGoesByAnotherNameIsJudgedByIt) {
  speaking_.clear();
  returns_.add("ann");
  returns_.rename("ann", "anna");
  EXPECT_TRUE(wait_until([&] { return anew_.contains("anna"); }));
  EXPECT_FALSE(anew_.contains("ann"));
}

}  // namespace
}  // namespace rtcmc::test
