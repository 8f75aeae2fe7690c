// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/room_service.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "glib/json_grammar.hpp"

namespace rtcmc::server {
namespace {

using Packets = std::vector<std::string>;

constexpr const char* kMessage = "RTCMultiConnection-Message";

class RoomServiceTest : public ::testing::Test, public ClientOutput {
 protected:
  void add(ClientId client, const std::string& id, Query query = {}) {
    query.emplace_back("userid", id);
    EXPECT_FALSE(service().add(client, query));
  }

  /// What it was told since the last time.
  Packets told(ClientId client) { return std::exchange(sent_[client], {}); }

  /// The answer to an event, and nothing else.
  std::string ask(ClientId client, const std::string& name, const std::string& arguments) {
    static_cast<void>(told(client));
    emit(client, name, arguments, 7);
    const Packets packets = told(client);
    return packets.size() == 1 && packets[0].starts_with("437") ? packets[0].substr(3) : "no single answer";
  }

  void emit(ClientId client, const std::string& name, const std::string& arguments,
            std::optional<std::uint64_t> ack_id = {}) {
    const std::string text = "[" + arguments + "]";
    const auto parsed = glib::JsonText::parse(text);
    ASSERT_TRUE(parsed) << text;
    service().handle(client, {name, parsed->elements(), ack_id});
  }

  std::string open(ClientId client, const std::string& room, const std::string& more = "") {
    return ask(client, "open-room",
               R"({"sessionid":")" + room + R"(","session":{"audio":true},"extra":{})" + more + "}");
  }
  std::string join(ClientId client, const std::string& room, const std::string& more = "") {
    return ask(client, "join-room", R"({"sessionid":")" + room + R"(","extra":{})" + more + "}");
  }

  RoomService& service() {
    if (!service_) {
      service_ = std::make_unique<RoomService>(options_, *this);
    }
    return *service_;
  }

  Options options_;
  std::vector<ClientId> disconnected_;
  bool may_cause_ = true;
  std::vector<std::size_t> charged_;  // in bytes, since the test cleared it
  std::set<const void*> shared_;      // the packets' second parts
  std::vector<ClientId> may_answer_;

 private:
  void send(ClientId to, OutgoingText packet) override {
    sent_[to].push_back(packet.joined());
    shared_.insert(packet.parts()[1].data());
  }
  bool charge(ClientId, std::size_t bytes) override {
    charged_.push_back(bytes);
    return may_cause_;
  }
  void allow_answer(ClientId client, std::size_t) override { may_answer_.push_back(client); }
  void disconnect(ClientId client, std::string_view) override { disconnected_.push_back(client); }

