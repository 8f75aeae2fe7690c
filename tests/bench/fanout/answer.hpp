// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtcmc::bench {

/// What a receiver needs of an offer (RFC 8866, RFC 8829). Pure.
struct Offer {
  std::string ufrag;
  std::string password;
  std::string fingerprint;  // SHA-256
  std::string setup;
  std::string first_mid;
};

/// Who answers.
struct Answerer {
  std::string ufrag;
  std::string password;
  std::string fingerprint;
};

struct Answer {
  Offer offer;
  std::string sdp;
  int payload_type = -1;  // of the video; -1: none
};

/// Takes all audio, and video in H.264 with its retransmissions; refuses the rest. Absent: this is no offer that one
/// can answer.
[[nodiscard]] std::optional<Answer> answer(std::string_view offer, const Answerer& answerer);

}  // namespace rtcmc::bench
