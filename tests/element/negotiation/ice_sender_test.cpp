// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/ice_sender.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ice_pair.hpp"

// What is sent through a component of an agent, as it reaches the other end of a real connection.

namespace rtcmc {
namespace {

using test::IceProtocol;
using Texts = std::vector<std::string>;

class SentTexts {
 public:
  explicit SentTexts(IceProtocol protocol) : pair(protocol), sender_(IceSender::make(pair.sink())) {}

  /// How many of them went straight to the socket.
  std::size_t send(const Texts& texts) {
    std::vector<datagrams::Packet> packets;
    std::ranges::transform(texts, std::back_inserter(packets), [](const std::string& text) {
      return datagrams::Packet(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    });
    const std::size_t sent = sender_->send_straight(packets);
    if (sent < packets.size()) {
      sender_->send_by_libnice(std::span(packets).subspan(sent));
    }
    return sent;
  }
  [[nodiscard]] bool is_straight() const { return sender_->is_straight(); }

  test::IcePair pair;

 private:
  const std::shared_ptr<IceSender> sender_;
};

const Texts kFrame = {std::string(1200, 'a'), std::string(1200, 'b'), std::string(900, 'c'), std::string(1100, 'd')};

TEST(IceSenderTest, TakesTheDirectWay) {
  SentTexts texts(IceProtocol::Udp);
  ASSERT_TRUE(texts.pair.connect());
  EXPECT_TRUE(texts.is_straight());
  for (int frame = 0; frame < 3; ++frame) {
    EXPECT_EQ(texts.send(kFrame), kFrame.size());
    EXPECT_EQ(texts.pair.arrived(kFrame.size()), kFrame);
  }
}

TEST(IceSenderTest, BeforeThereIsAWayLibniceHasThePackets) {
  SentTexts texts(IceProtocol::Udp);
  EXPECT_FALSE(texts.is_straight());
  EXPECT_EQ(texts.send(kFrame), 0U);
}

TEST(IceSenderTest, OverTcpLibniceFramesThePackets) {
  SentTexts texts(IceProtocol::Tcp);
  ASSERT_TRUE(texts.pair.connect());
  EXPECT_FALSE(texts.is_straight());
  EXPECT_EQ(texts.send(kFrame), 0U);
  EXPECT_EQ(texts.pair.arrived(kFrame.size()), kFrame);
}

TEST(IceSenderTest, WithoutConsentLibniceDecides) {
  SentTexts texts(IceProtocol::Udp);
  ASSERT_TRUE(texts.pair.connect());
  texts.pair.say(NICE_COMPONENT_STATE_FAILED);
  EXPECT_EQ(texts.send(kFrame), 0U);
  EXPECT_EQ(texts.pair.arrived(kFrame.size()), kFrame);
  texts.pair.say(NICE_COMPONENT_STATE_READY);
  EXPECT_EQ(texts.send(kFrame), kFrame.size());
  EXPECT_EQ(texts.pair.arrived(kFrame.size()), kFrame);
}

TEST(IceSenderTest, WhatTheSocketDoesNotTakeIsLeftToLibnice) {
  SentTexts texts(IceProtocol::Udp);
  ASSERT_TRUE(texts.pair.connect());
  const Texts packets = {kFrame[0], kFrame[1], std::string(69'000, 'e'), kFrame[2]};
  EXPECT_EQ(texts.send(packets), 2U);  // it drops the third, and the rest with it
  EXPECT_EQ(texts.pair.arrived(2), Texts(packets.begin(), packets.begin() + 2));
  EXPECT_EQ(texts.send(kFrame), kFrame.size());
  EXPECT_EQ(texts.pair.arrived(kFrame.size()), kFrame);
}

}  // namespace
}  // namespace rtcmc
