// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace rtcmc::server {

/// Compares in a time that does not tell how much of `given` was right.
[[nodiscard]] inline bool is_same_secret(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned>(given[i] ^ (secret.empty() ? '\0' : secret[i % secret.size()]));
  }
  return difference == 0;
}

}  // namespace rtcmc::server
