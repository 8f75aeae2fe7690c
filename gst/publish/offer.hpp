// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "protocol/messages.hpp"

namespace rtcmc {

/// The description with the candidates in their sections, and none to come (RFC 8839, RFC 8840). Pure.
[[nodiscard]] std::string with_candidates(const std::string& sdp,
                                          const std::vector<protocol::IceCandidate>& candidates);

}  // namespace rtcmc
