// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/options.hpp"

namespace rtcmc::program {

/// What an operator may decide.
struct Settings {
  server::Options options;               // all but secrets and certificates, which are read from the files below
  std::string tls_certificate, tls_key;  // paths; empty: no TLS
  std::string web_root;                  // path; empty: the pages that are built in
  std::size_t max_file_size = std::size_t{16} * 1024 * 1024;
  std::string admin_token_file;  // path; empty: no admin API
  std::string admin_user, admin_password_file;
  bool metrics_public = false;
  GLogLevelFlags log_level = G_LOG_LEVEL_INFO;
  bool log_json = false;
};

/// A key of the configuration file, which is a flag of the same name as well.
struct Setting {
  const char* name;
  const char* value;  // what stands for its value in the help
  const char* help;
  bool is_switch;  // as a flag, it needs no value
  /// What the value must be, if it is not: the end of a sentence.
  std::optional<std::string> (*set)(Settings& settings, const std::string& value);
};

[[nodiscard]] std::span<const Setting> all_settings();
[[nodiscard]] const Setting* find_setting(std::string_view name);

/// A value, and where it is from, for people: `/etc/rtcmc-server.conf: "port"`, or `--port`.
struct Assignment {
  const Setting* setting;
  std::string value;
  std::string origin;
};

/// Later assignments win over earlier ones. A sentence if something is wrong.
[[nodiscard]] std::optional<std::string> apply(Settings& settings, const std::vector<Assignment>& assignments);

/// A sentence if settings do not go together.
[[nodiscard]] std::optional<std::string> check(const Settings& settings);

}  // namespace rtcmc::program
