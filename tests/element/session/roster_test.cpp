// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/roster.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtcmc {
namespace {

using Names = std::vector<std::string>;

Roster::Newcomer newcomer(bool has_consent) {
  Roster::Newcomer result;
  result.has_consent = has_consent;
  return result;
}

TEST(Roster, WhoCameFirstIsServedFirstWhateverItsName) {
  Roster roster;
  ASSERT_TRUE(roster.expect("zoe", newcomer(true)));
  ASSERT_TRUE(roster.expect("!00", newcomer(true)));
  ASSERT_TRUE(roster.expect("ann", newcomer(false)));
  ASSERT_TRUE(roster.expect("bob", newcomer(true)));
  EXPECT_EQ(roster.ready(), Names({"zoe", "!00", "bob"}));
  // Who asks again keeps its place, and who was served goes to the end.
  ASSERT_TRUE(roster.expect("zoe", newcomer(true)));
  roster.newcomers().erase("!00");
  ASSERT_TRUE(roster.expect("!00", newcomer(true)));
  roster.newcomers().at("ann").has_consent = true;
  EXPECT_EQ(roster.ready(), Names({"zoe", "ann", "bob", "!00"}));
}

TEST(Roster, AcquaintancesEndWithTheStay) {
  Roster roster;
  roster.acquaint("ann");
  EXPECT_TRUE(roster.sender("ann", "us", 1).is_acquainted);
  roster.forget_acquaintances();
  EXPECT_FALSE(roster.sender("ann", "us", 1).is_acquainted);
}

}  // namespace
}  // namespace rtcmc
