// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/codec.hpp"

#include <glib.h>

#include <algorithm>

namespace rtcmc::rtp {

std::optional<Codec> codec_from_name(std::string_view name) {
  const auto* found = std::ranges::find_if(kCodecs, [name](const CodecInfo& info) {
    return std::ranges::equal(name, info.encoding_name,
                              [](char a, char b) { return g_ascii_tolower(a) == g_ascii_tolower(b); });
  });
  if (found == kCodecs.end()) {
    return std::nullopt;
  }
  return found->codec;
}

}  // namespace rtcmc::rtp
