// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/ice_servers.hpp"

#include <gtest/gtest.h>

namespace rtcmc::room {
namespace {

/// All servers with a space between them, or what is wrong.
std::string written(const IceServers& servers, const std::optional<std::string>& fault) {
  if (fault) {
    return *fault;
  }
  std::string text;
  for (const auto& list : {servers.stun, servers.turn}) {
    for (const std::string& uri : list) {
      text += (text.empty() ? "" : " ") + uri;
    }
  }
  return text;
}

std::string added(const std::string& uri) {
  IceServers servers;
  const auto fault = servers.add(uri);
  return written(servers, fault);
}

std::string added_list(std::string_view json) {
  IceServers servers;
  const auto fault = servers.add_list(json);
  return written(servers, fault);
}

bool is_refused(const std::string& uri) {
  return added(uri).starts_with("The ICE server \"");
}

bool is_no_list(std::string_view json) {
  return added_list(json).starts_with("ice-servers is not like");
}

TEST(IceServers, TakesUrisAsWebrtcbinDoes) {
  EXPECT_EQ(added("stun://stun.example.org:3479"), "stun://stun.example.org:3479");
  EXPECT_EQ(added("turn://user:pass%40word@192.0.2.1:3478"), "turn://user:pass%40word@192.0.2.1:3478");
  EXPECT_EQ(added("turns://u:p@turn.example.org:443?transport=tcp"), "turns://u:p@turn.example.org:443?transport=tcp");
  EXPECT_EQ(added("stun://[2001:db8::1]:3478"), "stun://[2001:db8::1]:3478");
}

TEST(IceServers, TakesUrisAsBrowsersDo) {
  EXPECT_EQ(added("stun:stun.example.org"), "stun://stun.example.org:3478");
  EXPECT_EQ(added("turn:u:p@turn.example.org"), "turn://u:p@turn.example.org:3478");
  EXPECT_EQ(added("turns:u:p@turn.example.org"), "turns://u:p@turn.example.org:5349");
}

TEST(IceServers, SaysWhatIsWrong) {
  for (const char* uri :
       {"", "stun", "stun:", "stun://", "http://example.org/", "stuns:example.org", "turn:example.org",
        "stun:u:p@example.org", "stun:example.org/path", "stun:example.org:0", "stun:exam ple.org",
        "stun:example.org:99999", "stun:example.org?transport=tcp", "turn:u:p@example.org?a=b"}) {
    EXPECT_TRUE(is_refused(uri)) << uri << ": " << added(uri);
  }
}

TEST(IceServers, TellsNobodyThePassword) {
  EXPECT_TRUE(added("turn:user:secret@a.example/").starts_with("The ICE server \"turn:…@a.example/\" names no host"));
}

TEST(IceServers, TakesAPagesList) {
  EXPECT_EQ(added_list("[]"), "");
  EXPECT_EQ(added_list(R"([{"urls":"stun:a.example"},
                           {"urls":["turn:b.example?transport=tcp","turns:b.example"],
                            "username":"u:1","credential":"p@2"}])"),
            "stun://a.example:3478 turn://u%3A1:p%402@b.example:3478?transport=tcp turns://u%3A1:p%402@b.example:5349");
}

TEST(IceServers, TakesNothingElseForAList) {
  for (const char* json :
       {"", "{}", "nonsense", R"(["stun:a.example"])", R"([{"urls":[]}])", R"([{"urls":7}])", "[{}]"}) {
    EXPECT_TRUE(is_no_list(json)) << json << ": " << added_list(json);
  }
  EXPECT_TRUE(added_list(R"([{"urls":["stun:a.example",null]}])").starts_with("The ICE server \"\""));
  EXPECT_TRUE(added_list(R"([{"urls":"turn:a.example","username":"u"}])").starts_with("The ICE server \"turn:a.ex"));
}

}  // namespace
}  // namespace rtcmc::room
