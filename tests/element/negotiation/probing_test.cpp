// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/probing.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <numeric>

#include "gst_ref.hpp"
#include "send/packets.hpp"
#include "send/track_fixture.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

class Silent final : public send::Wire::Listener {
 public:
  void on_feedback(const rtp::Feedback&) override {}
};

class ProbingTest : public ::testing::Test {
 protected:
  ProbingTest() {
    const auto& transmission = peer_.transmission();
    EXPECT_TRUE(transmission->set_format({.codec = rtp::Codec::Vp8,
                                          .payload_type = 96,
                                          .mid_extension_id = {},
                                          .mid = {},
                                          .retransmission_type = 97,
                                          .transport_number_id = 3}));
    transmission->give_to(source_);
  }

  /// Padding has the time of what came before it.
  void send_a_packet() {
    constexpr std::array<std::uint8_t, 16> kPacket{0x80, 0xe0};
    const auto now = std::chrono::steady_clock::now();
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_memdup(kPacket.data(), kPacket.size()));
    const auto packet = send::entry_of(buffer.get(), {}, now);
    ASSERT_TRUE(packet);
    EXPECT_EQ(peer_.transmission()->send(*source_, true, {*packet}, {}, now), GST_FLOW_OK);
  }

  [[nodiscard]] std::size_t bytes() const {
    const auto padding = peer_.retransmissions();
    return std::accumulate(padding.begin(), padding.end(), std::size_t{0},
                           [](std::size_t sum, const auto& packet) { return sum + packet.size(); });
  }

  send::testing::Peer peer_;
  const std::shared_ptr<Silent> source_ = std::make_shared<Silent>();
  Probing probing_;
};

constexpr rate::Probe kProbe{.rate = 200'000, .bytes = 1600, .packets = 5};

TEST_F(ProbingTest, IsSentOneAfterTheOther) {
  send_a_packet();
  probing_.start(kProbe, peer_.transmission());
  EXPECT_EQ(peer_.retransmissions().size(), 1) << "a link would let all of it through at once";
  EXPECT_TRUE(wait_until([this] { return bytes() >= kProbe.bytes; }));
  EXPECT_GE(peer_.retransmissions().size(), kProbe.packets);
}

TEST_F(ProbingTest, EndsWithItsBytes) {
  send_a_packet();
  probing_.start(kProbe, peer_.transmission());
  EXPECT_TRUE(wait_until([this] { return !probing_.is_active(); }));
  EXPECT_GE(bytes(), kProbe.bytes);
  EXPECT_LT(bytes(), 2 * kProbe.bytes);
}

TEST_F(ProbingTest, IsNoPictureItself) {
  EXPECT_FALSE(peer_.transmission()->last_sent());
  send_a_packet();
  const auto sent = peer_.transmission()->last_sent();
  EXPECT_TRUE(sent);
  probing_.start(kProbe, peer_.transmission());
  EXPECT_TRUE(wait_until([this] { return !probing_.is_active(); }));
  EXPECT_EQ(peer_.transmission()->last_sent(), sent);
}

TEST_F(ProbingTest, IsGivenUpWhereNothingMayBeSent) {
  probing_.start(kProbe, peer_.transmission());
  EXPECT_FALSE(probing_.is_active());
  EXPECT_EQ(bytes(), 0);
}

}  // namespace
}  // namespace rtcmc::test
