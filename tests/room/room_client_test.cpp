// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/room_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "glib/json.hpp"
#include "protocol/object_builder.hpp"
#include "room_server.hpp"
#include "wait_until.hpp"

// RoomClients in rooms of rtcmulticonnection-server.

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;
using protocol::ObjectBuilder;
using room::Action;
using room::RoomClient;
using room::RoomError;
using room::RoomOptions;

constexpr const char* kCandidate = "candidate:1 1 udp 2122194687 127.0.0.1 9 typ host";

struct Received {
  std::string sender;
  glib::Ref<JsonObject> extra;
  protocol::Message message;
};

/// A client and all that it was told.
class Participant final : private RoomClient::Listener {
 public:
  explicit Participant(RoomOptions options) : client_(std::move(options), *this) { client_.enter(); }

  RoomClient& client() { return client_; }
  [[nodiscard]] const std::string& id() const { return client_.user_id(); }

  std::vector<bool> joins;  // whether each entry opened the room
  bool is_unanswered = false;
  std::optional<RoomError> error;
  unsigned losses = 0;
  unsigned new_ids = 0;
  std::deque<Received> messages;
  std::set<std::string> gone;
  std::set<std::string> extras_changed;
  bool is_owner = false;
  bool is_closed = false;

  /// Whether a message of this type has come from `sender`.
  template <typename Wanted>
  [[nodiscard]] const Received* find(const std::string& sender) const {
    const auto found = std::ranges::find_if(messages, [&sender](const Received& received) {
      return received.sender == sender && std::holds_alternative<Wanted>(received.message);
    });
    return found == messages.end() ? nullptr : &*found;
  }

 private:
  void on_joined(bool created) override { joins.push_back(created); }
  void on_unanswered() override { is_unanswered = true; }
  void on_failed(const RoomError& reason) override { error = reason; }
  void on_connection_lost(const RoomError&, std::chrono::milliseconds) override { ++losses; }
  void on_user_id_changed(const std::string&, const std::string&) override { ++new_ids; }
  void on_message(const room::MessageHead& head, protocol::Message message) override {
    const auto& [sender, extra, came_through_room] = head;
    messages.push_back({sender, extra, std::move(message)});
  }
  void on_user_disconnected(const std::string& user_id) override {
    client_.forget(user_id);  // as whoever has no connection with it
    gone.insert(user_id);
  }
  void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>&) override {
    extras_changed.insert(user_id);
  }
  void on_became_owner() override { is_owner = true; }
  void on_room_said_to_be_closed() override { is_closed = true; }

  RoomClient client_;
};

/// A socket that is told what to do, and hears nothing.
struct Mallory final : private socketio::Client::Listener {
  Mallory(const std::string& url, std::vector<std::pair<std::string, std::string>> query)
      : client({.url = url, .query = std::move(query), .tls_ca_file = {}}, *this) {
    client.connect();
    EXPECT_TRUE(wait_until([&] { return client.connected(); }));
  }

  /// Until the server has read all that was said so far.
  void flush() {
    bool is_read = false;
    client.emit_with_ack("check-presence", {glib::json_text("garden")}, 10s, [&](const auto&) { is_read = true; });
    EXPECT_TRUE(wait_until([&] { return is_read; }));
  }

  socketio::Client client;

 private:
  void on_connected() override {}
  void on_disconnected(const socketio::ConnectError&, std::optional<std::chrono::milliseconds>) override {}
  void on_event(std::string_view, JsonArray*) override {}
};

class Room : public ::testing::Test {
 protected:
  [[nodiscard]] RoomOptions options() const {
    RoomOptions options;
    options.socket_url = server_.url();
    options.room_id = "garden";
    options.session = {.audio = true, .video = true, .data = true};
    return options;
  }

  /// Of one whose page sets connection.socketMessageEvent.
  [[nodiscard]] RoomOptions options_named(const std::string& message_event) const {
    RoomOptions named = options();
    named.message_event = message_event;
    return named;
  }

  [[nodiscard]] std::unique_ptr<Participant> join(RoomOptions options) const {
    auto participant = std::make_unique<Participant>(std::move(options));
    EXPECT_TRUE(wait_until([&] { return !participant->joins.empty() || participant->error; }));
    EXPECT_FALSE(participant->error) << participant->error->text;
    return participant;
  }

