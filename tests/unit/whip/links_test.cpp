// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/links.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace rtcmc::whip {
namespace {

/// The servers of a header with spaces between them, those of STUN first.
std::string servers_in(std::string_view header) {
  const auto servers = ice_servers_in(parse_links(header));
  std::string text;
  for (const auto& list : {servers.stun, servers.turn}) {
    for (const std::string& uri : list) {
      text += (text.empty() ? "" : " ") + uri;
    }
  }
  return text;
}

struct Case {
  const char* header;
  const char* servers;
};

TEST(Links, HaveIceServers) {
  for (const auto& [header, servers] : std::initializer_list<Case>{
           // RFC 9725, 4.6
           {R"(<stun:stun.example.net>; rel="ice-server")", "stun://stun.example.net:3478"},
           {R"(<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="my;pass,word"; )"
            R"(credential-type="password")",
            "turn://user:my%3Bpass%2Cword@turn.example.net:3478?transport=udp"},
           {R"(<turns:turn.example.net?transport=tcp>; rel="ice-server"; username="user"; credential="p")",
            "turns://user:p@turn.example.net:5349?transport=tcp"},
           // Several headers, joined
           {R"(<stun:a.example>; rel="ice-server", <stun:b.example:1>; rel=ice-server)",
            "stun://a.example:3478 stun://b.example:1"},
           // As LiveKit writes it
           {R"(<turn:192.0.2.1:3478%3Ftransport=udp>; rel="ice-server"; username="u"; credential="c")",
            "turn://u:c@192.0.2.1:3478?transport=udp"},
           // Other spellings
           {R"(<stun:a.example>;REL="ICE-Server")", "stun://a.example:3478"},
           {R"(<stun:a.example> ; rel = "next ice-server" ; title)", "stun://a.example:3478"},
           {R"(<turn:a.example>; rel="ice-server"; username="a:b@c"; credential="\"q\\")",
            "turn://a%3Ab%40c:%22q%5C@a.example:3478"},
           // The first one counts
           {R"(<stun:a.example>; rel="ice-server"; rel="next")", "stun://a.example:3478"},
           {R"(<stun:a.example>; rel="next"; rel="ice-server")", ""},
           // Of no use
           {R"(<turn:a.example>; rel="ice-server")", ""},
           {R"(<https://a.example/>; rel="ice-server", <stun:b.example>; rel="ice-server")", "stun://b.example:3478"},
           {R"(<stun:a.example>; rel="ice-servers")", ""},
           {R"(<stun:a.example>)", ""},
           {R"(<>; rel="ice-server")", ""},
           // No links
           {"", ""},
           {",,, ,", ""},
           {"<", ""},
           {"<stun:a.example", ""},
           {R"(<stun:a.example>; rel="ice-server)", ""},
           {R"(nonsense "with, a <comma>", <stun:b.example>; rel="ice-server")", "stun://b.example:3478"},
       }) {
    EXPECT_EQ(servers_in(header), servers) << header;
  }
}

TEST(Links, AreNoMoreThanAnyoneHas) {
  std::string header;
  for (int i = 0; i < 1000; ++i) {
    header += R"(<stun:a.example>; rel="ice-server",)";
  }
  EXPECT_EQ(parse_links(header).size(), kMaxLinks);
}

}  // namespace
}  // namespace rtcmc::whip
