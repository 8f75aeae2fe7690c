// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/room_uri.hpp"

#include <gtest/gtest.h>

namespace rtcmc::room {
namespace {

/// "socket-url room-id", or what is wrong.
std::string parsed(const std::string& uri) {
  const auto result = RoomUri::parse(uri);
  if (const auto* fault = std::get_if<std::string>(&result)) {
    return *fault;
  }
  const auto& room = std::get<RoomUri>(result);
  return room.socket_url + " " + room.room_id;
}

/// What is wrong, without the example.
std::string fault(const std::string& uri) {
  const std::string text = parsed(uri);
  return text.substr(0, text.find(". Write it like rtcmc://"));
}

TEST(RoomUri, NamesServerAndRoom) {
  EXPECT_EQ(parsed("rtcmc://example.org:9002/garden"), "http://example.org:9002/ garden");
  EXPECT_EQ(parsed("rtcmcs://example.org:443/garden"), "https://example.org:443/ garden");
  EXPECT_EQ(parsed("RTCMC://127.0.0.1/garden"), "http://127.0.0.1:9001/ garden");
  EXPECT_EQ(parsed("rtcmcs://example.org/garden"), "https://example.org:9001/ garden");
  EXPECT_EQ(parsed("rtcmc://[::1]:9001/garden"), "http://[::1]:9001/ garden");
}

TEST(RoomUri, TheRoomIsPercentDecodedOnce) {
  EXPECT_EQ(parsed("rtcmc://a.example/my%20room"), "http://a.example:9001/ my room");
  EXPECT_EQ(parsed("rtcmc://a.example/a%2Fb%3Fc%23d"), "http://a.example:9001/ a/b?c#d");
  EXPECT_EQ(parsed("rtcmc://a.example/100%2525"), "http://a.example:9001/ 100%25");
  EXPECT_EQ(parsed("rtcmc://a.example/caf%C3%A9"), "http://a.example:9001/ caf\u00e9");
  EXPECT_EQ(parsed("rtcmc://a.example/a+b:c@d;e=f"), "http://a.example:9001/ a+b:c@d;e=f");
}

TEST(RoomUri, AServerMayBeBelowAPath) {
  EXPECT_EQ(parsed("rtcmcs://a.example:443/rtc/garden"), "https://a.example:443/rtc/ garden");
  EXPECT_EQ(parsed("rtcmc://a.example/one/t%20wo/a%2Fb"), "http://a.example:9001/one/t%20wo/ a/b");
  EXPECT_EQ(RoomUri::write("https://a.example/rtc", "garden"), "rtcmcs://a.example:443/rtc/garden");
  EXPECT_EQ(RoomUri::write("https://a.example/rtc/", "a/b"), "rtcmcs://a.example:443/rtc/a%2Fb");
}

TEST(RoomUri, NamesRoomsOfAnyName) {
  for (const char* name :
       {"a/b", "/", "...", "a b", "v1.2", "rtcmc.js", "socket.io", "socket.io/x", "?#&=%", "\u043a\u043e\u0442"}) {
    EXPECT_EQ(parsed(*RoomUri::write("http://a.example:9001/", name)), std::string("http://a.example:9001/ ") + name);
  }
}

TEST(RoomUri, HasOptions) {
  const auto result = RoomUri::parse(
      "rtcmc://a.example/garden?password=a%26b+c%3D&user-id=tv&latency=100&stun-server=stun://s.example:3478");
  const auto& room = std::get<RoomUri>(result);
  EXPECT_EQ(room.password, "a&b+c=");
  EXPECT_EQ(room.user_id, "tv");
  EXPECT_EQ(room.latency, 100U);
  EXPECT_EQ(room.stun_server, "stun://s.example:3478");
  EXPECT_FALSE(std::get<RoomUri>(RoomUri::parse("rtcmc://a.example/garden?")).password);
}

TEST(RoomUri, SaysWhatIsWrong) {
  EXPECT_EQ(fault("rtcmc://a.example"), "The URI names no room");
  EXPECT_EQ(fault("rtcmc://a.example/?password=x"), "The URI names no room");
  EXPECT_EQ(fault("rtcmc:garden"), "The URI names no host");
  EXPECT_EQ(fault("rtcmc:///garden"), "The URI names no host");
  EXPECT_EQ(fault("rtcmc://a.example:0/garden"), "There is no port 0");
  EXPECT_EQ(fault("rtcmc://a.example/garden/"),
            "The URI ends with a slash, before the room's name; one in the name is %2F");
  EXPECT_EQ(fault("rtcmc://a.example//garden"),
            "There are two slashes, one after the other; one in the room's name is %2F");
  EXPECT_EQ(fault("rtcmc://user:secret@a.example/garden"),
            "There is a user or a password before the host; the password of a room goes to the end, as "
            "?password=secret");
  EXPECT_EQ(fault("rtcmc://a.example/garden#bed"),
            "There is a part after \"#\", which means nothing; a # in the room's name is %23");
  EXPECT_EQ(fault("http://a.example/garden"), "The URI of a room does not begin with http:");
  EXPECT_NE(fault("rtcmc://a.example:99999/garden").find("This is no URI ("), std::string::npos);
  EXPECT_NE(fault("no URI").find("This is no URI ("), std::string::npos);
  EXPECT_EQ(fault("rtcmc://a.example/100%"), "This is no URI (Invalid %-encoding in URI)");
  for (const char* room : {"%FF", "a%00b"}) {
    EXPECT_EQ(fault(std::string("rtcmc://a.example/") + room), "The room's name is not text in UTF-8, percent-encoded");
  }
}

TEST(RoomUri, SaysWhichOptionIsWrong) {
  const std::string room = "rtcmc://a.example/garden?";
  EXPECT_EQ(fault(room + "passwort=x"),
            "The option \"passwort\" is none of password, user-id, stun-server and latency, which are the options "
            "there are");
  EXPECT_EQ(fault(room + "password=a&password=b"), "The option \"password\" is there twice");
  EXPECT_EQ(fault(room + "password="), "The option \"password\" has no value");
  EXPECT_EQ(fault(room + "latency=1&latency=1"), "The option \"latency\" is there twice");
  for (const char* latency : {"soon", "-1", "1.5", "99999999999", "4294967295", ""}) {
    EXPECT_EQ(fault(room + "latency=" + latency), "The option \"latency\" is no number of milliseconds");
  }
  EXPECT_NE(fault(room + "password").find("The options after \"?\" are not like"), std::string::npos);
  EXPECT_NE(fault(room + "password=%FF").find("The options after \"?\" are not like"), std::string::npos);
}

TEST(RoomUri, IsWrittenSoThatItReadsTheSame) {
  EXPECT_EQ(RoomUri::write("http://a.example:9001/", "garden"), "rtcmc://a.example:9001/garden");
  EXPECT_EQ(RoomUri::write("https://a.example", "garden"), "rtcmcs://a.example:443/garden");
  EXPECT_EQ(RoomUri::write("ws://a.example/", "garden"), "rtcmc://a.example:80/garden");
  EXPECT_EQ(RoomUri::write("wss://[::1]:9001", "my/room \u00e9%"), "rtcmcs://[::1]:9001/my%2Froom%20%C3%A9%25");
  EXPECT_EQ(parsed(*RoomUri::write("https://[::1]:9001", "my/room \u00e9%")), "https://[::1]:9001/ my/room \u00e9%");
}

TEST(RoomUri, IsNotWrittenOfWhatItCannotSay) {
  EXPECT_FALSE(RoomUri::write("http://a.example//", "garden"));
  EXPECT_FALSE(RoomUri::write("http://a.example/?key=1", "garden"));
  EXPECT_FALSE(RoomUri::write("http://user@a.example/", "garden"));
  EXPECT_FALSE(RoomUri::write("ftp://a.example/", "garden"));
  EXPECT_FALSE(RoomUri::write("", "garden"));
  EXPECT_FALSE(RoomUri::write("http://a.example/", ""));
  EXPECT_FALSE(RoomUri::write("http://a.example/", ".."));
}

}  // namespace
}  // namespace rtcmc::room
