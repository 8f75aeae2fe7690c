// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http_reader.hpp"

namespace rtcmc::server {

/// Whether it is an origin as browsers write it in the Origin header (RFC 6454): nothing else would ever be equal to
/// it.
[[nodiscard]] bool is_origin(const std::string& text);

/// Which web pages may talk to a server. Pure.
class AccessPolicy {
 public:
  struct Rules {
    std::vector<std::string> origins;  // that are let in
    /// Those are let in besides the server's own pages, and no others; else an empty list lets all in.
    bool own_pages_only = false;
    bool has_tls = false;
    bool on_loopback = true;  // it listens nowhere else
    std::string host_name{};  // of the machine
  };

  explicit AccessPolicy(Rules rules);

  /// Whether the name that the request was sent to can be this server's. A page of a stranger whose name is made to
  /// point to this server (DNS rebinding) is of the same origin to the browser: just the name tells.
  [[nodiscard]] bool allows_host(const HttpRequest& request) const;
  /// Whether the page that sends the request is let in. A request that no page sends is.
  [[nodiscard]] bool allows_page(const HttpRequest& request) const;

 private:
  [[nodiscard]] bool is_ours(const std::string& host) const;

  Rules rules_;
};

}  // namespace rtcmc::server
