// SPDX-License-Identifier: LGPL-2.1-or-later
// Raw pictures, encoded as the subscribers' links allow.
#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "rtp/packet.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;
using std::chrono::seconds;

constexpr const char* kLivePictures =
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=30/1";
constexpr std::uint64_t kFull = 1'000'000;  // as make_track() has it
constexpr std::uint64_t kThin = 100'000;
constexpr std::size_t kPacketsAwaited = 2000;  // packets

class LayersTest : public TrackTest, public ::testing::WithParamInterface<Codec> {
 protected:
  /// Half a second later each time.
  void adapt() { track_->adapt(now_ += std::chrono::milliseconds(500)); }
  /// Until `is_so`, looked at with each packet that the peer gets: adapting, what is looked at waits for those that
  /// send.
  [[nodiscard]] bool await(const Peer& peer, const std::function<bool()>& is_so) {
    for (std::size_t packets = peer.packets().size(); !is_so(); packets = peer.packets().size()) {
      if (packets > kPacketsAwaited || !peer.await_packets(packets + 1)) {
        return false;
      }
    }
    return true;
  }
  /// Until `subscription` has gone over to a layer.
  [[nodiscard]] bool await_layer(const Peer& peer, const Subscription& subscription, std::size_t layer) {
    return await(peer, [&] {
      adapt();
      return subscription.encoding()->layer == layer;
    });
  }
  [[nodiscard]] static int width(const Subscription& subscription) {
    int result = 0;
    if (const auto caps = subscription.encoding()->encoded) {
      gst_structure_get_int(gst_caps_get_structure(caps.get(), 0), "width", &result);
    }
    return result;
  }

 private:
  std::chrono::steady_clock::time_point now_{seconds(1000)};
};

void expect_continuous(const std::vector<Packet>& packets) {
  std::optional<rtp::PacketHeader> former;
  for (const Packet& packet : packets) {
    const auto header = rtp::PacketHeader::parse(packet);
    ASSERT_TRUE(header);
    if (former) {
      EXPECT_EQ(header->sequence, static_cast<std::uint16_t>(former->sequence + 1));
      EXPECT_GE(static_cast<std::int32_t>(header->timestamp - former->timestamp), 0) << "timestamps went back";
    }
    former = header;
  }
}

TEST_P(LayersTest, WhoHasAThinLinkGetsALayerOfItsOwnAndComesBack) {
  make_track(Kind::Video, {GetParam()}, 3);
  ASSERT_NO_FATAL_FAILURE(play(kLivePictures));
  Peer wide;
  Peer thin;
  const auto of_wide = start(wide, GetParam());
  const auto of_thin = start(thin, GetParam());
  ASSERT_TRUE(thin.await_packets(5));
  EXPECT_EQ(track_->encoders().size(), 1U);

  of_wide->set_budget(Budget{10 * kFull});
  of_thin->set_budget(Budget{kThin});
  ASSERT_TRUE(await_layer(thin, *of_thin, 1));
  EXPECT_EQ(of_wide->encoding()->layer, 0U);
  EXPECT_EQ(of_wide->encoding()->subscribers, 1U);
  EXPECT_EQ(track_->encoders().size(), 2U);
  ASSERT_TRUE(await(thin, [&] { return width(*of_thin) == 160; })) << width(*of_thin);
  EXPECT_EQ(width(*of_wide), 640);

  of_thin->set_budget(Budget{10 * kFull});
  ASSERT_TRUE(await_layer(thin, *of_thin, 0));
  EXPECT_EQ(track_->encoders().size(), 1U) << "a layer that nobody needs has gone";
  const std::size_t so_far = thin.packets().size();
  ASSERT_TRUE(thin.await_packets(so_far + 5));
  expect_continuous(thin.packets());
  expect_continuous(wide.packets());
  EXPECT_GE(count_keyframes(thin.packets(), GetParam()), 3U);
}

TEST_P(LayersTest, WhatIsFarTooMuchDoesNotDelayTheNextLayer) {
  make_track(Kind::Video, {GetParam()}, 3);
  ASSERT_NO_FATAL_FAILURE(play(kLivePictures));
  Peer wide;
  Peer thin;
  const auto of_wide = start(wide, GetParam());
  const auto of_thin = start(thin, GetParam());
  ASSERT_TRUE(thin.await_packets(5));
  of_wide->set_budget(Budget{10 * kFull});
  of_thin->set_budget(Budget{kThin});
  adapt();
  const std::size_t before = thin.packets().size();
  ASSERT_TRUE(await_layer(wide, *of_thin, 1));
  const auto first_of_layer = [this, &thin, before] {
    const auto packets = thin.packets();
    return std::find_if(packets.begin() + static_cast<std::ptrdiff_t>(before), packets.end(),
                        [](const Packet& packet) { return starts_keyframe(packet, GetParam()); }) -
           packets.begin();
  };
  ASSERT_TRUE(await(wide, [&] { return first_of_layer() < static_cast<std::ptrdiff_t>(thin.packets().size()); }));
  const auto packets = thin.packets();
  std::set<std::uint32_t> others;  // the picture that was on its way when it was found out
  std::for_each(packets.begin() + static_cast<std::ptrdiff_t>(before), packets.begin() + first_of_layer(),
                [&others](const Packet& packet) { others.insert(timestamp_of(packet)); });
  EXPECT_LE(others.size(), 1U) << "what comes is of the next layer";
  expect_continuous(packets);
}