  [[nodiscard]] std::unique_ptr<Participant> fail(RoomOptions options) const {
    auto participant = std::make_unique<Participant>(std::move(options));
    EXPECT_TRUE(wait_until([&] { return !participant->joins.empty() || participant->error; }));
    EXPECT_TRUE(participant->error);
    EXPECT_TRUE(participant->joins.empty());
    return participant;
  }

  /// The server knows them as connected with each other once something went from one to the other.
  static void get_in_touch(Participant& first, const Participant& second) {
    ASSERT_TRUE(wait_until([&] { return first.find<protocol::ParticipationRequest>(second.id()); }));
    first.client().send(second.id(), protocol::IceCandidate{kCandidate, "0", 0});
    ASSERT_TRUE(wait_until([&] { return second.find<protocol::IceCandidate>(first.id()); }));
  }

  RoomServer server_;
};

TEST_F(Room, TheFirstOpensItAndTheSecondAsksToTakePart) {
  const auto first = join(options());
  EXPECT_TRUE(first->joins.front());
  const auto second = join(options());
  EXPECT_FALSE(second->joins.front());
  EXPECT_TRUE(wait_until([&] { return first->find<protocol::ParticipationRequest>(second->id()); }));
}

TEST_F(Room, TwoWhoFindItAbsentAtOnceBothEndUpInIt) {
  for (int round = 0; round < 10; ++round) {
    auto with_round = options();
    with_round.room_id += std::to_string(round);
    Participant one(with_round);
    Participant other(with_round);
    ASSERT_TRUE(wait_until([&] { return !one.joins.empty() && !other.joins.empty(); }));
    EXPECT_NE(one.joins.front(), other.joins.front()) << "exactly one of them opens it";
    Participant& owner = one.joins.front() ? one : other;
    EXPECT_TRUE(
        wait_until([&] { return owner.find<protocol::ParticipationRequest>(&owner == &one ? other.id() : one.id()); }));
  }
}

TEST_F(Room, CarriesDescriptionsAndCandidates) {
  const auto first = join(options());
  const auto second = join(options());
  ASSERT_TRUE(wait_until([&] { return first->find<protocol::ParticipationRequest>(second->id()); }));
  first->client().send(second->id(), protocol::SessionDescription{.type = protocol::SdpType::Offer,
                                                                  .sdp = "v=0\r\n",
                                                                  .streams_to_share = {{"cam", {.is_video = true}}}});
  first->client().send(second->id(), protocol::IceCandidate{kCandidate, "video0", 1});
  ASSERT_TRUE(wait_until([&] { return second->find<protocol::IceCandidate>(first->id()); }));
  const auto* offer = second->find<protocol::SessionDescription>(first->id());
  ASSERT_NE(offer, nullptr);
  EXPECT_TRUE(std::get<protocol::SessionDescription>(offer->message).streams_to_share.at("cam").is_video);
}

TEST_F(Room, OpenNeedsAnAbsentRoomAndJoinAnExistingOne) {
  auto joining = options();
  joining.action = Action::Join;
  EXPECT_EQ(fail(joining)->error->kind, RoomError::Kind::RoomAbsent);
  const auto first = join(options());
  const auto second = join(joining);
  auto opening = options();
  opening.action = Action::Open;
  EXPECT_EQ(fail(opening)->error->kind, RoomError::Kind::RoomExists);
}

TEST_F(Room, APasswordMustBeRight) {
  auto right = options();
  right.password = "sesame";
  const auto first = join(right);
  auto wrong = options();
  wrong.password = "wrong";
  EXPECT_EQ(fail(wrong)->error->kind, RoomError::Kind::WrongPassword);
  EXPECT_EQ(fail(options())->error->kind, RoomError::Kind::WrongPassword);
  EXPECT_FALSE(join(right)->joins.front());
}

TEST_F(Room, AFullRoomIsAnError) {
  auto small = options();
  small.max_participants = 1;
  const auto first = join(small);
  EXPECT_EQ(fail(options())->error->kind, RoomError::Kind::RoomFull);
}

