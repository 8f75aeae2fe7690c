// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "room/ice_servers.hpp"

/// What an answer of a WHIP endpoint means. Pure.
namespace rtcmc::whip {

/// More of an answer is not read.
inline constexpr std::size_t kMaxAnswer = std::size_t{256} * 1024;
/// How often in a row an endpoint may send us elsewhere.
inline constexpr unsigned kMaxRedirects = 5;
/// How long an endpoint may have us wait before we come again.
inline constexpr std::chrono::seconds kMaxRetryAfter{300};

/// An HTTP answer, as far as it counts.
struct Answer {
  unsigned status = 0;
  std::string reason;
  std::string content_type;
  std::string location;
  std::string retry_after;
  std::string links;  // all headers Link, joined by commas
  std::string body;
};

/// The endpoint takes what we offer.
struct Accepted {
  std::string session_url;  // to be deleted in the end
  std::string sdp;
  room::IceServers ice_servers;
};
struct Redirected {
  std::string url;
};
/// `text`: a sentence for a person, that says what to do.
struct Refused {
  enum class Kind { Unreachable, NotAuthorized, NotFound, Busy, Nonsense };
  Kind kind;
  std::string text;
  std::optional<std::chrono::seconds> retry_after = {};
};
using Verdict = std::variant<Accepted, Redirected, Refused>;

/// `url`: of whom the offer was posted to.
[[nodiscard]] Verdict judge(const std::string& url, const Answer& answer);

/// What is wrong with it as the URL of an endpoint; absent: nothing.
[[nodiscard]] std::optional<std::string> url_fault(const std::string& url);
/// Whether a Bearer token (RFC 6750, 2.1) can be like this.
[[nodiscard]] bool is_token(std::string_view text);
/// Scheme, host and port are the same (RFC 6454).
[[nodiscard]] bool is_same_origin(const std::string& one, const std::string& other);
/// Where `location` leads, seen from `url`. Absent: nowhere that we go, which is to the same origin, or by HTTPS.
[[nodiscard]] std::optional<std::string> resolve(const std::string& url, const std::string& location);
/// Without a query, which may have a secret.
[[nodiscard]] std::string shown_url(const std::string& url);

}  // namespace rtcmc::whip
