// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "glib/json_text.hpp"

namespace rtcmc::server {

/// A line of the log that programs can read as well: `event=room-opened room="garden" user="alice"`. Values are JSON
/// strings, so that nothing from a stranger ends the line.
[[nodiscard]] inline std::string fact(std::string_view event,
                                      std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string line = "event=" + std::string(event);
  for (const auto& [name, value] : values) {
    (((line += ' ') += name) += '=') += glib::json_quoted(value);
  }
  return line;
}

}  // namespace rtcmc::server
