// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/breakages.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;

class BreakagesTest : public ::testing::Test {
 protected:
  std::map<std::string, std::string> failed_;
  Breakages breakages_{[this](const std::string& user_id, const std::string& why) { failed_[user_id] = why; }, 40ms};
};

TEST_F(BreakagesTest, WhoStaysHasFailedForTheFirstReason) {
  breakages_.add("ann", "DTLS");
  breakages_.add("ann", "what comes of it");
  EXPECT_TRUE(breakages_.has("ann"));
  EXPECT_TRUE(wait_until([&] { return !failed_.empty(); }));
  EXPECT_EQ(failed_, (std::map<std::string, std::string>{{"ann", "DTLS"}}));
  EXPECT_FALSE(breakages_.has("ann"));
}

TEST_F(BreakagesTest, WhoHasGoneHasNotFailed) {
  breakages_.add("ann", "DTLS");
  breakages_.forget("ann");
  breakages_.add("bob", "DTLS");
  EXPECT_TRUE(wait_until([&] { return failed_.contains("bob"); }));
  EXPECT_FALSE(failed_.contains("ann"));
}

TEST_F(BreakagesTest, WhoGoesByAnotherNameFailsByIt) {
  breakages_.add("ann", "DTLS");
  breakages_.rename("ann", "anna");
  breakages_.rename("bob", "bobby");
  EXPECT_FALSE(breakages_.has("ann"));
  EXPECT_TRUE(wait_until([&] { return !failed_.empty(); }));
  EXPECT_EQ(failed_, (std::map<std::string, std::string>{{"anna", "DTLS"}}));
}

}  // namespace
}  // namespace rtcmc::test
