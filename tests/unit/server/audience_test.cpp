// SPDX-License-Identifier: LGPL-2.1-or-later
// Who hears of each event that a client can send, and who learns something by it.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "server/room_service.hpp"

namespace rtcmc::server {
namespace {

/// A room with a password: its owner, a member, and a witness; and a stranger, who owns a room elsewhere.
class House final : private ClientOutput {
 public:
  explicit House(bool across_rooms) {
    options_.relay_across_rooms = across_rooms;
    ClientId client = 0;
    for (const char* id : {"owner", "member", "witness", "stranger"}) {
      Query query{{"userid", id}, {"extra", id == std::string("witness") ? R"({"is":"secret"})" : "{}"}};
      EXPECT_FALSE(service_.add(clients_[id] = ++client, query));
      emit(id, "set-custom-socket-event-listener", R"("mine")");
    }
    emit("stranger", "open-room", R"({"sessionid":"elsewhere"})");
    emit("owner", "open-room", R"({"sessionid":"room","identifier":"public","password":"pw"})");
    emit("member", "join-room", R"({"sessionid":"room","password":"pw"})");
    emit("witness", "join-room", R"({"sessionid":"room","password":"pw"})");
    told_.clear();
  }

  void emit(const std::string& from, const std::string& name, const std::string& arguments) {
    const std::string text = "[" + arguments + "]";
    const auto parsed = glib::JsonText::parse(text);
    ASSERT_TRUE(parsed) << text;
    service_.handle(clients_.at(from), {name, parsed->elements(), 7});
  }

  [[nodiscard]] std::string told(const std::string& id) { return told_[clients_.at(id)]; }
  [[nodiscard]] bool connected(const std::string& id) const {
    return !service_.directory().user_of(clients_.at(id))->connected_with.empty();
  }

 private:
  void send(ClientId to, OutgoingText packet) override { (told_[to] += packet.joined()) += '\n'; }
  bool charge(ClientId, std::size_t) override { return true; }
  void allow_answer(ClientId, std::size_t) override {}
  void disconnect(ClientId, std::string_view) override {}

