// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "camera_fixture.hpp"
#include "couple.hpp"
#include "wait_until.hpp"

// What is offered, with a track that a real input feeds.

namespace rtcmc::test {
namespace {

class Offers : public CameraTest {
 protected:
  [[nodiscard]] static PeerSettings settings(bool data_channel) {
    return {.ice = {},
            .data_channel = data_channel,
            .receivable = {.audio = {}, .video = {rtp::Codec::Vp8}},
            .our_user_id = "us"};
  }
};

constexpr const char* kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=recvonly\r\n";
constexpr const char* kData = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n";

/// Of a browser, with these sections.
std::string offer_with(const std::vector<std::string>& sections) {
  std::string bundle = "a=group:BUNDLE";
  std::string text;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    bundle += " " + std::to_string(i);
    text += sections[i] +
            "c=IN IP4 0.0.0.0\r\na=ice-ufrag:Ab1d\r\na=ice-pwd:0123456789abcdef01234567\r\na=fingerprint:sha-256 "
            "5C:1F:8B:A0:37:6A:2D:5D:0B:37:6E:64:8C:0A:1E:35:6B:DC:8D:22:5C:1F:8B:A0:37:6A:2D:5D:0B:37:6E:64\r\n"
            "a=setup:actpass\r\na=rtcp-mux\r\na=mid:" +
            std::to_string(i) + "\r\n";
  }
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + bundle + "\r\n" + text;
}

bool has_video(const std::string& description) {
  return description.find("\r\nm=video ") != std::string::npos;
}

TEST_F(Offers, AChangeIsNegotiated) {
  Side one(bin(), "other", settings(true), {}, {.video = true});
  Side other(bin(), "one", settings(true));
  one.talk_to(other);
  other.talk_to(one);
  one.peer->offer();
  ASSERT_TRUE(wait_until([&] { return one.was_connected && other.was_connected; }));
  EXPECT_TRUE(one.streams.empty());
  other.peer->add_track(camera());
  EXPECT_TRUE(wait_until([&] { return !one.streams.empty(); }));
  EXPECT_EQ(one.restarts + other.restarts, 0U);
  other.peer->remove_track(*track_);
  EXPECT_TRUE(wait_until([&] { return one.streams.empty(); }));
}

// webrtcbin 1.22 leaves the section of a data channel that is not its own out of its offers.
TEST_F(Offers, AnOfferThatDropsASectionIsMadeOnANewConnection) {
  Side resident(bin(), "newcomer", settings(true));
  Side newcomer(bin(), "resident", settings(false), {camera()});
  resident.talk_to(newcomer);
  newcomer.talk_to(resident);
  resident.peer->offer();
  ASSERT_TRUE(wait_until([&] { return newcomer.restarts > 0 || newcomer.descriptions.size() > 1; }));
  EXPECT_EQ(newcomer.descriptions.size(), 1U) << newcomer.descriptions.back();
  EXPECT_FALSE(has_video(newcomer.descriptions.front()));
  EXPECT_EQ(newcomer.restarts, 1U);
}

TEST_F(Offers, WhatWouldDropASectionIsAskedOfNoWebrtcbinAnyMore) {
  Side us(bin(), "other", settings(false));
  const std::string offer = offer_with({kData, kVideo, kVideo});
  us.peer->accept_offer(offer);
  ASSERT_TRUE(wait_until([&] { return us.descriptions.size() == 1; }));
  us.peer->add_track(camera());
  ASSERT_TRUE(wait_until([&] { return us.restarts == 1; }));
  // Nobody makes a new one here, as when there have been too many of late.
  us.peer->accept_offer(offer);
  EXPECT_TRUE(wait_until([&] { return us.restarts == 2; }));
}

}  // namespace
}  // namespace rtcmc::test