TEST_F(Room, ATakenUserIdIsReplaced) {
  auto named = options();
  named.user_id = "ann";
  const auto first = join(named);
  const auto second = join(named);
  EXPECT_EQ(first->id(), "ann");
  EXPECT_EQ(second->new_ids, 1U);
  EXPECT_NE(second->id(), "ann");
  EXPECT_TRUE(wait_until([&] { return first->find<protocol::ParticipationRequest>(second->id()); }));
}

TEST_F(Room, AUserIdThatAGhostHadComesBack) {
  auto named = options();
  named.user_id = "ann";
  auto ghost = join(named);
  const auto back = join(named);
  ASSERT_NE(back->id(), "ann");
  const auto other = join(options());
  ASSERT_TRUE(wait_until([&] { return ghost->find<protocol::ParticipationRequest>(back->id()); }));
  ghost.reset();
  EXPECT_TRUE(wait_until([&] { return back->id() == "ann" && back->joins.size() == 2; }));
  EXPECT_TRUE(wait_until([&] { return other->find<protocol::ParticipationRequest>("ann"); }));
  EXPECT_EQ(back->new_ids, 2U);
}

TEST_F(Room, LeavingIsToldToTheOthersAndTheOwnershipPassesOn) {
  auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  const std::string first_id = first->id();
  bool done = false;
  first->client().leave({second->id()}, 1s, [&done] { done = true; });
  EXPECT_TRUE(wait_until([&] {
    return done && second->find<protocol::UserLeft>(first_id) && second->gone.contains(first_id) && second->is_owner;
  }));
}

TEST_F(Room, AutoCloseIsToldToTheOthers) {
  auto closing = options();
  closing.auto_close_session = true;
  auto first = join(closing);
  const auto second = join(options());
  get_in_touch(*first, *second);
  const std::string first_id = first->id();
  first->client().leave({second->id()}, 1s, [] {});
  ASSERT_TRUE(wait_until([&] { return second->find<protocol::UserLeft>(first_id); }));
  const auto& goodbye = std::get<protocol::UserLeft>(second->find<protocol::UserLeft>(first_id)->message);
  EXPECT_TRUE(goodbye.close_entire_session);
}

TEST_F(Room, WhoOnlyJoinedClosesItForNobody) {
  const auto owner = join(options());
  auto closing = options();
  closing.auto_close_session = true;
  const auto guest = join(closing);
  get_in_touch(*owner, *guest);
  const std::string guest_id = guest->id();
  guest->client().leave({owner->id()}, 1s, [] {});
  ASSERT_TRUE(wait_until([&] { return owner->find<protocol::UserLeft>(guest_id); }));
  const auto& goodbye = std::get<protocol::UserLeft>(owner->find<protocol::UserLeft>(guest_id)->message);
  EXPECT_FALSE(goodbye.close_entire_session);
}

TEST_F(Room, ExtraReachesTheOthersWithoutTheServersAddition) {
  auto named = options();
  named.extra = glib::object_of(ObjectBuilder().add("name", "Ann & \"Bob\" ü").build().get());
  const auto first = join(named);
  const auto second = join(options());
  get_in_touch(*first, *second);
  const auto& extra = second->find<protocol::IceCandidate>(first->id())->extra;
  ASSERT_TRUE(extra);
  EXPECT_EQ(glib::to_text(glib::json_object(extra).get()), R"({"name":"Ann & \"Bob\" ü"})");
}

TEST_F(Room, AChangedExtraIsToldToTheOthers) {
  const auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  first->client().set_extra(glib::object_of(ObjectBuilder().add("name", "Bob").build().get()));
  ASSERT_TRUE(wait_until([&] { return second->extras_changed.contains(first->id()); }));
  const auto third = join(options());
  get_in_touch(*first, *third);
  EXPECT_EQ(glib::to_text(glib::json_object(third->find<protocol::IceCandidate>(first->id())->extra).get()),
            R"({"name":"Bob"})");
}

TEST_F(Room, CarriesMutes) {
  const auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  const protocol::StreamSync sync{"cam", protocol::StreamSync::Action::Mute, protocol::StreamSync::Kind::Video};
  first->client().send(second->id(), sync);
  ASSERT_TRUE(wait_until([&] { return second->find<protocol::StreamSync>(first->id()); }));
  EXPECT_EQ(std::get<protocol::StreamSync>(second->find<protocol::StreamSync>(first->id())->message), sync);
}

