// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/queries.hpp"

#include <gtest/gtest.h>

#include <string>

#include "glib/json.hpp"

namespace rtcmc::protocol {
namespace {

glib::Ref<JsonArray> array(const std::string& text) {
  const auto node = glib::parse_json(text);
  EXPECT_TRUE(node) << text;
  return node ? glib::array_of(node->get()) : nullptr;
}

TEST(Presence, OfAnAbsentRoom) {
  const auto presence =
      parse_presence(array(R"([false,"r",{"_room":{"isFull":false,"isPasswordProtected":false}}])").get());
  EXPECT_FALSE(presence.exists);
  EXPECT_FALSE(presence.is_full);
  EXPECT_FALSE(presence.is_password_protected);
}

TEST(Presence, APasswordIsSaidByItsLength) {
  const auto presence =
      parse_presence(array(R"([true,"r",{"name":"Ann","_room":{"isFull":true,"isPasswordProtected":6}}])").get());
  EXPECT_TRUE(presence.exists);
  EXPECT_TRUE(presence.is_full);
  EXPECT_TRUE(presence.is_password_protected);
  EXPECT_EQ(glib::to_text(glib::json_object(presence.extra).get()), R"({"name":"Ann"})");
}

TEST(Presence, WhatIsNoAnswerIsAnAbsentRoom) {
  for (const char* text : {"[]", "[1]", R"(["yes",7,8])", R"([{},[],[]])"}) {
    const auto presence = parse_presence(array(text).get());
    EXPECT_FALSE(presence.exists) << text;
    EXPECT_FALSE(presence.is_full || presence.is_password_protected) << text;
  }
}

TEST(PublicRooms, AsTheServerLists) {
  const auto rooms = parse_public_rooms(
      array(R"([[{"maxParticipantsAllowed":5,"owner":"ann","participants":["ann","bob",7],"extra":{"name":"Ann"},)"
            R"("session":{"audio":"two-way","video":true,"oneway":true},"sessionid":"garden","isRoomFull":true,)"
            R"("isPasswordProtected":true}]])")
          .get());
  ASSERT_EQ(rooms.size(), 1U);
  const PublicRoom& room = rooms.front();
  EXPECT_EQ(room.room_id, "garden");
  EXPECT_EQ(room.owner, "ann");
  EXPECT_EQ(room.participants, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(room.session, (Session{.audio = true, .video = true, .oneway = true, .two_way_audio = true}));
  EXPECT_EQ(room.max_participants, 5U);
  EXPECT_TRUE(room.is_full && room.is_password_protected);
  EXPECT_TRUE(room.extra);
}

TEST(PublicRooms, WhatIsNoRoomIsLeftOut) {
  const auto rooms = parse_public_rooms(
      array(R"([[7,null,{},{"sessionid":""},{"sessionid":"r","maxParticipantsAllowed":-1,"extra":[],"session":9}]])")
          .get());
  ASSERT_EQ(rooms.size(), 1U);
  EXPECT_EQ(rooms.front().max_participants, 0U);
  EXPECT_EQ(rooms.front().session, Session());
  EXPECT_TRUE(parse_public_rooms(array(R"([null,"publicRoomIdentifier is required"])").get()).empty());
}

TEST(PublicRooms, HaveABound) {
  std::string list = R"([[{"sessionid":"r"})";
  for (int i = 0; i < 2000; ++i) {
    list += R"(,{"sessionid":"r"})";
  }
  EXPECT_EQ(parse_public_rooms(array(list + "]]").get()).size(), 1000U);
}

}  // namespace
}  // namespace rtcmc::protocol
