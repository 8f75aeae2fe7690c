// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/admission.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

// The door, as a table: who, in which state, sends what. What is not listed as done is refused or ignored.

namespace rtcmc::admission {
namespace {

const Sender kStranger{};
const Sender kAcquainted{.is_acquainted = true};
const Sender kAsked{.link = Link::Asked};
const Sender kWaiting{.link = Link::Waiting};
const Sender kOffered{.link = Link::Offered};
const Sender kConnected{.link = Link::Made, .is_acquainted = true};
const Sender kWorking{.link = Link::Made, .works = true, .is_acquainted = true};
const Sender kPerhapsAnother{.link = Link::Made, .is_acquainted = true, .may_be_another = true};
const Sender kWorkingPerhapsAnother{.link = Link::Made, .works = true, .is_acquainted = true, .may_be_another = true};
const Proof kNone{};
const Proof kThroughRoom{.came_through_room = true};
const Proof kInvited{.knows_invitation = true};
const Proof kTakesCalls{.calls_are_taken = true};

const std::vector<Kind> kKinds{Kind::Request,       Kind::Return,     Kind::PageRequest, Kind::EnableMedia,
                               Kind::ReadyForOffer, Kind::FirstOffer, Kind::LaterOffer,  Kind::Answer,
                               Kind::Candidate,     Kind::Goodbye,    Kind::Closing,     Kind::DropConnection,
                               Kind::StreamSync,    Kind::Other};

bool does_nothing(const Decision& decision) {
  return decision.verdict == Verdict::Ignore || decision.verdict == Verdict::Refuse;
}

TEST(Admission, NothingThatAStrangerSendsDoesAnything) {
  for (const Kind kind : kKinds) {
    for (const bool crossing : {false, true}) {
      EXPECT_TRUE(does_nothing(decide(kind, kStranger, kNone, crossing))) << static_cast<int>(kind);
      Sender outranking = kStranger;
      outranking.outranks_us = true;
      EXPECT_TRUE(does_nothing(decide(kind, outranking, kNone, crossing))) << static_cast<int>(kind);
    }
  }
}

TEST(Admission, WhereCallsAreTakenAStrangerMayAskAndNothingElse) {
  for (const Kind kind : kKinds) {
    const bool asks = kind == Kind::Request || kind == Kind::Return || kind == Kind::PageRequest;
    EXPECT_EQ(does_nothing(decide(kind, kStranger, kTakesCalls)), !asks) << static_cast<int>(kind);
  }
}

TEST(Admission, WhateverIsNotDoneSaysWhy) {
  for (const Kind kind : kKinds) {
    for (const Sender& sender : {kStranger, kAcquainted, kAsked, kWaiting, kOffered, kConnected, kWorking,
                                 kPerhapsAnother, kWorkingPerhapsAnother}) {
      for (const Proof& proof : {kNone, kThroughRoom, kInvited, kTakesCalls}) {
        const Decision decision = decide(kind, sender, proof);
        EXPECT_EQ(does_nothing(decision), !std::string(decision.why).empty()) << static_cast<int>(kind);
      }
    }
  }
}

TEST(Admission, TheApplicationIsAskedAboutEverybodyWhoIsNew) {
  for (const Kind kind : kKinds) {
    for (const Proof& proof : {kThroughRoom, kInvited, kTakesCalls}) {
      const Decision decision = decide(kind, kStranger, proof);
      if (!does_nothing(decision)) {
        EXPECT_TRUE(decision.depends_on_application) << static_cast<int>(kind);
        EXPECT_TRUE(decision.depends_on_places) << static_cast<int>(kind);
      }
    }
  }
}

TEST(Admission, WhoeverTakesAUserIdThatWasFreeIsNew) {
  for (const Kind kind : kKinds) {
    for (const Sender& sender : {kPerhapsAnother, kWorkingPerhapsAnother}) {
      for (const Proof& proof : {kNone, kThroughRoom, kInvited, kTakesCalls}) {
        const Decision decision = decide(kind, sender, proof);
        const bool connects_anew = decision.verdict == Verdict::Offer || decision.verdict == Verdict::TakeOffer;
        EXPECT_EQ(decision.depends_on_application, connects_anew) << static_cast<int>(kind);
        const Decision stranger = decide(kind, kStranger, proof);
        EXPECT_TRUE(!connects_anew || decision == stranger) << static_cast<int>(kind);
      }
    }
  }
}

struct Case {
  Kind kind;
  Sender sender;
  Proof proof;
  Verdict expected;
};

TEST(Admission, WhatIsDone) {
  for (const auto& [kind, sender, proof, expected] : std::vector<Case>{
           {Kind::Request, kStranger, kThroughRoom, Verdict::Offer},
           {Kind::Request, kStranger, kInvited, Verdict::Offer},
           {Kind::Request, kAcquainted, kNone, Verdict::Offer},
           {Kind::Request, kAsked, kThroughRoom, Verdict::Ignore},
           {Kind::Request, kWaiting, kThroughRoom, Verdict::Ignore},
           {Kind::Request, kOffered, kThroughRoom, Verdict::Ignore},
           {Kind::Request, kConnected, kNone, Verdict::Offer},
           {Kind::Request, kWorking, kThroughRoom, Verdict::Offer},
           {Kind::Return, kStranger, kThroughRoom, Verdict::Offer},
           {Kind::Return, kOffered, kThroughRoom, Verdict::Ignore},
           {Kind::Return, kConnected, kThroughRoom, Verdict::Offer},
           {Kind::Return, kWorking, kThroughRoom, Verdict::Keep},
           {Kind::Return, kWorking, kNone, Verdict::Keep},
           {Kind::PageRequest, kStranger, kThroughRoom, Verdict::Offer},
           {Kind::PageRequest, kConnected, kThroughRoom, Verdict::Offer},
           {Kind::PageRequest, kWorking, kThroughRoom, Verdict::Doubt},
           {Kind::PageRequest, kWorking, kNone, Verdict::Offer},
           {Kind::EnableMedia, kStranger, kThroughRoom, Verdict::Refuse},
           {Kind::EnableMedia, kStranger, kInvited, Verdict::Offer},
           {Kind::EnableMedia, kConnected, kInvited, Verdict::Ignore},
           {Kind::EnableMedia, kPerhapsAnother, kNone, Verdict::Refuse},
           {Kind::EnableMedia, kPerhapsAnother, kInvited, Verdict::Offer},
           {Kind::Request, kPerhapsAnother, kNone, Verdict::Refuse},
           {Kind::Request, kWorkingPerhapsAnother, kNone, Verdict::Refuse},
           {Kind::PageRequest, kWorkingPerhapsAnother, kThroughRoom, Verdict::Doubt},
           {Kind::PageRequest, kWorkingPerhapsAnother, kNone, Verdict::Refuse},
           {Kind::Return, kWorkingPerhapsAnother, kThroughRoom, Verdict::Keep},
           {Kind::ReadyForOffer, kPerhapsAnother, kInvited, Verdict::Ignore},
           {Kind::FirstOffer, kPerhapsAnother, kNone, Verdict::Refuse},
           {Kind::FirstOffer, kPerhapsAnother, kInvited, Verdict::TakeOffer},
           {Kind::LaterOffer, kWorkingPerhapsAnother, kNone, Verdict::PassOn},
           {Kind::ReadyForOffer, kStranger, kInvited, Verdict::Refuse},
           {Kind::ReadyForOffer, kAcquainted, kNone, Verdict::Offer},
           {Kind::FirstOffer, kStranger, kThroughRoom, Verdict::Refuse},
           {Kind::FirstOffer, kStranger, kInvited, Verdict::TakeOffer},
           {Kind::FirstOffer, kOffered, kNone, Verdict::Ignore},
           {Kind::FirstOffer, kConnected, kNone, Verdict::TakeOffer},
           {Kind::LaterOffer, kStranger, kInvited, Verdict::Refuse},
           {Kind::LaterOffer, kAcquainted, kNone, Verdict::Offer},
           {Kind::LaterOffer, kConnected, kNone, Verdict::PassOn},
           {Kind::Answer, kOffered, kNone, Verdict::PassOn},
           {Kind::Answer, kStranger, kInvited, Verdict::Refuse},
           {Kind::Answer, kAcquainted, kNone, Verdict::Offer},
           {Kind::Candidate, kWaiting, kNone, Verdict::PassOn},
           {Kind::Candidate, kStranger, kInvited, Verdict::Refuse},
           {Kind::Goodbye, kConnected, kNone, Verdict::HangUp},
           {Kind::Goodbye, kAsked, kNone, Verdict::HangUp},
           {Kind::Closing, kConnected, kNone, Verdict::AskIfClosed},
           {Kind::Closing, kOffered, kNone, Verdict::AskIfClosed},
           {Kind::Closing, kAcquainted, kNone, Verdict::AskIfClosed},
           {Kind::Closing, kStranger, kThroughRoom, Verdict::Ignore},
           {Kind::DropConnection, kConnected, kNone, Verdict::HangUp},
           {Kind::StreamSync, kConnected, kNone, Verdict::PassOn},
           {Kind::StreamSync, kAsked, kNone, Verdict::Refuse},
       }) {
    EXPECT_EQ(decide(kind, sender, proof).verdict, expected)
        << static_cast<int>(kind) << " link " << static_cast<int>(sender.link);
  }
}

TEST(Admission, CrossingFirstOffersOfOurKindGoByUserId) {
  Sender larger = kOffered;
  larger.outranks_us = true;
  EXPECT_EQ(decide(Kind::FirstOffer, larger, kNone, true).verdict, Verdict::TakeOffer);
  EXPECT_EQ(decide(Kind::FirstOffer, larger, kNone, false).verdict, Verdict::Ignore);
  EXPECT_EQ(decide(Kind::FirstOffer, kOffered, kNone, true).verdict, Verdict::Ignore);
}

TEST(Admission, ANameChangesByItsOwnersWordAlone) {
  using V = RenamingVerdict;
  EXPECT_EQ(decide(Renaming{.old_is_known = true, .old_one_says_so = true}), V::Rename);
  EXPECT_EQ(decide(Renaming{.old_is_known = true, .new_one_says_so = true}), V::AskIfOldIsGone);
  EXPECT_EQ(decide(Renaming{.old_is_known = true}), V::Refuse);
  EXPECT_EQ(decide(Renaming{.old_is_known = false, .old_one_says_so = true}), V::Refuse);
  EXPECT_EQ(decide(Renaming{.old_is_known = true, .new_is_taken = true, .old_one_says_so = true}), V::Refuse);
  EXPECT_EQ(decide(Renaming{.old_is_known = true, .old_may_be_another = true, .new_one_says_so = true}), V::Refuse);
  EXPECT_EQ(decide(Renaming{.old_is_known = true, .old_may_be_another = true, .old_one_says_so = true}), V::Refuse);
}

}  // namespace
}  // namespace rtcmc::admission
