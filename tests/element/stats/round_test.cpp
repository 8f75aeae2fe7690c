// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/round.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "wait_until.hpp"

namespace rtcmc::stats {
namespace {

class RoundTest : public ::testing::Test {
 protected:
  void begin(std::vector<std::string> user_ids) {
    round_.begin(std::move(user_ids), [this](const std::vector<Participant>& participants) {
      names_.emplace();
      for (const Participant& participant : participants) {
        names_->push_back(participant.user_id);
      }
    });
  }
  void answer(const std::string& user_id) {
    Participant participant;
    participant.user_id = user_id;
    round_.add(std::move(participant));
  }

  Round round_;
  std::optional<std::vector<std::string>> names_;  // absent: not done
};

using Names = std::vector<std::string>;

TEST_F(RoundTest, IsDoneWhenAllHaveAnswered) {
  begin({"ann", "bob"});
  answer("bob");
  EXPECT_FALSE(names_);
  answer("ann");
  EXPECT_EQ(names_, Names({"ann", "bob"}));
  EXPECT_FALSE(round_.is_under_way());
}

TEST_F(RoundTest, WithNobodyItIsDoneAtOnce) {
  begin({});
  EXPECT_EQ(names_, Names());
}

TEST_F(RoundTest, DoesNotWaitForWhoHasGone) {
  begin({"ann", "bob", "eve"});
  answer("ann");
  round_.forget("ann");
  round_.forget("bob");
  EXPECT_FALSE(names_);
  answer("eve");
  EXPECT_EQ(names_, Names({"eve"}));
}

TEST_F(RoundTest, NorForeverForWhoNeverAnswers) {
  begin({"ann", "bob"});
  answer("ann");
  EXPECT_TRUE(test::wait_until([this] { return names_.has_value(); }));
  EXPECT_EQ(names_, Names({"ann"}));
}

TEST_F(RoundTest, WhoWasNotAskedDoesNotCount) {
  begin({"ann"});
  answer("eve");
  round_.forget("eve");
  EXPECT_FALSE(names_);
  answer("ann");
  answer("ann");
  EXPECT_EQ(names_, Names({"ann"}));
}

}  // namespace
}  // namespace rtcmc::stats
