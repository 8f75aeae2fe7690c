// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/messages.hpp"

#include <gtest/gtest.h>

#include <variant>

#include "captures.hpp"
#include "glib/json.hpp"
#include "socketio/packet.hpp"

namespace rtcmc::protocol {
namespace {

constexpr const char* kCandidate = "candidate:1 1 udp 2122194687 127.0.0.1 9 typ host";

glib::Ref<JsonNode> json(const std::string& text) {
  const auto node = glib::parse_json(text);
  EXPECT_TRUE(node) << text;
  return node.value_or(nullptr);
}

template <typename Wanted>
Wanted parsed(const std::string& text) {
  const auto node = json(text);
  const auto result = parse_message(node.get());
  const auto* message = std::get_if<Message>(&result);
  EXPECT_NE(message, nullptr) << text << ": " << (message ? "" : std::get<std::string>(result));
  const auto* wanted = message ? std::get_if<Wanted>(message) : nullptr;
  EXPECT_NE(wanted, nullptr) << text;
  return wanted ? *wanted : Wanted{};
}

bool is_refused(const std::string& text) {
  const auto node = json(text);
  return std::holds_alternative<std::string>(parse_message(node.get()));
}

/// The arguments of the relay events in a recorded scenario.
std::vector<glib::Ref<JsonNode>> relayed(const std::string& scenario) {
  std::vector<glib::Ref<JsonNode>> envelopes;
  for (const auto& frame : test::captured_frames(scenario)) {
    if (frame.direction == "http" || !frame.wire.starts_with("42")) {
      continue;
    }
    const auto packet = socketio::decode_packet(std::string_view(frame.wire).substr(1));
    const auto* event = std::get_if<socketio::Packet>(&packet);
    if (!event) {
      continue;
    }
    const auto arguments = glib::array_of(event->data.get());
    if (glib::string_of(glib::element(arguments.get(), 0)) == "RTCMultiConnection-Message") {
      envelopes.push_back(glib::Ref<JsonNode>::share(glib::element(arguments.get(), 1)));
    }
  }
  return envelopes;
}

TEST(Messages, EverythingRecordedIsUnderstood) {
  for (const char* scenario :
       {"two-way", "oneway", "data-only", "leave", "mute", "renegotiate", "glare", "sio2-two-way", "reconnect"}) {
    const auto envelopes = relayed(scenario);
    EXPECT_FALSE(envelopes.empty()) << scenario;
    for (const auto& node : envelopes) {
      const auto envelope = parse_envelope(node.get());
      ASSERT_TRUE(std::holds_alternative<Envelope>(envelope)) << scenario << ": " << std::get<std::string>(envelope);
      const auto message = parse_message(std::get<Envelope>(envelope).message);
      EXPECT_TRUE(std::holds_alternative<Message>(message)) << scenario << ": " << std::get<std::string>(message);
    }
  }
}

TEST(Messages, ARecordedHandshakeHasAllItsSteps) {
  std::size_t requests = 0;
  std::size_t offers = 0;
  std::size_t answers = 0;
  std::size_t candidates = 0;
  for (const auto& node : relayed("two-way")) {
    const auto envelope = std::get<Envelope>(parse_envelope(node.get()));
    const auto message = std::get<Message>(parse_message(envelope.message));
    requests += std::holds_alternative<ParticipationRequest>(message) ? 1 : 0;
    candidates += std::holds_alternative<IceCandidate>(message) ? 1 : 0;
    if (const auto* description = std::get_if<SessionDescription>(&message)) {
      (description->type == SdpType::Offer ? offers : answers) += 1;
      EXPECT_EQ(description->streams_to_share.size(), 1U);
      EXPECT_TRUE(description->streams_to_share.begin()->second.is_video);
    }
  }
  EXPECT_GE(requests, 1U);
  EXPECT_GE(offers, 1U);
  EXPECT_EQ(offers, answers);
  EXPECT_GE(candidates, 2U);
}

TEST(Messages, OursAreUnderstoodByOurselves) {
  const SessionDescription offer{.type = SdpType::Offer,
                                 .sdp = "v=0\r\n",
                                 .renegotiating = true,
                                 .crossing_resolved_by_user_id = true,
                                 .streams_to_share = {{"camera", {.is_video = true}}, {"screen", {.is_screen = true}}}};
  const auto understood = parsed<SessionDescription>(glib::to_text(to_json(offer, nullptr).get()));
  EXPECT_EQ(understood.type, offer.type);
  EXPECT_EQ(understood.sdp, offer.sdp);
  EXPECT_TRUE(understood.renegotiating);
  EXPECT_TRUE(understood.crossing_resolved_by_user_id);
  EXPECT_EQ(understood.streams_to_share, offer.streams_to_share);

  const auto candidate = parsed<IceCandidate>(glib::to_text(to_json(IceCandidate{kCandidate, "0", 3}).get()));
  EXPECT_EQ(candidate.candidate, kCandidate);
  EXPECT_EQ(candidate.sdp_mid, "0");
  EXPECT_EQ(candidate.sdp_m_line_index, 3U);

  EXPECT_TRUE(parsed<ParticipationRequest>(glib::to_text(to_json(ParticipationRequest{true, false}).get())).is_one_way);
  EXPECT_TRUE(parsed<UserLeft>(glib::to_text(to_json(UserLeft{true}).get())).close_entire_session);

  const ParticipationRequest again{.invitation = "secret", .spares_connections = true};
  const auto understood_again = parsed<ParticipationRequest>(glib::to_text(to_json(again).get()));
  EXPECT_TRUE(understood_again.spares_connections);
  EXPECT_EQ(understood_again.invitation, "secret");
}

TEST(Messages, RequestsHaveTheMembersThatBrowsersRead) {
  EXPECT_EQ(glib::to_text(to_json(ParticipationRequest{}).get()),
            R"({"newParticipationRequest":true,"isOneWay":false,"isDataOnly":false,)"
            R"("localPeerSdpConstraints":{"OfferToReceiveAudio":true,"OfferToReceiveVideo":true},)"
            R"("remotePeerSdpConstraints":{"OfferToReceiveAudio":true,"OfferToReceiveVideo":true}})");
  EXPECT_EQ(glib::to_text(make_envelope("ann", "bob", to_json(UserLeft{})).get()),
            R"({"remoteUserId":"bob","message":{"userLeft":true},"sender":"ann"})");
  EXPECT_EQ(glib::to_text(to_json(Session{.audio = true, .data = true}).get()), R"({"audio":true,"data":true})");
  EXPECT_EQ(glib::to_text(to_json(Session{.audio = true, .oneway = true, .two_way_audio = true}).get()),
            R"({"audio":"two-way","oneway":true})");
}

TEST(Messages, SmallOnes) {
  (void)parsed<DropPeerConnection>(R"("dropPeerConnection")");
  (void)parsed<EnableMedia>(R"({"enableMedia":true,"userPreferences":{}})");
  (void)parsed<ReadyForOffer>(R"({"readyForOffer":true,"userPreferences":{"streamsToShare":{}}})");
  EXPECT_FALSE(parsed<UserLeft>(R"({"userLeft":true})").close_entire_session);
  EXPECT_EQ(parsed<Ignored>(R"({"candidate":"","sdpMid":"0"})").what, "an end-of-candidates mark");
  EXPECT_EQ(parsed<Ignored>(R"({"allParticipants":["x"]})").what, "a message with {allParticipants}");
}

TEST(Messages, MutingAndTheEndOfAStream) {
  using Action = StreamSync::Action;
  using Kind = StreamSync::Kind;
  const auto sync = [](const std::string& rest) {
    return parsed<StreamSync>(R"({"streamSyncNeeded":true,"streamid":"cam",)" + rest + "}");
  };
  EXPECT_EQ(sync(R"("action":"mute","type":"audio")"), (StreamSync{"cam", Action::Mute, Kind::Audio}));
  EXPECT_EQ(sync(R"("action":"unmute","type":"video")"), (StreamSync{"cam", Action::Unmute, Kind::Video}));
  EXPECT_EQ(sync(R"("action":"mute","type":"both")"), (StreamSync{"cam", Action::Mute, Kind::Both}));
  EXPECT_EQ(sync(R"("action":"mute")"), (StreamSync{"cam", Action::Mute, Kind::Both}));
  for (const char* action : {"ended", "inactive", "stream-removed"}) {
    EXPECT_EQ(sync("\"action\":\"" + std::string(action) + "\"").action, Action::Ended);
  }
  EXPECT_TRUE(is_refused(R"({"streamSyncNeeded":true,"streamid":"cam","action":"explode"})"));
  EXPECT_TRUE(is_refused(R"({"streamSyncNeeded":true,"streamid":"cam","action":"mute","type":"smell"})"));
  EXPECT_TRUE(is_refused(R"({"streamSyncNeeded":true,"streamid":7,"action":"mute"})"));
  EXPECT_TRUE(is_refused(R"({"streamSyncNeeded":true,"action":"mute"})"));
}

TEST(Messages, RecordedMutesAreUnderstood) {
  unsigned mutes = 0;
  for (const auto& node : relayed("mute")) {
    const auto envelope = std::get<Envelope>(parse_envelope(node.get()));
    const auto message = std::get<Message>(parse_message(envelope.message));
    mutes += std::holds_alternative<StreamSync>(message) ? 1 : 0;
  }
  EXPECT_GT(mutes, 0U);
}

TEST(Messages, WhatWeSayOfOurStreamsIsUnderstoodByOurselves) {
  using Action = StreamSync::Action;
  for (const auto action : {Action::Mute, Action::Unmute, Action::Ended, Action::NavigationOn, Action::NavigationOff}) {
    for (const auto kind : {StreamSync::Kind::Audio, StreamSync::Kind::Video, StreamSync::Kind::Both}) {
      const StreamSync sync{"cam", action, kind};
      EXPECT_EQ(parsed<StreamSync>(glib::to_text(to_json(sync).get())), sync);
    }
  }
}

TEST(Messages, AnOfferIsAskedForAsFromEverybody) {
  EXPECT_EQ(glib::to_text(to_json(OfferRequest{}).get()), R"({"allParticipants":[]})");
}

TEST(Messages, AChangedUserId) {
  const auto change = parsed<UserIdChanged>(R"({"changedUUID":true,"oldUUID":"ann","newUUID":"bob"})");
  EXPECT_EQ(change.old_id, "ann");
  EXPECT_EQ(change.new_id, "bob");
  EXPECT_TRUE(is_refused(R"({"changedUUID":true,"oldUUID":"ann"})"));
  EXPECT_TRUE(is_refused(R"({"changedUUID":true,"oldUUID":"ann","newUUID":""})"));
  EXPECT_TRUE(is_refused(R"({"changedUUID":true,"oldUUID":["ann"],"newUUID":"bob"})"));
}

TEST(Messages, WrongTypesAreRefused) {
  for (const char* text :
       {"null", "17", "[]", "true", R"({"type":"offer"})", R"({"type":"offer","sdp":7})",
        R"({"type":"answer","sdp":""})", R"({"candidate":17})", R"({"candidate":"nonsense"})",
        R"({"candidate":"candidate:1\r\na=x"})", R"({"candidate":"candidate:1","sdpMLineIndex":-1})",
        R"({"candidate":"candidate:1","sdpMLineIndex":1.5})", R"({"candidate":"candidate:1","sdpMLineIndex":1e300})"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
  EXPECT_TRUE(is_refused(R"({"type":"offer","sdp":")" + std::string(600'000, 'x') + "\"}"));
  EXPECT_TRUE(is_refused(R"({"candidate":"candidate:)" + std::string(2000, 'x') + "\"}"));
}

// libnice compares the text without looking whether there is one.
TEST(Messages, ATcpCandidateSaysWhoConnects) {
  const std::string tcp = "candidate:1 1 TCP 2122194687 127.0.0.1 9 typ host";
  EXPECT_TRUE(is_ice_candidate(tcp + " tcptype active"));
  EXPECT_TRUE(is_ice_candidate(tcp + " generation 0 tcptype passive"));
  EXPECT_FALSE(is_ice_candidate(tcp));
  EXPECT_FALSE(is_ice_candidate(tcp + " tcptype"));
  EXPECT_FALSE(is_ice_candidate(tcp + " generation tcptype active 0"));
  EXPECT_TRUE(is_ice_candidate(kCandidate));
}

TEST(Messages, UnknownNamesAreCutAndMadeSafeForALog) {
  const auto what = parsed<Ignored>(R"({"a\u0007\u001b[31mb":1,")" + std::string(10'000, 'x') + "\":2}").what;
  EXPECT_LT(what.size(), 200U);
  EXPECT_EQ(what.find('\x1b'), std::string::npos);
}

TEST(Envelopes, WrongOnesAreRefused) {
  for (const std::string& text :
       {std::string("7"), std::string("{}"), std::string(R"({"sender":"a","remoteUserId":"b"})"),
        std::string(R"({"sender":7,"remoteUserId":"b","message":{}})"),
        std::string(R"({"sender":"","remoteUserId":"b","message":{}})"),
        std::string(R"({"sender":"a\nb","remoteUserId":"b","message":{}})"),
        R"({"sender":")" + std::string(300, 'x') + R"(","remoteUserId":"b","message":{}})"}) {
    const auto node = json(text);
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_envelope(node.get()))) << text;
  }
  EXPECT_TRUE(std::holds_alternative<std::string>(parse_envelope(nullptr)));
}

TEST(Extra, TheServersAdditionIsTakenOut) {
  const auto node = json(R"({"name":"Ann","_room":{"isFull":false}})");
  EXPECT_EQ(glib::to_text(glib::json_object(parse_extra(node.get())).get()), R"({"name":"Ann"})");
}

TEST(Extra, WhatIsTooLargeOrNoObjectIsDropped) {
  EXPECT_FALSE(parse_extra(json(R"([1])").get()));
  EXPECT_FALSE(parse_extra(json(R"({"a":")" + std::string(70'000, 'x') + "\"}").get()));
}

}  // namespace
}  // namespace rtcmc::protocol