  std::map<ClientId, Packets> sent_;
  std::unique_ptr<RoomService> service_;
};

TEST_F(RoomServiceTest, CarriesMessagesWithTheSendersExtra) {
  options_.relay_across_rooms = true;
  add(1, "alice", {{"extra", R"({"n":1})"}});
  add(2, "bob");
  emit(1, kMessage, R"({"remoteUserId":"bob","message":{"a":[1]},"sender":"alice","extra":{"n":2},"other":null})");
  EXPECT_EQ(told(1), Packets{R"(42["user-connected","bob"])"});
  EXPECT_EQ(
      told(2),
      (Packets{
          R"(42["user-connected","alice"])",
          R"(42["RTCMultiConnection-Message",{"remoteUserId":"bob","message":{"a":[1]},"other":null,"sender":"alice","extra":{"n":1}}])"}));
}

TEST_F(RoomServiceTest, MessagesComeUnderTheNameThatTheirReceiverHasForThem) {
  add(1, "alice", {{"msgEvent", "one-demo"}});
  add(2, "bob", {{"msgEvent", "other-demo"}});
  add(3, "carol");
  open(1, "r");
  join(2, "r");
  join(3, "r");
  told(1);
  told(2);
  emit(3, kMessage, R"({"remoteUserId":"r","message":{"newParticipationRequest":true},"sender":"carol"})");
  EXPECT_TRUE(told(1).back().starts_with(R"(42["one-demo",{"remoteUserId":"alice")"));
  EXPECT_TRUE(told(2).back().starts_with(R"(42["other-demo",{"remoteUserId":"bob")"));
  emit(2, "other-demo", R"({"remoteUserId":"carol","message":{},"sender":"bob"})");
  EXPECT_TRUE(told(3).back().starts_with(R"(42["RTCMultiConnection-Message",{"remoteUserId":"carol")"));
}

TEST_F(RoomServiceTest, NobodySpeaksForSomebodyElse) {
  add(1, "alice");
  add(2, "bob");
  add(3, "eve");
  emit(3, kMessage, R"({"remoteUserId":"bob","message":{},"sender":"alice"})");
  emit(3, kMessage, R"({"remoteUserId":"bob","message":{},"sender":"eve","sender":"alice"})");
  emit(3, kMessage, R"({"remoteUserId":"bob","message":{}})");
  EXPECT_TRUE(told(2).empty());
  EXPECT_EQ(told(3).size(), 3U);
}

TEST_F(RoomServiceTest, ATakenUserIdGetsAnotherOneThatWorks) {
  add(1, "alice");
  add(2, "alice");
  const Packets packets = told(2);
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_TRUE(packets[0].starts_with(R"(42["userid-already-taken","alice",")")) << packets[0];
  EXPECT_EQ(open(2, "r"), "[true]");
  service().remove(2);
  EXPECT_EQ(ask(1, "get-remote-user-extra-data", R"("alice")"), "[{}]");
}

TEST_F(RoomServiceTest, RoomsHaveOwnersPasswordsAndLimits) {
  add(1, "alice", {{"maxParticipantsAllowed", "2"}});
  add(2, "bob");
  add(3, "carol");
  EXPECT_EQ(join(2, "r"), R"([false,"Room not available"])");
  EXPECT_EQ(open(1, "r", R"(,"password":"pw","identifier":"pub")"), "[true]");
  EXPECT_EQ(open(2, "r"), R"([false,"Room not available"])");
  EXPECT_EQ(join(2, "r"), R"([false,"Invalid password"])");
  EXPECT_EQ(join(2, "r", R"(,"password":"pw")"), "[true]");
  EXPECT_EQ(join(3, "r", R"(,"password":"pw")"), R"([false,"Room full"])");
  EXPECT_EQ(ask(3, "check-presence", R"("r")"), R"([true,"r",{"_room":{"isFull":true,"isPasswordProtected":true}}])");
  EXPECT_EQ(ask(3, "is-valid-password", R"("pw","r")"), R"([true,"r",false])");
  EXPECT_EQ(ask(2, "set-password", R"("")"), R"([false,"r","Room permission denied"])");
  EXPECT_EQ(ask(3, "set-password", R"("")"), R"([null,null,"Did not join any room yet"])");
  EXPECT_EQ(ask(1, "set-password", R"("")"), R"([true,"r",null])");
  EXPECT_EQ(ask(3, "get-public-rooms", R"("pub")"),
            R"([[{"maxParticipantsAllowed":2,"owner":"alice","participants":["alice","bob"],"extra":{},)"
            R"("session":{"audio":true},"sessionid":"r","isRoomFull":true,"isPasswordProtected":false}]])");
}

TEST_F(RoomServiceTest, ThePublicListCostsWhatItTakes) {
  add(1, "alice");
  open(1, "r", R"(,"identifier":"pub")");
  charged_.clear();
  const std::string list = ask(1, "get-public-rooms", R"("pub")");
  ASSERT_EQ(charged_.size(), 2U) << "for the rooms and for the answer";
  EXPECT_GT(charged_[0], 0U);
  EXPECT_GT(charged_[1] + 10, list.size());
  may_cause_ = false;
  EXPECT_EQ(ask(1, "get-public-rooms", R"("pub")"), R"([null,"you have asked for too much of late; wait a little"])");
}

TEST_F(RoomServiceTest, ThePublicListTellsNobodyOutsideWhoIsInARoomWithAPassword) {
  add(1, "alice");
  add(2, "bob");
  add(3, "carol");
  open(1, "r", R"(,"password":"pw","identifier":"pub")");
  join(2, "r", R"(,"password":"pw")");
  const std::string hidden = R"("owner":"hidden-1","participants":["hidden-1","hidden-2"])";
  const std::string shown = R"("owner":"alice","participants":["alice","bob"])";
  EXPECT_NE(ask(3, "get-public-rooms", R"("pub")").find(hidden), std::string::npos);
  EXPECT_NE(ask(2, "get-public-rooms", R"("pub")").find(shown), std::string::npos) << "a member may know";
  ask(1, "set-password", R"("")");
  EXPECT_NE(ask(3, "get-public-rooms", R"("pub")").find(shown), std::string::npos) << "no password any more";
  ask(1, "set-password", R"(" ")");
  EXPECT_NE(ask(3, "get-public-rooms", R"("pub")").find(hidden), std::string::npos)
      << "a blank keeps strangers out too";
}

TEST_F(RoomServiceTest, ARequestToARoomReachesItsMembers) {
  add(1, "alice");
  add(2, "bob");
  add(3, "carol");
  open(1, "r");
  join(2, "r");
  const std::string request = R"({"remoteUserId":"r","message":{"newParticipationRequest":true},"sender":"carol"})";
  emit(3, kMessage, request);
  EXPECT_TRUE(told(1).empty() && told(2).empty()) << "carol has not joined";
  join(3, "r");
  emit(3, kMessage, request);
  EXPECT_EQ(
      told(1),
      Packets{
          R"(42["RTCMultiConnection-Message",{"remoteUserId":"alice","message":{"newParticipationRequest":true},"sender":"carol"}])"});
  EXPECT_EQ(told(2).size(), 1U);
  EXPECT_TRUE(told(3).empty());
}

TEST_F(RoomServiceTest, ARequestIsThereOnceForAllAndBounded) {
  add(1, "alice");
  add(2, "bob");
  add(3, "carol");
  add(4, "dave");
  open(1, "r");
  for (const ClientId client : {2, 3, 4}) {
    join(client, "r");
  }
  const auto ask_of_size = [&](std::size_t size) {
    shared_.clear();
    charged_.clear();
    emit(4, kMessage,
         R"({"remoteUserId":"r","message":{"newParticipationRequest":")" + std::string(size, 'x') +
             R"("},"sender":"dave"})");
  };
  ask_of_size(50'000);
  EXPECT_EQ(shared_.size(), 1U) << "copies of the text";
  ASSERT_EQ(charged_.size(), 1U);
  EXPECT_GE(charged_[0], 3 * 50'000U);
  for (const ClientId client : {1, 2, 3}) {
    EXPECT_EQ(told(client).size(), 1U);
  }
  ask_of_size(70'000);
  EXPECT_TRUE(charged_.empty());
  EXPECT_TRUE(told(1).empty() && told(2).empty() && told(3).empty());
  EXPECT_EQ(told(4).size(), 1U) << "who asked is told why not";
}

TEST_F(RoomServiceTest, WhoMayCauseNoMoreIsToldAndNobodyElseIs) {
  add(1, "alice");
  add(2, "bob");
  open(1, "r");
  join(2, "r");
  for (const ClientId client : {1, 2}) {
    emit(client, "set-custom-socket-event-listener", R"("mine")");
  }
  may_cause_ = false;
  const std::pair<const char*, const char*> events[] = {
      {kMessage, R"({"remoteUserId":"r","message":{"newParticipationRequest":true},"sender":"bob"})"},
      {kMessage, R"({"remoteUserId":"alice","message":{},"sender":"bob"})"},
      {"mine", "1"},
      {"extra-data-updated", R"({"new":1})"}};
  for (const auto& [name, arguments] : events) {
    static_cast<void>(told(2));
    emit(2, name, arguments);
    EXPECT_TRUE(told(1).empty()) << name;
    const Packets complaints = told(2);
    ASSERT_EQ(complaints.size(), 1U) << name;
    EXPECT_TRUE(complaints[0].starts_with(R"(42["logs",)")) << complaints[0];
  }
  EXPECT_EQ(ask(1, "get-remote-user-extra-data", R"("bob")"), "[{}]");
}

TEST_F(RoomServiceTest, AnOwnerWhoLeavesHandsTheRoomOver) {
  add(1, "alice");
  add(2, "bob");
  open(1, "r");
  join(2, "r");
  service().remove(1);
  EXPECT_EQ(told(2), Packets{R"(42["set-isInitiator-true","r"])"});
  service().remove(2);
  EXPECT_TRUE(service().directory().rooms().empty());
}

TEST_F(RoomServiceTest, AOneWayRoomEndsWithItsOwner) {
  add(1, "alice");
  add(2, "bob");
  EXPECT_EQ(ask(1, "open-room", R"({"sessionid":"r","session":{"video":true,"oneway":true}})"), "[true]");
  join(2, "r");
  service().remove(1);
  EXPECT_EQ(told(2), Packets{R"(42["closed-entire-session","r",{}])"});
  EXPECT_TRUE(service().directory().rooms().empty());
  EXPECT_EQ(open(2, "r"), "[true]");
}

TEST_F(RoomServiceTest, ARoomThatEndsWithItsOwnerTellsThoseInsideHoweverItLeaves) {
  for (const std::string_view way : {"goes", "opens another room", "joins another room"}) {
    SCOPED_TRACE(way);
    add(1, "alice", {{"autoCloseEntireSession", "true"}});
    add(2, "bob");
    add(3, "carol");
    open(3, "s");
    open(1, "r");
    join(2, "r");
    if (way == "goes") {
      service().remove(1);
    } else {
      EXPECT_EQ(way == "opens another room" ? open(1, "t") : join(1, "s"), "[true]");
      EXPECT_TRUE(told(1).empty()) << "who ends it knows";
    }
    EXPECT_EQ(told(2), Packets{R"(42["closed-entire-session","r",{}])"});
    EXPECT_TRUE(told(3).empty());
    for (const ClientId client : {1, 2, 3}) {
      service().remove(client);
    }
  }
}

TEST_F(RoomServiceTest, TheOwnerMayCloseTheSession) {
  add(1, "alice");
  add(2, "bob");
  open(1, "r");
  join(2, "r");
  EXPECT_EQ(ask(2, "close-entire-session", ""), R"([false,"Room permission denied"])");
  EXPECT_EQ(ask(1, "close-entire-session", ""), "[true]");
  EXPECT_EQ(told(2), Packets{R"(42["closed-entire-session","r",{}])"});
}

TEST_F(RoomServiceTest, ANewUserIdMustBeFreeAndKeepsRoomAndConnections) {
  options_.relay_across_rooms = true;
  add(1, "alice");
  add(2, "bob");
  open(1, "r");
  emit(1, kMessage, R"({"remoteUserId":"bob","message":{},"sender":"alice"})");
  EXPECT_EQ(ask(1, "changed-uuid", R"("bob")"), R"(["User ID is taken"])");
  EXPECT_EQ(ask(1, "changed-uuid", R"("anna")"), "[]");
  EXPECT_EQ(ask(1, "set-password", R"("x")"), R"([true,"r",null])");
  static_cast<void>(told(2));
  service().remove(1);
  EXPECT_EQ(told(2), Packets{R"(42["user-disconnected","anna"])"});
}

TEST_F(RoomServiceTest, StrangeIdsAreRefusedOrKeptApart) {
  options_.relay_across_rooms = true;
  Query query{{"userid", std::string("a\nb")}};
  EXPECT_TRUE(service().add(9, query));
  add(1, "__proto__");
  add(2, "a\"b\\");
  EXPECT_EQ(open(1, "__proto__"), "[true]");
  EXPECT_EQ(ask(2, "check-presence", R"("constructor")").substr(0, 7), "[false,");
  emit(1, kMessage, R"({"remoteUserId":"a\"b\\","message":1,"sender":"__proto__"})");
  EXPECT_EQ(told(2).size(), 2U);
  for (const std::string& id : {std::string(""), std::string("\\u0007"), std::string(300, 'x')}) {
    EXPECT_EQ(open(2, id), R"([false,"Invalid room id"])");
  }
  EXPECT_EQ(ask(2, "open-room", "null"), R"([false,"Invalid room id"])");
  EXPECT_EQ(ask(2, "open-room", R"({"sessionid":5})"), "[true]");
  EXPECT_EQ(ask(1, "check-presence", "5").substr(0, 8), "[true,5,");
}

TEST_F(RoomServiceTest, BoundsRoomsAndExtras) {
  options_.limits.rooms = 1;
  options_.limits.max_extra = 20;
  add(1, "alice");
  add(2, "bob");
  EXPECT_EQ(open(1, "r"), "[true]");
  EXPECT_EQ(open(2, "s"), R"([false,"Too many rooms"])");
  emit(1, "extra-data-updated", R"({"long":"0123456789012345"})");
  EXPECT_EQ(ask(2, "get-remote-user-extra-data", R"("alice")"), "[{}]");
}

TEST_F(RoomServiceTest, CustomEventsGoToThoseWhoUseThemAndNeverLookLikeTheServers) {
  add(1, "alice");
  add(2, "bob");
  add(3, "carol");
  open(1, "r");
  join(2, "r");
  join(3, "r");
  for (const ClientId client : {1, 2}) {
    emit(client, "set-custom-socket-event-listener", R"("mine")");
  }
  emit(1, "mine", R"({"x":1})");
  EXPECT_EQ(told(2), Packets{R"(42["mine",{"x":1}])"});
  EXPECT_TRUE(told(3).empty());
  emit(2, "set-custom-socket-event-listener", R"("user-disconnected")");
  emit(1, "set-custom-socket-event-listener", R"("user-disconnected")");
  static_cast<void>(told(2));
  emit(1, "user-disconnected", R"("carol")");
  EXPECT_TRUE(told(2).empty());
}

TEST_F(RoomServiceTest, ViewersOfAScalableBroadcastRelayToOneAnother) {
  const Query scalable{{"enableScalableBroadcast", "true"}, {"maxRelayLimitPerUser", "1"}};
  for (const auto& [client, id] : std::map<ClientId, std::string>{{1, "a"}, {2, "b"}, {3, "c"}}) {
    add(client, id, scalable);
    emit(client, "join-broadcast", R"({"userid":")" + id + R"(","broadcastId":"a"})");
    emit(client, "can-relay-broadcast", "");
  }
  EXPECT_EQ(told(1)[0],
            R"(42["number-of-broadcast-viewers-updated",{"numberOfBroadcastViewers":0,"broadcastId":"a"}])");
  EXPECT_EQ(told(2)[0],
            R"(42["join-broadcaster",{"typeOfStreams":{"audio":true,"video":true},"userid":"a","broadcastId":"a"}])");
  EXPECT_EQ(told(3)[0],
            R"(42["join-broadcaster",{"typeOfStreams":{"audio":true,"video":true},"userid":"b","broadcastId":"a"}])");
  service().remove(2);
  EXPECT_EQ(told(3), Packets{R"(42["rejoin-broadcast","a"])"});
  service().remove(1);
  EXPECT_EQ(told(3), Packets{R"(42["broadcast-stopped","a"])"});
}

TEST_F(RoomServiceTest, WhoBeginsAScalableBroadcastGoesByItsId) {
  const Query scalable{{"enableScalableBroadcast", "true"}};
  add(1, "page", scalable);
  add(2, "viewer", scalable);
  emit(1, "join-broadcast", R"({"userid":"news","broadcastId":"news"})");
  EXPECT_NE(service().directory().user("news"), nullptr);
  EXPECT_EQ(ask(1, "open-room", R"({"sessionid":"news","session":{"oneway":true},"extra":{"broadcastId":"news"}})"),
            "[true]");
  emit(2, "join-broadcast", R"({"userid":"news","broadcastId":"news"})");
  EXPECT_NE(service().directory().user("viewer"), nullptr) << "the name is taken";
  emit(2, "join-broadcast", R"({"userid":"viewer","broadcastId":"news"})");
  static_cast<void>(told(1));
  const std::string request = R"({"remoteUserId":"news","sender":"viewer","message":{"newParticipationRequest":true}})";
  emit(2, "RTCMultiConnection-Message", request);
  EXPECT_NE(told(1).back().find(R"("extra":)"), std::string::npos) << "it has not come in, past the password";
  EXPECT_EQ(ask(2, "join-room", R"({"sessionid":"news","extra":{"broadcastId":"news"}})"), "[true]");
  static_cast<void>(told(1));
  emit(2, "RTCMultiConnection-Message", request);
  EXPECT_EQ(told(1).back().find(R"("extra":)"), std::string::npos) << "it comes through the room";
}

TEST_F(RoomServiceTest, WhoTakesCallsMayBeAskedByEverybodyAndNothingElse) {
  add(1, "callee", {{"acceptCalls", "true"}});
  add(2, "stranger");
  emit(2, "RTCMultiConnection-Message",
       R"({"remoteUserId":"callee","sender":"stranger","message":{"enableMedia":true}})");
  EXPECT_TRUE(told(1).empty());
  emit(1, "RTCMultiConnection-Message",
       R"({"remoteUserId":"stranger","sender":"callee","message":{"enableMedia":true}})");
  static_cast<void>(told(1));
  for (const char* message : {R"({"newParticipationRequest":true})", R"({"enableMedia":true})"}) {
    emit(2, "RTCMultiConnection-Message",
         std::string(R"({"remoteUserId":"callee","sender":"stranger","message":)") + message + "}");
    EXPECT_NE(told(1).back().find(R"("sender":"stranger","extra":{})"), std::string::npos) << message;
  }
  emit(1, "RTCMultiConnection-Message", R"({"remoteUserId":"stranger","sender":"callee","message":{"sdp":"x"}})");
  EXPECT_NE(told(2).back().find(R"("sdp":"x")"), std::string::npos) << "an answer";
}

/// With a search for each step along each chain, the last part would take hours.
TEST_F(RoomServiceTest, AScalableBroadcastOfThousandsGoesOn) {
  constexpr ClientId kMembers = 2000;
  constexpr unsigned kRejoins = 1000;
  const auto join_broadcast = [&](ClientId client) {
    emit(client, "join-broadcast", R"({"userid":")" + std::to_string(client) + R"(","broadcastId":"1"})");
  };
  const auto relay_of = [&](ClientId client) {
    for (const std::string& packet : told(client)) {
      const auto at = packet.find(R"("userid":")");
      if (packet.starts_with(R"(42["join-broadcaster",)") && at != std::string::npos) {
        return packet.substr(at + 10, packet.find('"', at + 10) - at - 10);
      }
    }
    return std::string();
  };
  // The initiator serves 2 to 4, of whom only 4 hands on; from there on everybody has it from the one before.
  for (ClientId client = 1; client <= kMembers; ++client) {
    add(client, std::to_string(client),
        {{"enableScalableBroadcast", "true"}, {"maxRelayLimitPerUser", client <= 4 ? "2" : "1"}});
    join_broadcast(client);
    if (client >= 4) {
      emit(client, "can-relay-broadcast", "");
      ASSERT_EQ(relay_of(client), std::to_string(client == 4 ? 1 : client - 1));
    }
  }
  // Everybody who has room for 4 has its streams from 4: that is to be found out of each.
  for (unsigned i = 0; i < kRejoins; ++i) {
    join_broadcast(4);
    ASSERT_EQ(relay_of(4), "1");
  }
  service().remove(1);
  EXPECT_EQ(told(kMembers).back(), R"(42["broadcast-stopped","1"])");
}

TEST_F(RoomServiceTest, ScalableBroadcastsTakeSoManyAndNoMore) {
  options_.limits.broadcast_members = 2;
  for (const ClientId client : {1, 2, 3}) {
    const std::string id = std::to_string(client);
    add(client, id, {{"enableScalableBroadcast", "true"}});
    emit(client, "join-broadcast", R"({"userid":")" + id + R"(","broadcastId":"1"})");
  }
  const Packets told_third = told(3);
  ASSERT_EQ(told_third.size(), 1U);
  EXPECT_NE(told_third[0].find("no more than 2 members"), std::string::npos) << told_third[0];
  service().remove(2);
  emit(3, "join-broadcast", R"({"userid":"3","broadcastId":"1"})");
  EXPECT_TRUE(told(3)[0].starts_with(R"(42["join-broadcaster",)"));
}

TEST_F(RoomServiceTest, WhoIsInAnotherBroadcastInitiatesNone) {
  for (const ClientId client : {1, 2}) {
    add(client, std::to_string(client), {{"enableScalableBroadcast", "true"}});
  }
  emit(1, "join-broadcast", R"({"userid":"1","broadcastId":"other"})");
  emit(2, "join-broadcast", R"({"userid":"2","broadcastId":"1"})");
  EXPECT_TRUE(told(2)[0].starts_with(R"(42["start-broadcasting",)"));
  EXPECT_EQ(ask(2, "get-number-of-users-in-specific-broadcast", R"("1")"), "[0]");
}

TEST_F(RoomServiceTest, WhatIsKeptIsNotTooDeepForTheAnswersItStandsIn) {
  const std::string deep = std::string(glib::kMaxJsonDepth - 4, '[') + std::string(glib::kMaxJsonDepth - 4, ']');
  const std::string too_deep = "[" + deep + "]";
  add(1, "alice", {{"extra", too_deep}});
  EXPECT_EQ(ask(1, "get-remote-user-extra-data", R"("alice")"), "[{}]");
  emit(1, "extra-data-updated", too_deep);
  EXPECT_EQ(ask(1, "get-remote-user-extra-data", R"("alice")"), "[{}]");
  EXPECT_EQ(ask(1, "open-room", R"({"sessionid":"r","session":)" + too_deep + "}"), R"([false,"Too large"])");
  EXPECT_EQ(ask(1, "open-room", R"({"sessionid":"r","identifier":"p","session":)" + deep + R"(,"extra":)" + deep + "}"),
            "[true]");
  EXPECT_TRUE(glib::is_json(ask(1, "get-public-rooms", R"("p")")));
}

TEST_F(RoomServiceTest, AdministratorsNeedTheirPassword) {
  options_.admin = AdminLogin{"root", "secret"};
  add(1, "admin", {{"adminUserName", "root"}, {"adminPassword", "secrex"}});
  EXPECT_EQ(disconnected_, std::vector<ClientId>{1});
  add(2, "admin", {{"adminUserName", "root"}, {"adminPassword", "secret"}});
  EXPECT_EQ(told(2), Packets{R"(42["admin",{"connected":true}])"});
  add(3, "alice");
  open(3, "r", R"(,"password":"pw")");
  EXPECT_EQ(ask(2, "admin", R"({"userinfo":true,"userid":"alice"})"),
            R"([{"sessionid":"r","session":{"audio":true},"extra":{}}])");
  emit(2, "admin", R"({"all":true})");
  const Packets state = told(2);
  ASSERT_EQ(state.size(), 1U);
  EXPECT_EQ(state[0].find("pw"), std::string::npos);
  EXPECT_EQ(ask(2, "admin", R"({"deleteRoom":true,"roomid":"r"})"), "[true]");
  EXPECT_EQ(disconnected_.back(), 3U);
}

}  // namespace
}  // namespace rtcmc::server
