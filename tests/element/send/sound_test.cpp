// SPDX-License-Identifier: LGPL-2.1-or-later
// Opus: repetitions for listeners who lose packets (in-band FEC), and pauses in silence (DTX).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rtp/feedback.hpp"
#include "send/expected_loss.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

const std::string kLiveTone = "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2";
constexpr std::uint32_t kSoundFrame = 960;  // RTP ticks of 20 ms

/// As libopus' opus_packet_has_lbrr() says it, of packets of 20 ms.
bool repeats(const Packet& packet) {
  const auto payload = payload_of(packet);
  const bool is_celt = (payload.at(0) & 0x80) != 0;
  const bool is_stereo = (payload.at(0) & 0x04) != 0;
  return !is_celt && payload.size() > 1 && ((payload[1] & 0x40) != 0 || (is_stereo && (payload[1] & 0x10) != 0));
}

class SoundTest : public TrackTest {
 protected:
  void make_sound(bool repeats, bool leaves_out_silence) {
    track_ = send::make_track(GST_BIN(pipeline_.get()),
                              {{.kind = Kind::Audio,
                                .codecs = {Codec::Opus},
                                .bitrate = 64'000,
                                .repeats = repeats,
                                .leaves_out_silence = leaves_out_silence}},
                              listener_);
  }
  [[nodiscard]] std::unique_ptr<Subscription> listen(const Peer& peer, bool takes_repetitions) {
    PacketFormat format{.codec = Codec::Opus, .payload_type = 111, .mid_extension_id = {}, .mid = {}};
    format.takes_repetitions = takes_repetitions;
    auto subscription = track_->subscribe(format, peer.transmission());
    subscription->start();
    return subscription;
  }
  static void tell_loss(const Peer& peer, double part) {
    peer.say(rtp::ReportBlock{kPeerSsrc, static_cast<std::uint8_t>(part * 256), 0, 0, 0, 0});
  }
  [[nodiscard]] int expected_loss() const {
    const auto encoder = find("opusenc");
    int percent = -1;
    if (encoder) {
      g_object_get(encoder.get(), "packet-loss-percentage", &percent, nullptr);
    }
    return percent;
  }

  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};

TEST_F(SoundTest, IsRepeatedForWhoLosesSomeOfIt) {
  make_sound(true, false);
  ASSERT_NO_FATAL_FAILURE(play(kLiveTone));
  Peer good;
  const Peer bad;
  const auto one = listen(good, true);
  auto other = listen(bad, true);
  ASSERT_TRUE(good.await_packets(10));
  track_->adapt(now_);
  EXPECT_EQ(expected_loss(), 0) << "nobody has said anything";
  EXPECT_TRUE(std::ranges::none_of(good.packets(), repeats));

  tell_loss(good, 0);
  tell_loss(bad, 0.15);
  track_->adapt(now_);
  EXPECT_EQ(expected_loss(), 20);
  EXPECT_TRUE(bad.await([](const auto& packets) { return std::ranges::any_of(packets, repeats); }));

  other.reset();
  track_->adapt(now_);
  EXPECT_EQ(expected_loss(), 20) << "somebody like it may come";
  track_->adapt(now_ + ExpectedLoss::kBeforeLess);
  track_->adapt(now_ + 2 * ExpectedLoss::kBeforeLess);
  EXPECT_EQ(expected_loss(), 0);
  good.forget_packets();
  EXPECT_TRUE(good.await([](const auto& packets) { return !packets.empty() && !repeats(packets.back()); }));
}

TEST_F(SoundTest, IsNotRepeatedForWhoCannotMakeUseOfThat) {
  make_sound(true, false);
  ASSERT_NO_FATAL_FAILURE(play(kLiveTone));
  const Peer peer;
  const auto subscription = listen(peer, false);
  tell_loss(peer, 0.15);
  track_->adapt(now_);
  EXPECT_EQ(expected_loss(), 0);
}

