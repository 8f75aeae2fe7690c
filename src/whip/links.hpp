// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "room/ice_servers.hpp"

/// WHIP (RFC 9725): how a publisher gets its media to a server over HTTP.
namespace rtcmc::whip {

/// What a server may have us remember of one answer.
inline constexpr std::size_t kMaxLinks = 32;

/// A link of the header Link (RFC 8288), with the parameters that an ICE server has.
struct Link {
  std::string target;
  std::string relations;  // rel: one or several, with spaces between
  std::string username;
  std::string credential;
};

/// Those of one header, or of several joined by commas. What is no link is left out. Pure.
[[nodiscard]] std::vector<Link> parse_links(std::string_view header);

/// Those with the relation "ice-server" (RFC 9725, 4.6) that webrtcbin can use.
[[nodiscard]] room::IceServers ice_servers_in(const std::vector<Link>& links);

}  // namespace rtcmc::whip