  Options options_;
  RoomService service_{options_, *this};
  std::map<std::string, ClientId> clients_;
  std::map<ClientId, std::string> told_;
};

/// Of the roles: who may.
struct Roles {
  bool stranger, member, owner;
};
constexpr Roles kAll{true, true, true};
constexpr Roles kInside{false, true, true};
constexpr Roles kOwner{false, false, true};
constexpr Roles kNobody{false, false, false};

struct Event {
  const char* name;
  const char* arguments;  // ME: the sender's userid
  Roles heard;            // whether the witness is told something
  Roles learns;           // whether the answer tells of the witness
  Roles heard_across;     // the first with relay_across_rooms
};

constexpr const char* kMessageEvent = "RTCMultiConnection-Message";

const Event kEvents[] = {
    {kMessageEvent, R"({"remoteUserId":"witness","message":{"hello":1},"sender":"ME"})", kInside, kInside, kAll},
    {kMessageEvent, R"({"remoteUserId":"witness","message":{"newParticipationRequest":true},"sender":"ME"})", kInside,
     kInside, kAll},
    {kMessageEvent, R"({"remoteUserId":"room","message":{"newParticipationRequest":true},"sender":"ME"})", kInside,
     kNobody, kInside},
    {kMessageEvent, R"({"remoteUserId":"witness","message":{"userLeft":true},"sender":"ME"})", kNobody, kNobody,
     kNobody},
    {kMessageEvent, R"({"remoteUserId":"witness","message":{},"sender":"owner"})", kOwner, kOwner, kOwner},
    {kMessageEvent, R"({"remoteUserId":"system","message":{"detectPresence":true,"userid":"witness"},"sender":"ME"})",
     kNobody, kAll, kNobody},
    {"mine", R"({"x":1})", kInside, kNobody, kAll},
    {"user-disconnected", R"("member")", kNobody, kNobody, kNobody},
    {"extra-data-updated", R"({"x":1})", kInside, kNobody, kInside},
    {"get-remote-user-extra-data", R"("witness")", kNobody, kInside, kNobody},
    {"set-custom-socket-event-listener", R"("other")", kNobody, kNobody, kNobody},
    {"changed-uuid", R"("somebody")", kNobody, kNobody, kNobody},
    {"changed-uuid", R"("witness")", kNobody, kNobody, kNobody},
    {"set-password", R"("new")", kNobody, kNobody, kNobody},
    {"is-valid-password", R"("pw","room")", kNobody, kNobody, kNobody},
    {"disconnect-with", R"("witness")", kNobody, kNobody, kNobody},
    {"check-presence", R"("room")", kNobody, kNobody, kNobody},
    {"get-public-rooms", R"("public")", kNobody, kInside, kNobody},
    {"open-room", R"({"sessionid":"room"})", kNobody, kNobody, kNobody},
    {"join-room", R"({"sessionid":"room"})", kNobody, kNobody, kNobody},
    {"close-entire-session", "", kOwner, kNobody, kOwner},
    {"scalable-broadcast-message", "1", kNobody, kNobody, kNobody},
    {"join-broadcast", R"({"userid":"ME","broadcastId":"witness"})", kNobody, kNobody, kNobody},
    {"admin", R"({"all":true})", kNobody, kNobody, kNobody},
};

std::string arguments_of(const Event& event, const std::string& sender) {
  std::string text = event.arguments;
  if (const auto at = text.find("ME"); at != std::string::npos) {
    text.replace(at, 2, sender);
  }
  return text;
}

/// What the sender is told of the witness: its userid or its extra. A complaint only repeats what the sender said.
bool tells_of_witness(const std::string& told) {
  std::string without_complaint = told;
  if (const auto at = told.find(R"(42["logs")"); at != std::string::npos) {
    without_complaint.erase(at, told.find('\n', at) - at);
  }
  return without_complaint.find("witness") != std::string::npos ||
         without_complaint.find("secret") != std::string::npos;
}

TEST(Audience, OfEachEvent) {
  const std::pair<const char*, bool Roles::*> roles[] = {
      {"stranger", &Roles::stranger}, {"member", &Roles::member}, {"owner", &Roles::owner}};
  for (const Event& event : kEvents) {
    for (const auto& [sender, role] : roles) {
      const std::string arguments = arguments_of(event, sender);
      const std::string what = std::string(sender) + ": " + event.name + " " + arguments;
      House house(false);
      house.emit(sender, event.name, arguments);
      EXPECT_EQ(!house.told("witness").empty(), event.heard.*role) << what << "\n" << house.told("witness");
      EXPECT_EQ(tells_of_witness(house.told(sender)), event.learns.*role) << what << "\n" << house.told(sender);
      EXPECT_TRUE(event.heard.*role || !house.connected("witness")) << what;
      House open_house(true);
      open_house.emit(sender, event.name, arguments);
      EXPECT_EQ(!open_house.told("witness").empty(), event.heard_across.*role) << "across rooms: " << what;
    }
  }
}

TEST(Audience, StaysTogetherAfterTheRoomHasEnded) {
  House house(false);
  house.emit("member", kMessageEvent, R"({"remoteUserId":"witness","message":{"hello":1},"sender":"member"})");
  house.emit("owner", "close-entire-session", "");
  ASSERT_NE(house.told("witness").find("closed-entire-session"), std::string::npos);
  for (const char* message : {R"({"renegotiate":1})", R"({"userLeft":true})"}) {
    house.emit("member", kMessageEvent,
               std::string(R"({"remoteUserId":"witness","message":)") + message + R"(,"sender":"member"})");
    EXPECT_NE(house.told("witness").find(message), std::string::npos) << message;
  }
  house.emit("owner", kMessageEvent, R"({"remoteUserId":"witness","message":{"late":1},"sender":"owner"})");
  EXPECT_EQ(house.told("witness").find("late"), std::string::npos) << "they were never connected";
  EXPECT_NE(house.told("owner").find("was dropped"), std::string::npos);
}

}  // namespace
}  // namespace rtcmc::server
