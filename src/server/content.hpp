// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <optional>
#include <string>

#include "glib/ref.hpp"

namespace rtcmc::server {

/// What the server serves besides signaling.
class Content {
 public:
  struct Item {
    glib::Ref<GBytes> bytes;
    std::string mime_type;
    std::string security_policy{};  // Content-Security-Policy; empty: none
    /// Not empty: nothing is here, but there, relative to `path` (a redirection).
    std::string location{};
  };

  Content() = default;
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  virtual ~Content() = default;

  /// `path`: decoded, from an untrusted request; begins with a slash. Absent if there is nothing.
  [[nodiscard]] virtual std::optional<Item> find(const std::string& path) = 0;
};

}  // namespace rtcmc::server
