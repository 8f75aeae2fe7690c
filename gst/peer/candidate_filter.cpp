// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/candidate_filter.hpp"

namespace rtcmc {

namespace {

constexpr std::string_view kPrefix = "candidate:";

}  // namespace

CandidateFilter::Verdict CandidateFilter::judge(const std::string& mid, std::string_view text) {
  std::pair candidate(mid, std::string(text));
  if (known_.contains(candidate)) {
    return Verdict::Known;
  }
  if (known_.size() == kMaxCandidates) {
    return Verdict::TooMany;
  }
  known_.insert(std::move(candidate));
  return Verdict::New;
}

CandidateFilter::Verdict CandidateFilter::judge(const protocol::IceCandidate& candidate) {
  std::string_view text = candidate.candidate;
  if (text.starts_with(kPrefix)) {
    text.remove_prefix(kPrefix.size());
  }
  return judge(candidate.sdp_mid.empty() ? std::to_string(candidate.sdp_m_line_index) : candidate.sdp_mid, text);
}

}  // namespace rtcmc
