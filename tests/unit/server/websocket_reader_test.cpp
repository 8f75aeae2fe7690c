// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/websocket_reader.hpp"

#include <gtest/gtest.h>

namespace rtcmc::server {
namespace {

constexpr std::size_t kMaxMessage = 100'000;

/// A masked frame.
std::string frame(unsigned first, std::string_view payload) {
  std::string bytes(WebSocketHead(WebSocketOpcode::Text, payload.size()).bytes());
  bytes[0] = static_cast<char>(first);
  bytes[1] = static_cast<char>(bytes[1] | 0x80);
  const std::string mask = "\x11\x22\x33\x44";
  bytes += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return bytes;
}

TEST(WebSocketReader, ReadsEverySizeWhereverItIsCut) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
    const std::string payload(size, 'p');
    const std::string bytes = frame(0x81, payload) + frame(0x81, "next");
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
      WebSocketReader reader(kMaxMessage);
      std::vector<std::string> got;
      for (const auto& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
        reader.feed(part);
        while (const auto message = reader.next()) {
          got.emplace_back(message->payload);
        }
      }
      EXPECT_EQ(got, (std::vector<std::string>{payload, "next"})) << size << " cut at " << cut;
      EXPECT_FALSE(reader.error());
    }
  }
}

TEST(WebSocketReader, UnmasksAndChecksTextOfEverySize) {
  for (std::size_t before = 0; before < 20; ++before) {
    const std::string plain = std::string("abcdefghijklmnopqrstuvwxyz").substr(0, before);
    for (const char* after : {"", "€", "\x7f and more of it"}) {
      WebSocketReader reader(kMaxMessage);
      reader.feed(frame(0x81, plain + after));
      EXPECT_EQ(reader.next()->payload, plain + after);
    }
    for (const std::string& bad : {std::string(1, '\0'), std::string("\x80"), std::string("\xE2\x82")}) {
      WebSocketReader reader(kMaxMessage);
      reader.feed(frame(0x81, plain + bad + "and more of it"));
      EXPECT_FALSE(reader.next());
      EXPECT_EQ(reader.error(), WebSocketStatus::NotUtf8);
    }
  }
}

TEST(WebSocketReader, PutsFragmentsTogetherAroundControlFrames) {
  WebSocketReader reader(kMaxMessage);
  reader.feed(frame(0x01, "a\xE2\x82") + frame(0x89, "ping") + frame(0x80, "\xAC") + frame(0x81, "b"));
  EXPECT_EQ(reader.next()->opcode, WebSocketOpcode::Ping);
  const auto whole = reader.next();
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->opcode, WebSocketOpcode::Text);
  EXPECT_EQ(whole->payload, "a€");
  EXPECT_EQ(reader.next()->payload, "b");
}

TEST(WebSocketReader, BoundsAMessageHoweverItIsFragmented) {
  WebSocketReader reader(kMaxMessage);
  const std::string half(kMaxMessage / 2 + 1, 'x');
  reader.feed(frame(0x01, half) + frame(0x00, half));
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.error(), WebSocketStatus::TooBig);
}

TEST(WebSocketReader, StopsAtWhatIsNoUtf8) {
  WebSocketReader reader(kMaxMessage);
  reader.feed(frame(0x81, "\xFF") + frame(0x81, "good"));
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.error(), WebSocketStatus::NotUtf8);
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace rtcmc::server
