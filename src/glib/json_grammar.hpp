// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string_view>

namespace rtcmc::glib {

/// Deeper than anything that participants exchange, and far from exhausting a stack.
inline constexpr unsigned kMaxJsonDepth = 32;

/// Whether `text` is one JSON value (RFC 8259), and its arrays and objects are nested no deeper than `max_depth`. That
/// it is UTF-8 is for the caller to know.
[[nodiscard]] bool is_json(std::string_view text, unsigned max_depth = kMaxJsonDepth);

/// Takes what follows `\u` in a JSON string off `rest`, with the second half of a surrogate pair if there is one.
/// Absent for half a pair. For a text that is JSON.
[[nodiscard]] std::optional<char32_t> take_unicode_escape(std::string_view& rest);

}  // namespace rtcmc::glib
