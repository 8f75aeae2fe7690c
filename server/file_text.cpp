// SPDX-License-Identifier: LGPL-2.1-or-later
#include "file_text.hpp"

#include <gio/gio.h>

#include "glib/ref.hpp"

namespace rtcmc::program {

std::variant<FileText, std::string> read_file(const std::string& what, const std::string& path) {
  glib::Error error;
  gchar* contents = nullptr;
  gsize size = 0;
  if (g_file_get_contents(path.c_str(), &contents, &size, error.out())) {
    const glib::String owner(contents);
    return FileText{std::string(contents, size)};
  }
  std::string advice;
  if (error.matches(G_FILE_ERROR, G_FILE_ERROR_ACCES)) {
    advice = " The user that the server runs as must be able to read it, as by its group.";
  } else if (error.matches(G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    advice = " Write the whole path.";
  }
  return what + " cannot be read: " + error.message() + "." + advice;
}

std::variant<FileText, std::string> read_secret(const std::string& what, const std::string& path,
                                                std::size_t least_length) {
  auto result = read_file(what, path);
  if (auto* file = std::get_if<FileText>(&result)) {
    constexpr const char* kBlanks = " \t\r\n";
    std::string& text = file->text;
    text.erase(text.find_last_not_of(kBlanks) + 1);
    text.erase(0, text.find_first_not_of(kBlanks));
    if (text.size() < least_length || text.find_first_of(kBlanks) != std::string::npos) {
      return what + " in " + path + " must be one word of at least " + std::to_string(least_length) +
             " characters. A good one is made by: openssl rand -hex 32";
    }
  }
  return result;
}

}  // namespace rtcmc::program