TEST_F(SoundTest, IsNotRepeatedIfThatIsOff) {
  make_sound(false, false);
  ASSERT_NO_FATAL_FAILURE(play(kLiveTone));
  const Peer peer;
  const auto subscription = listen(peer, true);
  tell_loss(peer, 0.15);
  track_->adapt(now_);
  EXPECT_EQ(expected_loss(), 0);
}

TEST_F(SoundTest, AnEncoderThatIsMadeAnewExpectsWhatIsKnown) {
  make_sound(true, false);
  ASSERT_NO_FATAL_FAILURE(play(kLiveTone));
  const Peer peer;
  auto subscription = listen(peer, true);
  tell_loss(peer, 0.3);
  track_->adapt(now_);
  subscription.reset();
  ASSERT_EQ(count("opusenc"), 0U);
  subscription = listen(peer, true);
  track_->adapt(now_);
  EXPECT_EQ(expected_loss(), 30);
}

struct PauseCase {
  const char* name;
  bool leaves_out_silence;
  bool begins_pauses;  // with an empty packet, which comes from here
  std::string elements;
};

class SilenceTest : public SoundTest, public ::testing::WithParamInterface<PauseCase> {};

const std::string kSilence = "audiotestsrc is-live=true wave=silence ! audio/x-raw,rate=48000,channels=2";
const std::string kPauses = " ! opusenc dtx=true complexity=7";

bool ends_pause(const Packet& before, const Packet& after) {
  return timestamp_of(after) - timestamp_of(before) > 2 * kSoundFrame;
}

std::size_t count_pauses(const std::vector<Packet>& packets) {
  std::size_t pauses = 0;
  for (std::size_t i = 1; i < packets.size(); ++i) {
    pauses += ends_pause(packets[i - 1], packets[i]) ? 1 : 0;
  }
  return pauses;
}

TEST_P(SilenceTest, IsLeftOutAndDoesNotLookLost) {
  make_sound(true, GetParam().leaves_out_silence);
  ASSERT_NO_FATAL_FAILURE(play(GetParam().elements));
  const Peer peer;
  const auto subscription = listen(peer, true);
  ASSERT_TRUE(peer.await([](const auto& packets) { return count_pauses(packets) >= 2; }));
  const auto packets = peer.packets();
  for (std::size_t i = 1; i < packets.size(); ++i) {
    EXPECT_EQ(sequence_of(packets[i]), static_cast<std::uint16_t>(sequence_of(packets[i - 1]) + 1));
    const bool is_empty = payload_of(packets[i]).size() <= 2;
    if (ends_pause(packets[i - 1], packets[i])) {
      EXPECT_FALSE(is_empty);
      EXPECT_NE(packets[i][1] & 0x80, 0) << "the marker says that there was a pause (RFC 3551, 4.1)";
      EXPECT_EQ(payload_of(packets[i - 1]).size() <= 2, GetParam().begins_pauses);
    }
  }
  const Peer newcomer;
  const auto late = listen(newcomer, true);
  EXPECT_TRUE(newcomer.await_packets(1));
  EXPECT_TRUE(listener_.errors().empty());
  EXPECT_TRUE(listener_.warnings().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, SilenceTest,
    ::testing::Values(PauseCase{"Raw", true, true, kSilence}, PauseCase{"Encoded", false, true, kSilence + kPauses},
                      PauseCase{"Rtp", false, false, kSilence + kPauses + " ! rtpopuspay dtx=true"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(SoundTest, SilenceIsSentIfNothingElseIsSaid) {
  make_sound(true, false);
  ASSERT_NO_FATAL_FAILURE(play(kSilence));
  const Peer peer;
  const auto subscription = listen(peer, true);
  ASSERT_TRUE(peer.await_packets(30));
  EXPECT_EQ(count_pauses(peer.packets()), 0U);
}

}  // namespace
}  // namespace rtcmc::send::testing
