// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/http_reader.hpp"

/// Whether a client must be sent again what it has (RFC 9110, section 13). Pure.
namespace rtcmc::server {

/// What tells one version of a content from the others.
struct Validators {
  std::string etag{};                      // as it stands in the header; empty: none
  std::optional<std::int64_t> modified{};  // seconds since 1970
};

/// Whether the client of a GET or HEAD has this version: the answer is 304.
[[nodiscard]] bool client_has(const HttpRequest& request, const Validators& validators);

/// An HTTP date.
[[nodiscard]] std::string http_date(std::int64_t seconds);

}  // namespace rtcmc::server
