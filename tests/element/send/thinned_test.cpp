// SPDX-License-Identifier: LGPL-2.1-or-later
// Encoded pictures and RTP, of which those get less whose links do not carry all.
#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "rtp/frame_class.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::FrameClass;
using rtp::Kind;

constexpr std::uint64_t kPlenty = 100'000'000;  // bit/s
constexpr std::size_t kMostPackets = 2000;

const std::string kNoise =
    "videotestsrc is-live=true pattern=snow ! video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! ";

/// With droppable frames, as far as encoders here make them.
struct EncodedInput {
  const char* name;
  Codec codec;
  std::string elements;
  bool has_droppable;
};

/// What came with one timestamp.
struct Frame {
  std::uint32_t timestamp;
  FrameClass frame_class;
  std::vector<std::vector<std::uint8_t>> payloads;
};

std::vector<Frame> frames_of(const std::vector<Packet>& packets, Codec codec) {
  rtp::FrameClassifier classifier(codec);
  std::vector<Frame> frames;
  for (const Packet& packet : packets) {
    const std::uint32_t timestamp = timestamp_of(packet);
    const auto payload = payload_of(packet);
    const FrameClass known = classifier.on_packet(timestamp, payload).frame;
    if (frames.empty() || frames.back().timestamp != timestamp) {
      frames.push_back({timestamp, known, {}});
    }
    frames.back().frame_class = known;
    frames.back().payloads.push_back(payload);
  }
  return frames;
}

class ThinnedTest : public TrackTest, public ::testing::WithParamInterface<EncodedInput> {
 protected:
  void begin() {
    make_track(Kind::Video, {GetParam().codec});
    ASSERT_NO_FATAL_FAILURE(play(GetParam().elements));
    of_wide_ = start(wide_, GetParam().codec);
    of_thin_ = start(thin_, GetParam().codec);
    of_wide_->set_budget(Budget{kPlenty});
    of_thin_->set_budget(Budget{kPlenty});
  }
  /// Adapting half a second later with each packet that the wide link gets.
  [[nodiscard]] bool adapt_until(const std::function<bool()>& is_so) {
    for (std::size_t packets = wide_.packets().size(); !is_so(); packets = wide_.packets().size()) {
      if (packets > kMostPackets || !wide_.await_packets(packets + 1)) {
        return false;
      }
      if (share_ > 0) {
        of_thin_->set_budget(Budget{track_->bitrate() * share_ / 100});
      }
      track_->adapt(now_ += std::chrono::milliseconds(500));
    }
    return true;
  }
  [[nodiscard]] bool adapt_until(Portion portion) {
    return adapt_until([&] { return of_thin_->portion() == portion; });
  }
  /// A while later.
  [[nodiscard]] bool pass(std::size_t packets) {
    const std::size_t so_far = wide_.packets().size();
    return adapt_until([&] { return wide_.packets().size() >= so_far + packets; });
  }
  struct Period {
    std::uint32_t begin;  // timestamps
    std::uint32_t end;
  };
  /// The portion for as many packets in a row. What it is the best of goes by what has come of late, which on a busy
  /// machine may be something else for a while.
  [[nodiscard]] std::optional<Period> stay_at(Portion portion, std::size_t packets) {
    constexpr std::size_t kToSettle = 40;
    while (wide_.packets().size() < kMostPackets && adapt_until(portion)) {
      const auto holds_for = [&](std::size_t count) {
        const std::size_t so_far = wide_.packets().size();
        return adapt_until(
                   [&] { return of_thin_->portion() != portion || wide_.packets().size() >= so_far + count; }) &&
               of_thin_->portion() == portion;
      };
      if (!holds_for(kToSettle)) {
        continue;
      }
      const std::uint32_t begin = timestamp_of(thin_.packets().back());
      if (holds_for(packets)) {
        return Period{begin, timestamp_of(thin_.packets().back())};
      }
    }
    return std::nullopt;
  }
  /// Until the rate is known.
  [[nodiscard]] std::uint64_t rate() {
    EXPECT_TRUE(adapt_until([&] { return track_->bitrate() != kConfigured; }));
    return track_->bitrate();
  }
  /// What the thin link got is what the wide one got, in its order, with whole frames missing at most.
  void expect_whole() {
    const auto thin = thin_.packets();
    for (std::size_t i = 1; i < thin.size(); ++i) {
      ASSERT_EQ(sequence_of(thin[i]), static_cast<std::uint16_t>(sequence_of(thin[i - 1]) + 1)) << "looks like a loss";
    }
    auto all = frames_of(wide_.packets(), GetParam().codec);
    auto got = frames_of(thin, GetParam().codec);
    got.pop_back();  // may not have ended
    auto next = all.begin();
    for (const Frame& frame : got) {
      next = std::find_if(next, all.end(), [&](const Frame& each) { return each.timestamp == frame.timestamp; });
      ASSERT_NE(next, all.end()) << "not in this order, or not at all";
      EXPECT_EQ(next->payloads, frame.payloads);
      ++next;
    }
  }