TEST_F(Room, WhoeverCallsMessagesSomethingElseIsMet) {
  const auto first = join(options());
  const auto second = join(options_named("video-conference-demo"));
  get_in_touch(*first, *second);
  const auto third = join(options_named("garden"));  // as the room, which some pages do
  get_in_touch(*first, *third);
  get_in_touch(*second, *third);
  for (auto* from : {first.get(), second.get(), third.get()}) {
    for (auto* to : {first.get(), second.get(), third.get()}) {
      if (from != to) {
        from->client().send(to->id(), protocol::StreamSync{"cam"});
        EXPECT_TRUE(wait_until([&] { return to->find<protocol::StreamSync>(from->id()); }));
      }
    }
  }
  first->client().set_extra(glib::object_of(ObjectBuilder().add("n", std::int64_t{2}).build().get()));
  first->client().send(second->id(), protocol::IceCandidate{kCandidate, "1", 1});
  EXPECT_TRUE(wait_until([&] {
    return second->messages.back().extra && json_object_has_member(second->messages.back().extra.get(), "n");
  }));
  bool has_left = false;
  first->client().leave({second->id(), third->id()}, 500ms, [&] { has_left = true; });
  EXPECT_TRUE(wait_until([&] { return has_left; }));
  EXPECT_TRUE(wait_until(
      [&] { return second->find<protocol::UserLeft>(first->id()) && third->find<protocol::UserLeft>(first->id()); }));
}

TEST_F(Room, WhoeverCallsMessagesSomethingElseIsMetAgain) {
  const auto first = join(options());
  for (unsigned i = 0; i < 8; ++i) {  // more names than are spoken at once
    const auto visitor = join(options_named("page-" + std::to_string(i)));
    get_in_touch(*first, *visitor);
    bool has_left = false;
    visitor->client().leave({first->id()}, 500ms, [&] { has_left = true; });
    ASSERT_TRUE(wait_until([&] { return has_left && first->gone.contains(visitor->id()); }));
  }
}

TEST_F(Room, AStrangerDoesNotSayWhatAParticipantListensTo) {
  const auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  Mallory mallory(server_.url(), {{"userid", "mallory"}, {"msgEvent", "evil"}});
  for (auto&& message :
       {protocol::to_json(protocol::StreamSync{"cam"}), protocol::to_json(protocol::ParticipationRequest{})}) {
    mallory.client.emit("evil", {protocol::make_envelope(second->id(), first->id(), glib::Ref<JsonNode>(message))});
  }
  mallory.flush();
  first->client().send(second->id(), protocol::StreamSync{"cam"});
  EXPECT_TRUE(wait_until([&] { return second->find<protocol::StreamSync>(first->id()); }));
  EXPECT_FALSE(first->find<protocol::StreamSync>(second->id()));
}

TEST_F(Room, WhereNobodyAnswersWeAreTold) {
  const auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  const auto third = join(options());
  EXPECT_TRUE(wait_until([&] { return third->is_unanswered; }));
  EXPECT_FALSE(first->is_unanswered || second->is_unanswered);
}

TEST_F(Room, DisconnectingWithSomebodyIsToldToBoth) {
  const auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  first->client().disconnect_with(second->id());
  EXPECT_TRUE(wait_until([&] { return first->gone.contains(second->id()) && second->gone.contains(first->id()); }));
  EXPECT_TRUE(first->client().in_room() && second->client().in_room());
}

TEST_F(Room, ClosingItIsToldToTheOthers) {
  const auto first = join(options());
  const auto second = join(options());
  get_in_touch(*first, *second);
  const std::string first_id = first->id();
  bool done = false;
  first->client().close_room({second->id()}, 1s, [&done] { done = true; });
  // Our server ends the room, the one on Node.js leaves that to the participants.
  EXPECT_TRUE(wait_until([&] {
    const auto* goodbye = second->find<protocol::UserLeft>(first_id);
    return done &&
           (second->is_closed || (goodbye && std::get<protocol::UserLeft>(goodbye->message).close_entire_session));
  }));
}

