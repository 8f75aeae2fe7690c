// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "settings.hpp"

namespace rtcmc::program {

struct CommandLine {
  std::string config;  // path; empty: none
  bool check = false;  // only look whether all would be well
  bool version = false;
  std::vector<Assignment> assignments;
};

/// What is asked for; or a sentence about what cannot be understood. Asked for --help, prints it and exits, as
/// GOptionContext does.
[[nodiscard]] std::variant<CommandLine, std::string> parse_command_line(int argc, char** argv);

}  // namespace rtcmc::program
