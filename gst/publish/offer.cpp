// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/offer.hpp"

#include <cstddef>
#include <string_view>

namespace rtcmc {

namespace {

constexpr std::string_view kMediaLine = "\r\nm=";

std::string candidate_lines(unsigned section, const std::vector<protocol::IceCandidate>& candidates) {
  std::string lines;
  for (const protocol::IceCandidate& candidate : candidates) {
    if (candidate.sdp_m_line_index == section) {
      lines += "a=" + candidate.candidate + "\r\n";
    }
  }
  return lines.empty() ? lines : lines + "a=end-of-candidates\r\n";
}

}  // namespace

std::string with_candidates(const std::string& sdp, const std::vector<protocol::IceCandidate>& candidates) {
  std::string result;
  std::size_t begin = 0;
  // What stands before the first m= line is none's.
  for (unsigned next = 0; begin < sdp.size(); ++next) {
    const auto found = sdp.find(kMediaLine, begin);
    const auto end = found == std::string::npos ? sdp.size() : found + 2;
    result += sdp.substr(begin, end - begin);
    if (next > 0) {
      result += candidate_lines(next - 1, candidates);
    }
    begin = end;
  }
  return result;
}

}  // namespace rtcmc
