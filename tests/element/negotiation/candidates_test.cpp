// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/candidates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtcmc::test {
namespace {

using Carrier = Candidates::Carrier;

const std::string kOne = "candidate:1 1 UDP 1 127.0.0.1 9 typ host";
const std::string kOther = "candidate:2 1 UDP 1 127.0.0.1 10 typ host";

class CandidatesTest : public ::testing::Test {
 protected:
  std::vector<protocol::IceCandidate> sent_;
  std::vector<std::string> added_;
  unsigned dropped_ = 0;
  Candidates candidates_{{.send = [this](const protocol::IceCandidate& candidate) { sent_.push_back(candidate); },
                          .add = [this](const std::string& candidate) { added_.push_back(candidate); },
                          .drop = [this] { ++dropped_; }}};
};

TEST_F(CandidatesTest, OursGoOutByTheNameOfWhatCarriesTheBundle) {
  candidates_.found(kOne, std::nullopt);
  EXPECT_TRUE(sent_.empty());
  candidates_.found(kOther, Carrier{.index = 0, .mid = "video0"});
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].sdp_mid, "video0");
  candidates_.send_again(Carrier{.index = 1, .mid = "audio1"});
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[1].candidate, kOne);
  EXPECT_EQ(sent_[2].candidate, kOther);
  EXPECT_EQ(sent_[2].sdp_mid, "audio1");
  EXPECT_EQ(sent_[2].sdp_m_line_index, 1U);
}

TEST_F(CandidatesTest, TheirsWaitForTheirDescription) {
  const Carrier carrier{.index = 0, .mid = "0"};
  candidates_.accept({.candidate = kOne, .sdp_mid = "0"}, std::nullopt);
  EXPECT_TRUE(added_.empty());
  candidates_.remote_description_is_set(carrier);
  EXPECT_EQ(added_, std::vector{kOne});
  candidates_.accept({.candidate = kOther, .sdp_mid = "", .sdp_m_line_index = 0}, carrier);
  EXPECT_EQ(added_, (std::vector{kOne, kOther}));
}

TEST_F(CandidatesTest, OfTheirsThoseOfOtherSectionsAreNotNeeded) {
  const Carrier carrier{.index = 1, .mid = "1"};
  candidates_.remote_description_is_set(carrier);
  candidates_.accept({.candidate = kOne, .sdp_mid = "0"}, carrier);
  candidates_.accept({.candidate = kOne, .sdp_mid = "", .sdp_m_line_index = 0}, carrier);
  EXPECT_TRUE(added_.empty());
  candidates_.accept({.candidate = kOne, .sdp_mid = "1", .sdp_m_line_index = 0}, carrier);
  EXPECT_EQ(added_, std::vector{kOne});
}

TEST_F(CandidatesTest, TooManyOfTheirsAreDropped) {
  const Carrier carrier{.index = 0, .mid = "0"};
  candidates_.remote_description_is_set(carrier);
  for (std::size_t i = 0; i <= CandidateFilter::kMaxCandidates; ++i) {
    candidates_.accept({.candidate = "candidate:" + std::to_string(i), .sdp_mid = "0"}, carrier);
  }
  EXPECT_EQ(added_.size(), CandidateFilter::kMaxCandidates);
  EXPECT_EQ(dropped_, 1U);
}

}  // namespace
}  // namespace rtcmc::test
