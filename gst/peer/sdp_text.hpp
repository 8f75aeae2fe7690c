// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>
#include <utility>

/// How what stands in a session description is taken apart.
namespace rtcmc::sdp {

/// Null is empty.
[[nodiscard]] inline std::string_view view(const char* text) {
  return text ? std::string_view(text) : std::string_view();
}

/// "96 VP8/90000" → {"96", "VP8/90000"}; without a separator the second one is empty.
[[nodiscard]] inline std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  return at == std::string_view::npos ? std::pair(text, std::string_view())
                                      : std::pair(text.substr(0, at), text.substr(at + 1));
}

}  // namespace rtcmc::sdp
