// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/body.hpp"
#include "server/validators.hpp"

namespace rtcmc::server {

/// What the server serves besides signaling.
class Content {
 public:
  struct Item {
    std::shared_ptr<const Body> body;
    std::string mime_type;
    Validators validators{};
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
