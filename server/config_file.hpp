// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "settings.hpp"

namespace rtcmc::program {

/// What a configuration file says (GLib's key file format, group [server]); or a sentence about what is wrong with it.
[[nodiscard]] std::variant<std::vector<Assignment>, std::string> read_config_file(const std::string& path);

}  // namespace rtcmc::program
