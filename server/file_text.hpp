// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <variant>

namespace rtcmc::program {

struct FileText {
  std::string text;
};

/// A whole file; or a sentence about why it cannot be read. `what`: what it should be, with a capital letter.
[[nodiscard]] std::variant<FileText, std::string> read_file(const std::string& what, const std::string& path);

/// A secret that stands alone in a file, without the blanks around it; or a sentence.
[[nodiscard]] std::variant<FileText, std::string> read_secret(const std::string& what, const std::string& path,
                                                              std::size_t least_length);

}  // namespace rtcmc::program