TEST_F(Room, ItsPresenceCanBeAskedFor) {
  auto limited = options();
  limited.max_participants = 1;
  limited.password = "sesame";
  const auto owner = join(limited);
  std::optional<protocol::Presence> present;
  std::optional<protocol::Presence> absent;
  owner->client().find_presence("garden", [&present](const protocol::Presence& answer) { present = answer; });
  owner->client().find_presence("nowhere", [&absent](const protocol::Presence& answer) { absent = answer; });
  ASSERT_TRUE(wait_until([&] { return present && absent; }));
  EXPECT_TRUE(present->exists && present->is_full && present->is_password_protected);
  EXPECT_FALSE(absent->exists);
}

TEST_F(Room, IsListedIfItIsPublic) {
  auto listed = options();
  listed.public_identifier = "gardens";
  const auto owner = join(listed);
  std::optional<std::vector<protocol::PublicRoom>> rooms;
  owner->client().find_public_rooms("gardens", [&rooms](const auto& answer) { rooms = answer; });
  ASSERT_TRUE(wait_until([&] { return rooms.has_value(); }));
  ASSERT_EQ(rooms->size(), 1U);
  EXPECT_EQ(rooms->front().room_id, "garden");
  EXPECT_EQ(rooms->front().owner, owner->id());
  EXPECT_EQ(rooms->front().session, listed.session);
}

TEST_F(Room, ItsOwnerAloneSetsAPassword) {
  const auto owner = join(options());
  const auto guest = join(options());
  std::optional<std::optional<std::string>> to_guest;
  guest->client().set_password("mine", [&to_guest](const auto& objection) { to_guest = objection; });
  ASSERT_TRUE(wait_until([&] { return to_guest.has_value(); }));
  EXPECT_TRUE(to_guest->has_value());
  std::optional<std::optional<std::string>> to_owner;
  owner->client().set_password("sesame", [&to_owner](const auto& objection) { to_owner = objection; });
  ASSERT_TRUE(wait_until([&] { return to_owner.has_value(); }));
  EXPECT_FALSE(to_owner->has_value());
  EXPECT_EQ(fail(options())->error->kind, RoomError::Kind::WrongPassword);
}

TEST_F(Room, IsEnteredAgainAfterTheServerWasGone) {
  const auto first = join(options());
  const auto second = join(options());
  server_.restart();
  EXPECT_TRUE(wait_until([&] { return first->joins.size() == 2 && second->joins.size() == 2; }, 30s));
  EXPECT_GE(first->losses, 1U);
  EXPECT_FALSE(first->error);
  EXPECT_FALSE(second->error);
}

TEST_F(Room, WhatNobodyMeansIsDroppedAndTheRestGoesOn) {
  const auto first = join(options());
  Mallory stranger(server_.url(), {{"userid", "mallory"}});
  socketio::Client& mallory = stranger.client;
  mallory.emit("join-room", {ObjectBuilder().add("sessionid", "garden").add("extra", ObjectBuilder().build()).build()});
  const auto say = [&](glib::Ref<JsonNode> message) {
    mallory.emit("RTCMultiConnection-Message", {protocol::make_envelope("mallory", first->id(), std::move(message))});
  };
  say(glib::json_array());
  say(ObjectBuilder().add("type", "offer").add("sdp", std::int64_t{7}).build());
  say(ObjectBuilder().add("candidate", "not one").build());
  say(ObjectBuilder().add("type", "offer").add("sdp", std::string(600'000, 'x')).build());
  say(protocol::to_json(protocol::UserLeft{}));
  ASSERT_TRUE(wait_until([&] { return first->find<protocol::UserLeft>("mallory"); }));
  EXPECT_EQ(first->messages.size(), 1U);
  EXPECT_TRUE(first->client().in_room());
}

TEST(NoRoom, AnUnreachableServerIsAnError) {
  RoomOptions options;
  options.socket_url = "http://127.0.0.1:1/";
  options.room_id = "garden";
  Participant participant(options);
  ASSERT_TRUE(wait_until([&] { return participant.error.has_value(); }));
  EXPECT_EQ(participant.error->kind, RoomError::Kind::Unreachable);
}

}  // namespace
}  // namespace rtcmc::test