TEST_P(LayersTest, WhoGoesBackOnTheWayGetsThePictureAgain) {
  make_track(Kind::Video, {GetParam()}, 3);
  ASSERT_NO_FATAL_FAILURE(play(kLivePictures));
  Peer wide;
  Peer thin;
  const auto of_wide = start(wide, GetParam());
  const auto of_thin = start(thin, GetParam());
  ASSERT_TRUE(thin.await_packets(5));
  for (int i = 0; i < 5; ++i) {
    of_thin->set_budget(Budget{kThin});
    adapt();
    of_thin->set_budget(Budget{10 * kFull});
    adapt();
  }
  ASSERT_TRUE(await_layer(thin, *of_thin, 0));
  const std::size_t so_far = thin.packets().size();
  ASSERT_TRUE(thin.await_packets(so_far + 5));
  expect_continuous(thin.packets());
}

TEST_P(LayersTest, TheOneEncoderFollowsTheOneViewer) {
  make_track(Kind::Video, {GetParam()}, 3);
  ASSERT_NO_FATAL_FAILURE(play(kLivePictures));
  Peer peer;
  const auto subscription = start(peer, GetParam());
  ASSERT_TRUE(peer.await_packets(5));
  subscription->set_budget(Budget{kFull / 4});
  ASSERT_TRUE(await(peer, [&] {
    adapt();
    return width(*subscription) == 320;
  }));
  EXPECT_EQ(track_->encoders().size(), 1U);
  subscription->set_budget(std::nullopt);
  ASSERT_TRUE(await(peer, [&] {
    adapt();
    return width(*subscription) == 640;
  }));
  expect_continuous(peer.packets());
}

TEST_P(LayersTest, NoLinkIsTooNarrowForTheLeastRate) {
  make_track(Kind::Video, {GetParam()}, 3, kFull / 5);
  ASSERT_NO_FATAL_FAILURE(play(kLivePictures));
  Peer peer;
  const auto subscription = start(peer, GetParam());
  ASSERT_TRUE(peer.await_packets(5));
  subscription->set_budget(Budget{1});
  const auto rate = [&] {
    const auto encoder = find(subscription->encoding()->encoder);
    int bits = 0;
    guint kilobits = 0;
    if (encoder && GetParam() == Codec::Vp8) {
      g_object_get(encoder.get(), "target-bitrate", &bits, nullptr);
    } else if (encoder) {
      g_object_get(encoder.get(), "bitrate", &kilobits, nullptr);
    }
    return static_cast<std::uint64_t>(bits) + std::uint64_t{1000} * kilobits;
  };
  EXPECT_TRUE(await(peer, [&] {
    adapt();
    return rate() != kFull;
  }));
  EXPECT_EQ(rate(), kFull / 5);
}

TEST_P(LayersTest, SomebodyMayLeaveOnTheWayToALayer) {
  make_track(Kind::Video, {GetParam()}, 3);
  ASSERT_NO_FATAL_FAILURE(play(kLivePictures));
  Peer wide;
  Peer thin;
  const auto of_wide = start(wide, GetParam());
  auto of_thin = start(thin, GetParam());
  ASSERT_TRUE(thin.await_packets(5));
  for (int i = 0; i < 10; ++i) {
    of_thin->set_budget(Budget{i % 2 == 0 ? kThin : 10 * kFull});
    adapt();
  }
  of_thin->set_budget(Budget{kThin});
  adapt();
  of_thin.reset();
  EXPECT_EQ(track_->encoders().size(), 1U);
  const std::size_t so_far = wide.packets().size();
  ASSERT_TRUE(wide.await_packets(so_far + 5));
}

INSTANTIATE_TEST_SUITE_P(Codecs, LayersTest, ::testing::Values(Codec::Vp8, Codec::H264),
                         [](const auto& info) { return std::string(rtp::info(info.param).encoding_name); });

}  // namespace
}  // namespace rtcmc::send::testing
