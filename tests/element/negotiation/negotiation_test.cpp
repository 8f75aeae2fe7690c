// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/negotiation.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

// What is done when, as a table: each row is something that happens, and what is to be done then.

namespace rtcmc {
namespace {

using namespace std::chrono_literals;
using Action = Negotiation::Action;
using Glare = Negotiation::Glare;
using Event = std::function<Action(Negotiation&)>;

const Negotiation::Time kStart{};

std::string text_of(const Action& action) {
  return std::visit(
      [](const auto& specific) -> std::string {
        using Type = std::decay_t<decltype(specific)>;
        if constexpr (std::is_same_v<Type, Negotiation::Nothing>) {
          return "";
        } else if constexpr (std::is_same_v<Type, Negotiation::MakeOffer>) {
          return "offer";
        } else if constexpr (std::is_same_v<Type, Negotiation::TakeAnswer> ||
                             std::is_same_v<Type, Negotiation::TakeOffer>) {
          return "take " + specific.sdp;
        } else if constexpr (std::is_same_v<Type, Negotiation::AskForOffer>) {
          return "ask";
        } else if constexpr (std::is_same_v<Type, Negotiation::Restart>) {
          return "restart";
        } else if constexpr (std::is_same_v<Type, Negotiation::Wait>) {
          return "wait";
        } else {
          return std::string("drop ") + specific.what;
        }
      },
      action);
}

Event offer(const char* sdp, Glare glare = Glare::TheyRollBack, Negotiation::Time now = kStart) {
  return [=](Negotiation& negotiation) { return negotiation.offer_came(sdp, glare, now); };
}

Event answer(const char* sdp) {
  return [=](Negotiation& negotiation) { return negotiation.answer_came(sdp); };
}

Event settled(bool has_more = false) {
  return [=](Negotiation& negotiation) { return negotiation.settled(has_more, kStart); };
}

Event offer_is_refused(bool has_more = false) {
  return [=](Negotiation& negotiation) { return negotiation.offer_is_refused(has_more, kStart); };
}

const Event begin = [](Negotiation& negotiation) { return negotiation.begin(kStart); };
const Event change = [](Negotiation& negotiation) { return negotiation.change(kStart); };
const Event is_out = [](Negotiation& negotiation) {
  negotiation.offer_is_out(kStart);
  return Negotiation::Nothing();
};
const Event answer_is_refused = [](Negotiation& negotiation) { return negotiation.answer_is_refused(); };
const Event cannot_go_on = [](Negotiation& negotiation) { return negotiation.cannot_go_on(); };

struct Row {
  Event event;
  const char* action;
};

struct Course {
  const char* name;
  std::vector<Row> rows;
};

void PrintTo(const Course& course, std::ostream* stream) {
  *stream << course.name;
}

/// We made the first offer, and were answered.
std::vector<Row> agreed(std::vector<Row> then) {
  std::vector<Row> rows{{begin, "offer"}, {is_out, ""}, {answer("first"), "take first"}, {settled(), ""}};
  rows.insert(rows.end(), then.begin(), then.end());
  return rows;
}

class NegotiationTable : public ::testing::TestWithParam<Course> {};

TEST_P(NegotiationTable, Holds) {
  Negotiation negotiation(kStart);
  int number = 0;
  for (const Row& row : GetParam().rows) {
    EXPECT_EQ(text_of(row.event(negotiation)), row.action) << "row " << number;
    ++number;
  }
}

INSTANTIATE_TEST_SUITE_P(
    First, NegotiationTable,
    ::testing::Values(
        Course{"WeOffer", agreed({})}, Course{"TheyOffer", {{offer("A"), "take A"}, {settled(), ""}}},
        Course{"TheirsCameBeforeWeBegan", {{offer("A"), "take A"}, {begin, ""}, {settled(), ""}}},
        Course{"TheirsWasAnsweredBeforeWeBegan", {{offer("A"), "take A"}, {settled(), ""}, {begin, ""}}},
        Course{"WhatTheirsHasNoPlaceForIsOfferedNext", {{offer("A"), "take A"}, {settled(true), "offer"}}},
        Course{"AChangeWaitsForTheBeginning", {{change, ""}, {begin, "offer"}, {is_out, ""}, {change, ""}}},
        Course{"WhenTheirsIsBadWeOffer", {{offer("A"), "take A"}, {offer_is_refused(true), "offer"}}},
        Course{"WhenTheirsIsBadAndWeHaveNothingTheyMayTryAgain",
               {{offer("A"), "take A"}, {offer_is_refused(), ""}, {offer("B"), "take B"}}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Later, NegotiationTable,
    ::testing::Values(
        Course{"AChangeIsOfferedAtOnce", agreed({{change, "offer"}})},
        Course{"AChangeWaitsForTheAnswer", agreed({{change, "offer"},
                                                   {change, ""},
                                                   {is_out, ""},
                                                   {change, ""},
                                                   {answer("B"), "take B"},
                                                   {change, ""},
                                                   {settled(), "offer"},
                                                   {is_out, ""},
                                                   {answer("C"), "take C"},
                                                   {settled(), ""}})},
        Course{"AChangeWaitsForOurAnswer", agreed({{offer("B"), "take B"}, {change, ""}, {settled(), "offer"}})},
        Course{
            "OnlyTheLatestOfferIsAnswered",
            agreed(
                {{offer("B"), "take B"}, {offer("C"), ""}, {offer("D"), ""}, {settled(), "take D"}, {settled(), ""}})},
        Course{
            "TheirOfferGoesFirst",
            agreed(
                {{offer("B"), "take B"}, {change, ""}, {offer("C"), ""}, {settled(), "take C"}, {settled(), "offer"}})},
        Course{"AnOfferWaitsForTheAnswerBeforeIt", agreed({{change, "offer"},
                                                           {is_out, ""},
                                                           {answer("B"), "take B"},
                                                           {offer("C"), ""},
                                                           {settled(), "take C"},
                                                           {settled(), ""}})},
        Course{"ABadOfferDoesNotHoldUpOurs",
               agreed({{offer("B"), "take B"}, {change, ""}, {offer_is_refused(), "offer"}})},
        Course{"AnOfferThatWebrtcbinCannotTakeIsForANewConnection",
               agreed({{offer("B"), "take B"}, {cannot_go_on, "restart"}, {offer("C"), "take C"}})},
        Course{"AnOfferThatWebrtcbinCannotMakeIsForANewConnection",
               agreed({{change, "offer"}, {cannot_go_on, "restart"}, {offer("B"), "take B"}, {settled(), "offer"}})}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Answers, NegotiationTable,
    ::testing::Values(Course{"ToNothing", {{answer("A"), "drop answer"}}},
                      Course{"ToAnOfferThatIsBeingMade",
                             {{begin, "offer"}, {answer("A"), "drop answer"}, {is_out, ""}, {answer("B"), "take B"}}},
                      Course{"Twice",
                             {{begin, "offer"},
                              {is_out, ""},
                              {answer("A"), "take A"},
                              {answer("B"), "drop answer"},
                              {settled(), ""},
                              {answer("C"), "drop answer"}}},
                      Course{"ToTheirOwnOffer",
                             agreed({{offer("B"), "take B"}, {answer("C"), "drop answer"}, {settled(), ""}})},
                      Course{"BadOnesMayBeMended",
                             {{begin, "offer"},
                              {is_out, ""},
                              {answer("A"), "take A"},
                              {answer_is_refused, ""},
                              {answer("B"), "take B"},
                              {settled(), ""}}},
                      Course{"BadOnesThatOffersFollowedAreBeyondRepair", agreed({{change, "offer"},
                                                                                 {is_out, ""},
                                                                                 {answer("B"), "take B"},
                                                                                 {offer("C"), ""},
                                                                                 {answer_is_refused, "restart"}})}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Crossing, NegotiationTable,
    ::testing::Values(
        Course{"TheirsIsAskedForAgain", agreed({{change, "offer"},
                                                {is_out, ""},
                                                {offer("B"), "drop offer"},
                                                {answer("C"), "take C"},
                                                {settled(), "ask"},
                                                {offer("D"), "take D"},
                                                {settled(), ""}})},
        Course{"AlsoWhenOursIsStillBeingMade", agreed({{change, "offer"},
                                                       {offer("B"), "drop offer"},
                                                       {is_out, ""},
                                                       {answer("C"), "take C"},
                                                       {settled(), "ask"}})},
        Course{"WhatIsDueGoesFirst", agreed({{change, "offer"},
                                             {is_out, ""},
                                             {offer("B"), "drop offer"},
                                             {change, ""},
                                             {answer("C"), "take C"},
                                             {settled(), "offer"},
                                             {is_out, ""},
                                             {answer("D"), "take D"},
                                             {settled(), "ask"}})},
        Course{"NobodyAsksForWhatCameByItself", agreed({{change, "offer"},
                                                        {is_out, ""},
                                                        {offer("B"), "drop offer"},
                                                        {answer("C"), "take C"},
                                                        {offer("D"), ""},
                                                        {settled(), "take D"},
                                                        {settled(), ""}})},
        Course{"WhatCameByItselfAndWasBadIsAskedFor", agreed({{change, "offer"},
                                                              {is_out, ""},
                                                              {offer("B"), "drop offer"},
                                                              {answer("C"), "take C"},
                                                              {offer("D"), ""},
                                                              {settled(), "take D"},
                                                              {offer_is_refused(), "ask"}})},
        Course{"WeStartAnew", agreed({{change, "offer"}, {is_out, ""}, {offer("B", Glare::WeStartAnew), "restart"}})},
        Course{"TheyStartAnew", agreed({{change, "offer"}, {is_out, ""}, {offer("B", Glare::TheyStartAnew), ""}})},
        Course{"NobodyStartsAnewForWhatDoesNotCross", agreed({{offer("B", Glare::WeStartAnew), "take B"},
                                                              {settled(), ""},
                                                              {offer("C", Glare::TheyStartAnew), "take C"},
                                                              {settled(), ""}})},
        Course{
            "InPlaceOfAnAnswerThatIsStillToCome",
            agreed({{change, "offer"}, {is_out, ""}, {offer("B", Glare::TheyRollBack, kStart + 12s), "drop offer"}})},
        Course{"InPlaceOfAnAnswerToAnOfferThatIsStillBeingMade",
               agreed({{change, "offer"}, {offer("B", Glare::TheyRollBack, kStart + 13s), "drop offer"}})},
        Course{"InPlaceOfAnAnswerThatWillNeverCome",
               agreed({{change, "offer"}, {is_out, ""}, {offer("B", Glare::TheyRollBack, kStart + 13s), "restart"}})},
        Course{"InPlaceOfANewConnectionThatWillNeverCome",
               agreed({{change, "offer"}, {is_out, ""}, {offer("B", Glare::TheyStartAnew, kStart + 13s), "restart"}})},
        Course{"TheFirstAnswerIsWaitedForElsewhere",
               {{begin, "offer"}, {is_out, ""}, {offer("B", Glare::TheyRollBack, kStart + 13s), "drop offer"}}}),
    [](const auto& info) { return info.param.name; });

TEST(NegotiationRate, AfterABurstOffersWaitForTheirTurn) {
  Negotiation negotiation(kStart);
  const int burst = static_cast<int>(Negotiation::kOfferBurst);
  for (int i = 0; i < burst; ++i) {
    ASSERT_EQ(text_of(negotiation.offer_came("early", Glare::TheyRollBack, kStart)), "take early");
    ASSERT_EQ(text_of(negotiation.settled(false, kStart)), "");
  }
  EXPECT_EQ(text_of(negotiation.offer_came("A", Glare::TheyRollBack, kStart)), "wait");
  EXPECT_EQ(text_of(negotiation.offer_came("B", Glare::TheyRollBack, kStart)), "wait");
  EXPECT_EQ(text_of(negotiation.change(kStart)), "wait") << "an offer of ours would cross it";
  EXPECT_EQ(text_of(negotiation.look(kStart + Negotiation::kOfferInterval)), "take B");
  EXPECT_EQ(text_of(negotiation.settled(false, kStart)), "offer");
}

TEST(NegotiationState, SaysWhetherAnAnswerIsAwaitedAndWhatItIsFor) {
  Negotiation negotiation(kStart);
  EXPECT_FALSE(negotiation.awaits_answer());
  EXPECT_FALSE(negotiation.has_agreement());
  (void)negotiation.begin(kStart);
  EXPECT_TRUE(negotiation.awaits_answer());
  negotiation.offer_is_out(kStart);
  EXPECT_TRUE(negotiation.awaits_answer());
  (void)negotiation.answer_came("A");
  EXPECT_FALSE(negotiation.awaits_answer());
  EXPECT_FALSE(negotiation.has_agreement());
  (void)negotiation.settled(false, kStart);
  EXPECT_TRUE(negotiation.has_agreement());
}

}  // namespace
}  // namespace rtcmc
