// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "link.hpp"

namespace rtcmc::net {

/// Changes what `words` name and leaves the rest: "rate=500000 queue=300 delay=50 jitter=0 reorders=no loss=0.1
/// duplicates=0.05". Times are milliseconds, "queue-bytes=64000" takes the place of "queue". Empty, or a sentence about
/// the first word that means nothing; then nothing has changed.
[[nodiscard]] std::string change(LinkSettings& settings, std::string_view words);

/// As JSON.
[[nodiscard]] std::string to_json(const LinkCount& count);

}  // namespace rtcmc::net
