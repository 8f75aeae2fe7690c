// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/candidates.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace rtcmc {

void Candidates::found(const std::string& candidate, const std::optional<Carrier>& carrier) {
  found_.push_back(candidate);
  send(candidate, carrier);
}

void Candidates::send_again(const std::optional<Carrier>& carrier) const {
  std::ranges::for_each(found_, [this, &carrier](const std::string& candidate) { send(candidate, carrier); });
}

void Candidates::send(const std::string& candidate, const std::optional<Carrier>& carrier) const {
  if (carrier) {
    callbacks_.send({candidate, carrier->mid, static_cast<unsigned>(carrier->index)});
  }
}

void Candidates::accept(const protocol::IceCandidate& candidate, const std::optional<Carrier>& carrier) {
  if (!takes(filter_.judge(candidate))) {
    return;
  }
  if (has_remote_description_) {
    add(candidate, carrier);
  } else {
    early_.push_back(candidate);
  }
}

void Candidates::limit(const sdp::Description& remote) {
  sdp::filter_candidates(remote.message.get(), [this, &remote](std::size_t section, std::string_view text) {
    return protocol::is_ice_candidate("candidate:" + std::string(text)) &&
           takes(filter_.judge(remote.sections[section].mid, text));
  });
}

void Candidates::remote_description_is_set(const std::optional<Carrier>& carrier) {
  has_remote_description_ = true;
  for (const auto& candidate : std::exchange(early_, {})) {
    add(candidate, carrier);
  }
}

void Candidates::add(const protocol::IceCandidate& candidate, const std::optional<Carrier>& carrier) const {
  const bool is_of_bundle = carrier && (candidate.sdp_mid.empty() ? candidate.sdp_m_line_index == carrier->index
                                                                  : candidate.sdp_mid == carrier->mid);
  if (is_of_bundle) {
    callbacks_.add(candidate.candidate);
  }
}

bool Candidates::takes(CandidateFilter::Verdict verdict) const {
  if (verdict == CandidateFilter::Verdict::TooMany) {
    callbacks_.drop();
  }
  return verdict == CandidateFilter::Verdict::New;
}

}  // namespace rtcmc
