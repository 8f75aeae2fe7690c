// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http_reader.hpp"

#include <gtest/gtest.h>

namespace rtcmc::server {
namespace {

constexpr std::size_t kMaxBody = 100;

/// The HTTP status of the refusal; absent if there is none.
std::optional<unsigned> refusal(std::string_view bytes) {
  HttpReader reader(kMaxBody);
  reader.feed(bytes);
  EXPECT_FALSE(reader.next()) << bytes;
  return reader.error();
}

TEST(HttpReader, ReadsRequestsByteByByteAndOneAfterTheOther) {
  HttpReader reader(kMaxBody);
  const std::string first =
      "POST /a%20b?c=%20&d HTTP/1.1\r\nHost: x\r\nX-Two: 1\r\nx-two:2 \r\nContent-Length: 3\r\n\r\nabc";
  for (const char byte : first.substr(0, first.size() - 1)) {
    reader.feed({&byte, 1});
    ASSERT_FALSE(reader.next());
  }
  reader.feed("cGET / HTTP/1.0\r\n\r\nrest");
  const auto request = reader.next();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->path, "/a b");
  EXPECT_EQ(request->query, "c=%20&d");
  EXPECT_EQ(request->header("x-two"), "1, 2");
  EXPECT_EQ(request->body, "abc");
  EXPECT_TRUE(request->keep_alive);
  EXPECT_FALSE(reader.next()->keep_alive);
  EXPECT_EQ(reader.take_rest(), "rest");
}

TEST(HttpReader, RefusesWhatCouldBeReadInTwoWays) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(refusal(start + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400U);
  EXPECT_EQ(refusal(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411U);
  EXPECT_EQ(refusal(start + "Content-Length: +3\r\n\r\nabc"), 400U);
  EXPECT_EQ(refusal(start + "Content-Length: 0x3\r\n\r\nabc"), 400U);
  EXPECT_EQ(refusal(start + "Content-Length:\r\n\r\nabc"), 400U);
  EXPECT_EQ(refusal(start + "Content-Length: \t\r\n\r\n"), 400U);
  EXPECT_EQ(refusal(start + "Content-Length : 3\r\n\r\nabc"), 400U);
  EXPECT_EQ(refusal(start + "A: b\r\n continued\r\n\r\n"), 400U);
  EXPECT_EQ(refusal(start + "A: b\rC: d\r\n\r\n"), 400U);
  EXPECT_EQ(refusal(start + "A: b\nC: d\r\n\r\n"), 400U);
  EXPECT_EQ(refusal(start + "Host: y\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n"), 400U);
}

TEST(HttpReader, KeepsTheConnectionAsItsWordsSay) {
  struct Case {
    const char* version;
    const char* lines;
    bool keep_alive;
  };
  for (const auto& [version, lines, keep_alive] : {
           Case{"1.1", "", true},
           Case{"1.1", "Connection: close\r\n", false},
           Case{"1.1", "Connection: Close\r\n", false},
           Case{"1.1", "Connection: Upgrade,close\r\n", false},
           Case{"1.1", "Connection: upgrade\r\nConnection:\tclose \r\n", false},
           Case{"1.1", "Connection: keep-alive, close\r\n", false},
           Case{"1.1", "Connection: not-closed\r\n", true},
           Case{"1.1", "Connection: closed\r\n", true},
           Case{"1.1", "Connection: close;x\r\n", true},
           Case{"1.1", "Connection: ,, \r\n", true},
           Case{"1.0", "", false},
           Case{"1.0", "Connection: Keep-Alive\r\n", true},
           Case{"1.0", "Connection: x, keep-alive\r\n", true},
           Case{"1.0", "Connection: keep-alive-not\r\n", false},
       }) {
    HttpReader reader(kMaxBody);
    reader.feed(std::string("GET / HTTP/") + version + "\r\nHost: x\r\n" + lines + "\r\n");
    const auto request = reader.next();
    ASSERT_TRUE(request) << lines;
    EXPECT_EQ(request->keep_alive, keep_alive) << version << ' ' << lines;
  }
}

TEST(HttpReader, BoundsHeadAndBody) {
  EXPECT_EQ(refusal("GET /" + std::string(HttpReader::kMaxHead, 'a')), 431U);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n"), 413U);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n"), 413U);
}

}  // namespace
}  // namespace rtcmc::server
