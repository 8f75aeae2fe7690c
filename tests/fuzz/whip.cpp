// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fuzz.hpp"
#include "whip/answer.hpp"
#include "whip/links.hpp"

/// Answers of WHIP endpoints: two bytes of status, then lines of content type, location, retry-after and links, then a
/// body.
namespace rtcmc::whip {

namespace {

using fuzz::require;

constexpr const char* kUrl = "http://media.example:7880/whip/garden";
constexpr std::size_t kMaxText = 2000;

std::string take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void check_target(const std::string& url) {
  require(!url_fault(url), "what is followed is an endpoint's URL");
  require(url.starts_with("https:") || is_same_origin(kUrl, url), "no other server is asked without TLS");
}

void check(const Accepted& accepted) {
  check_target(accepted.session_url);
  require(accepted.ice_servers.stun.size() + accepted.ice_servers.turn.size() <= kMaxLinks, "links are bounded");
  for (const auto& list : {accepted.ice_servers.stun, accepted.ice_servers.turn}) {
    for (const std::string& uri : list) {
      require(!room::IceServers().add(uri), "a server that was taken is one that is taken");
    }
  }
}

void check(const Redirected& redirected) {
  check_target(redirected.url);
}

void check(const Refused& refused) {
  require(refused.text.size() < kMaxText && refused.text.find('\n') == std::string::npos,
          "a warning is a bounded line");
  require(!refused.retry_after || *refused.retry_after <= kMaxRetryAfter, "nobody waits for ever");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  std::string_view rest = fuzz::text_of(data, size).substr(2);
  Answer answer;
  answer.status = static_cast<unsigned>(data[0]) * 256 + data[1];
  answer.reason = take_line(rest);
  answer.content_type = take_line(rest);
  answer.location = take_line(rest);
  answer.retry_after = take_line(rest);
  answer.links = take_line(rest);
  answer.body = rest;
  std::visit([](const auto& verdict) { check(verdict); }, judge(kUrl, answer));
  (void)is_token(answer.body);
  return 0;
}

}  // namespace rtcmc::whip