  static constexpr std::uint64_t kConfigured = 1'000'000;  // as make_track() has it

  Peer wide_;
  Peer thin_;
  std::unique_ptr<Subscription> of_wide_;
  std::unique_ptr<Subscription> of_thin_;
  std::uint64_t share_ = 0;  // percent of the input's rate that the thin link carries; 0: as was set

 private:
  std::chrono::steady_clock::time_point now_{std::chrono::seconds(1000)};
};

TEST_P(ThinnedTest, WhoHasAThinLinkGetsKeyframesAndThenAllAgain) {
  ASSERT_NO_FATAL_FAILURE(begin());
  const std::uint64_t rate_of_all = rate();
  of_thin_->set_budget(Budget{rate_of_all / 4});
  ASSERT_TRUE(adapt_until(Portion::KeyframesOnly));
  const std::size_t before = thin_.packets().size();
  ASSERT_TRUE(adapt_until([&] { return thin_.packets().size() > before + 3; })) << "a keyframe comes";
  ASSERT_TRUE(pass(60));
  const std::size_t reduced = thin_.packets().size();
  EXPECT_LT(reduced - before, wide_.packets().size() / 2);
  const auto kept = thin_.packets();
  const auto slides = frames_of({kept.begin() + static_cast<std::ptrdiff_t>(before), kept.end()}, GetParam().codec);
  EXPECT_LE(std::ranges::count_if(slides, [](const Frame& each) { return each.frame_class != FrameClass::Key; }), 1)
      << "what had begun, and keyframes";
  EXPECT_EQ(of_wide_->portion(), Portion::Everything);

  of_thin_->set_budget(Budget{kPlenty});
  ASSERT_TRUE(adapt_until(Portion::Everything));
  ASSERT_TRUE(thin_.await_packets(thin_.packets().size() + 30));
  expect_whole();
}

TEST_P(ThinnedTest, DroppableFramesGoFirst) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_GT(rate(), 0U);
  ASSERT_TRUE(pass(300)) << "which evens keyframes out";
  share_ = 75;
  ASSERT_TRUE(adapt_until([this] { return of_thin_->portion() != Portion::Everything; }));
  if (!GetParam().has_droppable) {
    EXPECT_EQ(of_thin_->portion(), Portion::KeyframesOnly);
    return;
  }
  const auto period = stay_at(Portion::WithoutDroppable, 100);
  ASSERT_TRUE(period);
  share_ = 0;
  of_thin_->set_budget(Budget{kPlenty});
  ASSERT_TRUE(adapt_until(Portion::Everything));
  ASSERT_TRUE(pass(60));
  expect_whole();
  std::map<std::uint32_t, bool> got;
  for (const Packet& packet : thin_.packets()) {
    got[timestamp_of(packet)] = true;
  }
  unsigned left_out = 0;
  for (const Frame& frame : frames_of(wide_.packets(), GetParam().codec)) {
    if (static_cast<std::int32_t>(frame.timestamp - period->begin) > 0 && !got.contains(frame.timestamp) &&
        static_cast<std::int32_t>(frame.timestamp - period->end) < 0) {
      EXPECT_EQ(frame.frame_class, FrameClass::Droppable);
      ++left_out;
    }
  }
  EXPECT_GT(left_out, 3U);
}

