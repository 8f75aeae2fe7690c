// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What the fuzz targets share. Each is a libFuzzer program: it gets arbitrary bytes, and aborts on what must not be.
namespace rtcmc::fuzz {

/// Ends the process unless `holds`, so that libFuzzer keeps the input. `property`: what was to hold, in words.
inline void require(bool holds, const char* property) {
  if (!holds) {
    std::fprintf(stderr, "Does not hold: %s\n", property);
    std::abort();
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), size);
}

inline bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// Feeds `reader` all of `bytes` in pieces of `piece` bytes, and calls `drain` after each.
template <typename Reader, typename Drain>
void feed_in_pieces(Reader& reader, std::string_view bytes, std::size_t piece, Drain drain) {
  while (!bytes.empty()) {
    // A copy of its own, so that reading beyond it is seen.
    const std::string copy(bytes.substr(0, piece));
    reader.feed(copy);
    drain();
    bytes.remove_prefix(copy.size());
  }
}

}  // namespace rtcmc::fuzz
