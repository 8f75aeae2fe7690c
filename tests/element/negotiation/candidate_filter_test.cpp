// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/candidate_filter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rtcmc {
namespace {

using Verdict = CandidateFilter::Verdict;

protocol::IceCandidate message(const std::string& text, const std::string& mid = "0", unsigned index = 0) {
  return {.candidate = text, .sdp_mid = mid, .sdp_m_line_index = index};
}

TEST(CandidateFilter, WhatADescriptionRepeatsIsKnown) {
  CandidateFilter filter;
  EXPECT_EQ(filter.judge(message("candidate:1 1 UDP 1 127.0.0.1 9 typ host")), Verdict::New);
  EXPECT_EQ(filter.judge("0", "1 1 UDP 1 127.0.0.1 9 typ host"), Verdict::Known);
  EXPECT_EQ(filter.judge("1", "1 1 UDP 1 127.0.0.1 9 typ host"), Verdict::New);
  EXPECT_EQ(filter.judge(message("1 1 UDP 1 127.0.0.1 9 typ host")), Verdict::Known);
}

TEST(CandidateFilter, WithoutAMidTheIndexTellsSectionsApart) {
  CandidateFilter filter;
  EXPECT_EQ(filter.judge(message("candidate:1", "", 0)), Verdict::New);
  EXPECT_EQ(filter.judge(message("candidate:1", "", 1)), Verdict::New);
  EXPECT_EQ(filter.judge(message("candidate:1", "", 1)), Verdict::Known);
}

TEST(CandidateFilter, WhatIsKnownIsNotTooMuch) {
  CandidateFilter filter;
  for (std::size_t i = 0; i < CandidateFilter::kMaxCandidates; ++i) {
    ASSERT_EQ(filter.judge("0", std::to_string(i)), Verdict::New);
  }
  EXPECT_EQ(filter.judge("0", "another"), Verdict::TooMany);
  EXPECT_EQ(filter.judge("0", "0"), Verdict::Known);
}

}  // namespace
}  // namespace rtcmc