const std::string kLowX264 =
    kNoise +
    "x264enc speed-preset=superfast pass=quant quantizer=35 pb-factor=1 key-int-max=30 bframes=3 b-adapt=false ";

INSTANTIATE_TEST_SUITE_P(
    Inputs, ThinnedTest,
    ::testing::Values(
        EncodedInput{"H264", Codec::H264, kLowX264 + "option-string=scenecut=0 ! h264parse", true},
        EncodedInput{"H264InSlices", Codec::H264,
                     kLowX264 + "option-string=scenecut=0:slices=4 ! video/x-h264,stream-format=byte-stream", true},
        EncodedInput{"H264Rtp", Codec::H264,
                     kLowX264 + "option-string=scenecut=0 ! rtph264pay config-interval=-1 aggregate-mode=zero-latency",
                     false},
        EncodedInput{"H264WithoutBFrames", Codec::H264,
                     kNoise + "x264enc speed-preset=superfast tune=zerolatency bitrate=500 key-int-max=30 ! h264parse",
                     false},
        EncodedInput{"H265", Codec::H265,
                     kNoise + "x265enc speed-preset=ultrafast bitrate=500 key-int-max=30 "
                              "option-string=\"bframes=3:b-adapt=0:b-pyramid=0\" ! h265parse",
                     true},
        EncodedInput{"Vp8", Codec::Vp8,
                     kNoise + "vp8enc deadline=1 cpu-used=8 target-bitrate=500000 keyframe-max-dist=30", false}),
    [](const auto& info) { return info.param.name; });

TEST_F(TrackTest, WhatIsWantedOfAnEncoderIsToldUpstream) {
  std::atomic<guint> wanted = 0;
  make_track(Kind::Video, {Codec::H264});
  ASSERT_NO_FATAL_FAILURE(feed(kNoise + "x264enc speed-preset=superfast tune=zerolatency bitrate=500 key-int-max=30"));
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(source_.get(), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        GstEvent* event = gst_pad_probe_info_get_event(info);
        guint bitrate = 0;
        if (gst_event_has_name(event, kBitrateWantedEvent) &&
            gst_structure_get_uint(gst_event_get_structure(event), "bitrate", &bitrate)) {
          *static_cast<std::atomic<guint>*>(data) = bitrate;
        }
        return GST_PAD_PROBE_OK;
      },
      &wanted, nullptr);
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_codecs());
  Peer peer;
  const auto subscription = start(peer, Codec::H264);
  subscription->set_budget(Budget{kPlenty});
  std::optional<std::uint64_t> news;
  std::chrono::steady_clock::time_point now{std::chrono::seconds(1000)};
  for (std::size_t packets = 0; packets < kMostPackets && wanted == 0; packets = peer.packets().size()) {
    ASSERT_TRUE(peer.await_packets(packets + 1));
    news = std::max(news, track_->adapt(now += std::chrono::milliseconds(500)));
    subscription->set_budget(Budget{packets < 20 ? kPlenty : 100'000});
  }
  EXPECT_EQ(wanted, 100'000U);
  EXPECT_EQ(news, 100'000U);
}

TEST_F(TrackTest, OfWhomNothingIsKnownGetsAllThatIsEncoded) {
  make_track(Kind::Video, {Codec::H264});
  ASSERT_NO_FATAL_FAILURE(play(kNoise + "x264enc speed-preset=superfast tune=zerolatency bitrate=500"));
  Peer peer;
  const auto subscription = start(peer, Codec::H264);
  std::chrono::steady_clock::time_point now{std::chrono::seconds(1000)};
  for (std::size_t packets = 0; packets < 150; packets = peer.packets().size()) {
    ASSERT_TRUE(peer.await_packets(packets + 1));
    EXPECT_EQ(track_->adapt(now += std::chrono::milliseconds(500)), std::nullopt);
    EXPECT_EQ(subscription->portion(), Portion::Everything);
  }
}

}  // namespace
}  // namespace rtcmc::send::testing
