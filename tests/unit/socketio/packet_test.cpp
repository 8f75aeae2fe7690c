// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/packet.hpp"

#include <gtest/gtest.h>

#include "glib/json.hpp"

namespace rtcmc::socketio {
namespace {

using Type = Packet::Type;

Packet decoded(std::string_view text) {
  auto result = decode_packet(text);
  if (const auto* problem = std::get_if<std::string>(&result)) {
    ADD_FAILURE() << text << ": " << *problem;
    return {Type::Disconnect, "", {}, {}};
  }
  return std::get<Packet>(result);
}

std::string data_of(const Packet& packet) {
  return packet.data ? glib::to_text(packet.data.get()) : "";
}

TEST(Packet, Event) {
  const auto packet = decoded(R"(2["ev",1,{"a":null}])");
  EXPECT_EQ(packet.type, Type::Event);
  EXPECT_EQ(packet.name_space, "/");
  EXPECT_FALSE(packet.ack_id);
  EXPECT_EQ(data_of(packet), R"(["ev",1,{"a":null}])");
}

TEST(Packet, EventThatWantsAnAckInANamespace) {
  const auto packet = decoded(R"(2/admin,18446744073709551615["ev"])");
  EXPECT_EQ(packet.name_space, "/admin");
  EXPECT_EQ(packet.ack_id, 18446744073709551615U);
  EXPECT_EQ(data_of(packet), R"(["ev"])");
}

TEST(Packet, Ack) {
  const auto packet = decoded("312[]");
  EXPECT_EQ(packet.type, Type::Ack);
  EXPECT_EQ(packet.ack_id, 12U);
  EXPECT_EQ(data_of(packet), "[]");
}

TEST(Packet, ConnectWithAndWithoutSid) {
  EXPECT_FALSE(decoded("0").data);
  EXPECT_EQ(data_of(decoded(R"(0{"sid":"x"})")), R"({"sid":"x"})");
  EXPECT_EQ(decoded("0/nope").name_space, "/nope");
  EXPECT_EQ(decoded("1").type, Type::Disconnect);
}

TEST(Packet, AttachmentsOfABinaryEventAreNull) {
  const auto packet = decoded(R"(52-7["ev",{"_placeholder":true,"num":0},[{"k":{"_placeholder":true,"num":1}},2]])");
  EXPECT_EQ(packet.type, Type::Event);
  EXPECT_EQ(packet.ack_id, 7U);
  EXPECT_EQ(data_of(packet), R"(["ev",null,[{"k":null},2]])");
}

TEST(Packet, AttachmentsOfABinaryAckAreNull) {
  const auto packet = decoded(R"(61-7[{"_placeholder":true,"num":0}])");
  EXPECT_EQ(packet.type, Type::Ack);
  EXPECT_EQ(data_of(packet), "[null]");
}

TEST(Packet, APlaceholderOutsideOfABinaryEventIsData) {
  EXPECT_EQ(data_of(decoded(R"(2["ev",{"_placeholder":true}])")), R"(["ev",{"_placeholder":true}])");
}

TEST(Packet, MalformedOnesAreExplained) {
  const std::string deep(100000, '[');
  const std::vector<std::string> texts{
      "",
      "7",
      "x",
      "2",
      "2{}",
      "2[]",
      "2[1]",
      "2[\"ev\"",
      "2[\"ev\"] trailing",
      "2[\"\xff\"]",
      "2\"ev\"",
      "2/ns",
      "3[]",
      "31",
      "31{}",
      "5[\"ev\"]",
      "5-[\"ev\"]",
      "51[\"ev\"]",
      "5",
      "61-[]",
      "299999999999999999999999[\"ev\"]",
      "2-1[\"ev\"]",
      "4{",
      "0{",
      "2[\"ev\"] [\"ev\"]",
      R"(2["ev","\u0000"])",
      R"(2["ev","\ud83d"])",
      R"(2["ev","\ude00\ud83d"])",
      R"(2["ev","\ud83d\ufe00"])",
      "43{\"message\":\"text\"}{\"message\":\"text\"}",
      "2[\"ev\"," + deep,
      "2" + deep,
      std::string("2[\"e\0v\"]", 8),
  };
  for (const auto& text : texts) {
    const auto result = decode_packet(text);
    ASSERT_TRUE(std::holds_alternative<std::string>(result)) << text.substr(0, 40);
    EXPECT_FALSE(std::get<std::string>(result).empty());
  }
}

TEST(Packet, EncodesEvents) {
  EXPECT_EQ(encode_event("ev", {}), R"(2["ev"])");
  EXPECT_EQ(encode_event("e\"v", {glib::json_text("é\n"), glib::json_text("")}, 3), R"(23["e\"v","é\n",""])");
}

TEST(Packet, EncodesTheOthers) {
  EXPECT_EQ(encode_connect(), "0");
  EXPECT_EQ(encode_empty_ack(7), "37[]");
}

TEST(Packet, TheServersWordsInAConnectError) {
  const auto words = [](std::string_view text) { return connect_error_text(decoded(text).data.get()); };
  EXPECT_EQ(words(R"(4{"message":"Invalid namespace"})"), "Invalid namespace");
  EXPECT_EQ(words(R"(4"Not authorized")"), "Not authorized");
  EXPECT_EQ(words(R"(4{"code":7})"), R"({"code":7})");
  EXPECT_EQ(words("4"), "no reason given");
}

}  // namespace
}  // namespace rtcmc::socketio
