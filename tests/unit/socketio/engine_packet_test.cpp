// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/engine_packet.hpp"

#include <gtest/gtest.h>

namespace rtcmc::socketio {
namespace {

using namespace std::chrono_literals;

TEST(EnginePacket, IsADigitAndThePayload) {
  const auto packet = decode_engine_packet("42[\"a\"]");
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, EnginePacket::Type::Message);
  EXPECT_EQ(packet->payload, "2[\"a\"]");
}

TEST(EnginePacket, EveryTypeComesBackAsItWas) {
  for (const EnginePacket::Type type :
       {EnginePacket::Type::Open, EnginePacket::Type::Close, EnginePacket::Type::Ping, EnginePacket::Type::Pong,
        EnginePacket::Type::Message, EnginePacket::Type::Upgrade, EnginePacket::Type::Noop}) {
    const std::string text = encode_engine_packet(type, "probe");
    const auto packet = decode_engine_packet(text);
    ASSERT_TRUE(packet) << text;
    EXPECT_EQ(packet->type, type);
    EXPECT_EQ(packet->payload, "probe");
  }
}

TEST(EnginePacket, OtherTextsAreNone) {
  for (const auto* text : {"", "7", "9", "b4AQID", "zzz", " 4", "\x04"}) {
    EXPECT_FALSE(decode_engine_packet(text)) << text;
  }
}

TEST(Handshake, OfAVersion4Server) {
  const auto handshake =
      parse_handshake(R"({"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
                      R"("maxPayload":1000000})");
  ASSERT_TRUE(handshake);
  EXPECT_EQ(handshake->sid, "abc");
  EXPECT_TRUE(handshake->can_upgrade_to_websocket);
  EXPECT_EQ(handshake->ping_interval, 25s);
  EXPECT_EQ(handshake->ping_timeout, 20s);
  EXPECT_EQ(handshake->max_payload, 1000000U);
}

TEST(Handshake, OfAVersion3Server) {
  const auto handshake = parse_handshake(R"({"sid":"abc","upgrades":[],"pingInterval":1200,"pingTimeout":900})");
  ASSERT_TRUE(handshake);
  EXPECT_FALSE(handshake->can_upgrade_to_websocket);
  EXPECT_FALSE(handshake->max_payload);
}

TEST(Handshake, ExtremeTimesAreKeptWithinBounds) {
  const auto handshake = parse_handshake(R"({"sid":"abc","pingInterval":1e300,"pingTimeout":1,"maxPayload":1e300})");
  ASSERT_TRUE(handshake);
  EXPECT_EQ(handshake->ping_interval, 24h);
  EXPECT_EQ(handshake->ping_timeout, 1ms);
  EXPECT_EQ(handshake->max_payload, 1000000000U);
}

TEST(Handshake, WithoutSidOrTimesIsNone) {
  for (const auto* json :
       {"", "null", "[]", "{}", "{", R"({"sid":1,"pingInterval":1,"pingTimeout":1})",
        R"({"sid":"a","pingInterval":"1","pingTimeout":1})", R"({"sid":"a","pingInterval":0,"pingTimeout":1})",
        R"({"sid":"a","pingInterval":-5,"pingTimeout":1})", R"({"sid":"a","pingInterval":1})",
        "{\"sid\":\"\xff\",\"pingInterval\":1,\"pingTimeout\":1}"}) {
    EXPECT_FALSE(parse_handshake(json)) << json;
  }
  EXPECT_FALSE(parse_handshake({}));
}

TEST(Handshake, MembersOfWrongTypesThatItCanDoWithoutAreIgnored) {
  const auto handshake =
      parse_handshake(R"({"sid":"a","pingInterval":1,"pingTimeout":1,"upgrades":"websocket","maxPayload":[]})");
  ASSERT_TRUE(handshake);
  EXPECT_FALSE(handshake->can_upgrade_to_websocket);
  EXPECT_FALSE(handshake->max_payload);
}

}  // namespace
}  // namespace rtcmc::socketio
