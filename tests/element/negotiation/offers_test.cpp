// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "couple.hpp"
#include "send/track_fixture.hpp"
#include "wait_until.hpp"

// What is offered, with a track that a real input feeds.

namespace rtcmc::test {
namespace {

class Offers : public send::testing::TrackTest {
 protected:
  void SetUp() override {
    make_track(rtp::Kind::Video, {rtp::Codec::Vp8});
    ASSERT_NO_FATAL_FAILURE(play("videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1"));
  }

  [[nodiscard]] GstBin* bin() const { return GST_BIN(pipeline_.get()); }
  /// The fixture owns the track.
  [[nodiscard]] OutgoingTrack camera() const {
    return {.track = std::shared_ptr<send::Track>(std::shared_ptr<void>(), track_.get()), .stream_id = "camera"};
  }
  [[nodiscard]] static PeerSettings settings(bool data_channel) {
    return {.ice = {},
            .data_channel = data_channel,
            .receivable = {.audio = {}, .video = {rtp::Codec::Vp8}},
            .our_user_id = "us"};
  }
};

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

}  // namespace
}  // namespace rtcmc::test
