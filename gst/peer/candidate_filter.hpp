// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/messages.hpp"

namespace rtcmc {

/// Which of a participant's ICE candidates webrtcbin, which keeps all that it is given, is to learn of: each once,
/// wherever it is named, and not too many. Pure.
class CandidateFilter {
 public:
  enum class Verdict { New, Known, TooMany };

  /// Different ones: a browser on many networks has some tens.
  static constexpr std::size_t kMaxCandidates = 256;

  /// From a description. `text` follows "candidate:".
  [[nodiscard]] Verdict judge(const std::string& mid, std::string_view text);
  /// From a message.
  [[nodiscard]] Verdict judge(const protocol::IceCandidate& candidate);

 private:
  std::set<std::pair<std::string, std::string>> known_;  // the section's mid, or index without one; and the text
};

}  // namespace rtcmc
