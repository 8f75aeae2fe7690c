// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config_file.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::program {

namespace {

constexpr std::string_view kGroup = "server";

struct KeyFileDeleter {
  void operator()(GKeyFile* file) const { g_key_file_unref(file); }
};
using KeyFile = std::unique_ptr<GKeyFile, KeyFileDeleter>;

/// In how many letters two words differ (Levenshtein).
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

/// The setting that somebody who wrote `name` may have meant.
const Setting* resembling(std::string_view name) {
  constexpr std::size_t kTypos = 3;
  const auto settings = all_settings();
  const auto nearest =
      std::ranges::min_element(settings, {}, [&](const Setting& setting) { return distance(name, setting.name); });
  return distance(name, nearest->name) <= std::min(kTypos, name.size() / 2) ? &*nearest : nullptr;
}

std::string unknown_key(const std::string& path, const char* key) {
  const Setting* const meant = resembling(key);
  return path + ": there is no setting \"" + key + "\"" +
         (meant ? std::string(". Is \"") + meant->name + "\" meant?" : ".") +
         " All of them are listed by \"rtcmc-server --help\".";
}

std::optional<std::string> unknown_group(const std::string& path, GKeyFile* file) {
  const glib::StringList groups(g_key_file_get_groups(file, nullptr));
  for (gchar** group = groups.get(); *group; ++group) {
    if (*group != kGroup) {
      return path + ": there is no group \"[" + *group + R"(]". All settings belong below one line "[server]".)";
    }
  }
  return std::nullopt;
}

}  // namespace

std::variant<std::vector<Assignment>, std::string> read_config_file(const std::string& path) {
  const KeyFile file(g_key_file_new());
  glib::Error error;
  if (!g_key_file_load_from_file(file.get(), path.c_str(), G_KEY_FILE_NONE, error.out())) {
    return "The configuration file " + path + " cannot be read: " + error.message() + "." +
           (error.get()->domain == G_KEY_FILE_ERROR
                ? R"( It consists of a line "[server]", then lines like "port=9001".)"
                : "");
  }
  if (auto fault = unknown_group(path, file.get())) {
    return *std::move(fault);
  }
  std::vector<Assignment> assignments;
  const glib::StringList keys(g_key_file_get_keys(file.get(), kGroup.data(), nullptr, nullptr));
  for (gchar** key = keys.get(); key && *key; ++key) {
    const Setting* const setting = find_setting(*key);
    if (!setting) {
      return unknown_key(path, *key);
    }
    const std::string origin = path + ": \"" + *key + "\"";
    const glib::String value(g_key_file_get_string(file.get(), kGroup.data(), *key, error.out()));
    if (value) {
      g_strchomp(value.get());
    } else {
      return origin + " has no value that can be read: " + error.message() + ".";
    }
    assignments.push_back({setting, value.get(), origin});
  }
  return assignments;
}

}  // namespace rtcmc::program
