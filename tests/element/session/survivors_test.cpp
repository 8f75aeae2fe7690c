// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/survivors.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;
using Clock = Survivors::Clock;

class SurvivorsTest : public ::testing::Test {
 protected:
  /// Somebody who talks for the whole test.
  void talk(const std::string& user_id) { heard_[user_id] = Clock::time_point::max(); }
  void fall_silent(const std::string& user_id) { heard_[user_id] = Clock::now() - 1h; }

  std::map<std::string, Clock::time_point> heard_;
  std::set<std::string> silent_;
  Survivors survivors_{[this](const std::string& user_id) {
                         const auto found = heard_.find(user_id);
                         return found == heard_.end() ? std::nullopt : std::optional(found->second);
                       },
                       [this](const std::string& user_id, const char*) { silent_.insert(user_id); },
                       {.hearing = 60ms, .under_way = 10ms, .working = 1h}};
};

TEST_F(SurvivorsTest, AfterTheNetworkChangedWhoIsNotHeardIsSilent) {
  talk("ann");
  heard_["bob"] = Clock::now();
  survivors_.network_changed({"ann", "bob", "carl"});
  EXPECT_TRUE(wait_until([&] { return silent_.contains("carl"); }));
  EXPECT_EQ(silent_, (std::set<std::string>{"bob", "carl"}));
}

TEST_F(SurvivorsTest, AfterTheServerCameBackOnlyWhoTalkedBeforeIsJudged) {
  talk("ann");
  talk("bob");
  fall_silent("carl");
  survivors_.server_lost({"ann", "bob", "carl"});
  ASSERT_TRUE(survivors_.is_server_lost());
  EXPECT_FALSE(survivors_.has_fallen_silent("bob"));
  fall_silent("bob");
  EXPECT_FALSE(survivors_.has_fallen_silent("ann"));
  EXPECT_TRUE(survivors_.has_fallen_silent("bob"));
  EXPECT_FALSE(survivors_.has_fallen_silent("carl"));
  survivors_.server_is_back();
  EXPECT_FALSE(survivors_.is_server_lost());
  EXPECT_TRUE(wait_until([&] { return !silent_.empty(); }));
  EXPECT_EQ(silent_, std::set<std::string>{"bob"});
}

TEST_F(SurvivorsTest, WithoutTheServerWhoIsNotHeardOnTheNewNetworkIsSilentAtOnce) {
  talk("ann");
  heard_["bob"] = Clock::now();
  survivors_.server_lost({"ann", "bob"});
  survivors_.network_changed({"ann", "bob"});
  EXPECT_FALSE(survivors_.has_fallen_silent("ann"));
  EXPECT_TRUE(survivors_.has_fallen_silent("bob"));
}

TEST_F(SurvivorsTest, TheServerIsLostWhenItWasLostFirst) {
  talk("ann");
  survivors_.server_lost({"ann"});
  fall_silent("ann");
  survivors_.server_lost({"ann"});
  EXPECT_TRUE(survivors_.has_fallen_silent("ann"));
}

TEST_F(SurvivorsTest, WhoGoesByAnotherNameIsJudgedByIt) {
  talk("ann");
  survivors_.server_lost({"ann"});
  survivors_.rename("ann", "anna");
  EXPECT_TRUE(survivors_.has_fallen_silent("anna"));
  survivors_.server_is_back();
  survivors_.rename("anna", "annabel");
  EXPECT_TRUE(wait_until([&] { return !silent_.empty(); }));
  EXPECT_EQ(silent_, std::set<std::string>{"annabel"});
}

TEST_F(SurvivorsTest, NothingIsLeftOfWhatIsCleared) {
  talk("ann");
  survivors_.server_lost({"ann"});
  survivors_.network_changed({"ann"});
  fall_silent("ann");
  survivors_.clear();
  EXPECT_FALSE(survivors_.is_server_lost());
  EXPECT_FALSE(survivors_.has_fallen_silent("ann"));
  survivors_.network_changed({"bob"});
  EXPECT_TRUE(wait_until([&] { return silent_.contains("bob"); }));
  EXPECT_FALSE(silent_.contains("ann"));
}

}  // namespace
}  // namespace rtcmc::test
