// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/server_url.hpp"

#include <gtest/gtest.h>

namespace rtcmc::socketio {
namespace {

std::string request(const std::string& url, Scheme scheme, const Query& query = {{"EIO", "4"}}) {
  const auto server = ServerUrl::parse(url);
  if (const auto* problem = std::get_if<std::string>(&server)) {
    return *problem;
  }
  return glib::String(g_uri_to_string(std::get<ServerUrl>(server).request(scheme, query).get())).get();
}

TEST(ServerUrl, TheSchemeIsThatOfTheRequestAndKeepsTls) {
  EXPECT_EQ(request("https://a.example:9001/", Scheme::Http), "https://a.example:9001/socket.io/?EIO=4");
  EXPECT_EQ(request("https://a.example:9001/", Scheme::WebSocket), "wss://a.example:9001/socket.io/?EIO=4");
  EXPECT_EQ(request("wss://a.example", Scheme::Http), "https://a.example/socket.io/?EIO=4");
  EXPECT_EQ(request("ws://a.example", Scheme::Http), "http://a.example/socket.io/?EIO=4");
  EXPECT_EQ(request("HTTP://a.example", Scheme::WebSocket), "ws://a.example/socket.io/?EIO=4");
  EXPECT_EQ(request("http://[::1]:9001", Scheme::Http), "http://[::1]:9001/socket.io/?EIO=4");
}

TEST(ServerUrl, APathIsAPrefix) {
  EXPECT_EQ(request("http://a.example/rtc", Scheme::Http), "http://a.example/rtc/socket.io/?EIO=4");
  EXPECT_EQ(request("http://a.example/rtc//", Scheme::Http), "http://a.example/rtc/socket.io/?EIO=4");
  EXPECT_EQ(request("http://a.example/socket.io", Scheme::Http), "http://a.example/socket.io/?EIO=4");
  EXPECT_EQ(request("http://a.example/rtc/socket.io/", Scheme::Http), "http://a.example/rtc/socket.io/?EIO=4");
  EXPECT_EQ(request("http://a.example/my%20room/", Scheme::Http), "http://a.example/my%20room/socket.io/?EIO=4");
}

TEST(ServerUrl, ValuesArePercentEncoded) {
  EXPECT_EQ(request("http://a.example", Scheme::Http, {{"extra", R"({"a":"b & é+%"})"}, {"a=b", ""}}),
            "http://a.example/socket.io/?extra=%7B%22a%22%3A%22b%20%26%20%C3%A9%2B%25%22%7D&a%3Db=");
}

TEST(ServerUrl, ItsOwnQueryIsKeptAndItsFragmentIsNot) {
  EXPECT_EQ(request("http://a.example/?token=a%26b#there", Scheme::Http),
            "http://a.example/socket.io/?EIO=4&token=a%26b");
}

TEST(ServerUrl, WhatIsShownHidesPasswordAndQuery) {
  const auto server = ServerUrl::parse("https://user:secret@a.example:1/rtc?token=secret#x");
  EXPECT_EQ(std::get<ServerUrl>(server).text(), "https://a.example:1/rtc");
}

TEST(ServerUrl, WhatIsNoServersUrlIsExplained) {
  for (const auto* url : {"", "a.example", "localhost:9001", "//a.example/", "ftp://a.example/", "file:///etc/passwd",
                          "http://", "http:///path", "http://a.example:port/", "http://a.example:99999/",
                          "http://a b.example/", "http:// a.example"}) {
    const auto server = ServerUrl::parse(url);
    ASSERT_TRUE(std::holds_alternative<std::string>(server)) << url;
    const auto& text = std::get<std::string>(server);
    EXPECT_NE(text.find(std::string("\"") + url + "\""), std::string::npos) << text;
    EXPECT_NE(text.find("https://"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace rtcmc::socketio
