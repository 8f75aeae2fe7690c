// SPDX-License-Identifier: LGPL-2.1-or-later
// Input that is encoded or packed already.
#include <mutex>
#include <optional>

#include "media/elements.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

/// Keyframes on request only; x265enc sends parameter sets just once.
const std::string kRed = "videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=240,framerate=30/1 ! ";
const std::string kX264 = "x264enc name=encoder tune=zerolatency speed-preset=ultrafast key-int-max=3000 ! ";
const std::string kVp8 = "vp8enc name=encoder deadline=1 keyframe-max-dist=3000 ! ";

struct Case {
  const char* name;
  Kind kind;
  Codec codec;
  std::string elements;
  const char* decoder;
};

class InputTest : public TrackTest, public ::testing::WithParamInterface<Case> {};

/// A keyframe has come a long time ago when the first peer comes, and the next regular one is far away.
TEST_P(InputTest, ReachesNewcomersFromAKeyframeOn) {
  make_track(GetParam().kind);
  ASSERT_NO_FATAL_FAILURE(play(GetParam().elements));
  EXPECT_EQ(track_->codecs(), std::vector{GetParam().codec});
  for (int i = 0; i < 2; ++i) {
    Peer peer;
    auto subscription = start(peer, GetParam().codec, 120);
    ASSERT_TRUE(peer.await_packets(12));
    subscription.reset();
    EXPECT_TRUE(starts_keyframe(peer.packets().front(), GetParam().codec));
    EXPECT_EQ(payload_type_of(peer.packets().front()), 120);
    if (GetParam().decoder) {
      const Picture picture = decode(peer, GetParam().codec, GetParam().decoder);
      EXPECT_GT(picture.red, 200);
      EXPECT_LT(picture.green, 60);
    }
  }
  EXPECT_TRUE(listener_.encoders().empty());
  EXPECT_TRUE(listener_.errors().empty());
}

const char* const kDecodeH264 = "rtph264depay ! h264parse ! avdec_h264";
const char* const kDecodeVp8 = "rtpvp8depay ! vp8dec";

INSTANTIATE_TEST_SUITE_P(
    Formats, InputTest,
    ::testing::Values(
        Case{"H264ByteStream", Kind::Video, Codec::H264,
             kRed + kX264 + "video/x-h264,stream-format=byte-stream,alignment=au,profile=baseline", kDecodeH264},
        Case{"H264Nal", Kind::Video, Codec::H264,
             kRed + kX264 + "h264parse ! video/x-h264,stream-format=byte-stream,alignment=nal", kDecodeH264},
        Case{"H264Avc", Kind::Video, Codec::H264, kRed + kX264 + "video/x-h264,stream-format=avc,alignment=au",
             kDecodeH264},
        Case{"H265", Kind::Video, Codec::H265,
             kRed + "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 ! video/x-h265",
             "rtph265depay ! h265parse ! avdec_h265"},
        Case{"Vp8", Kind::Video, Codec::Vp8, kRed + kVp8 + "video/x-vp8", kDecodeVp8},
        Case{"Vp9", Kind::Video, Codec::Vp9, kRed + "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=3000 ! video/x-vp9",
             "rtpvp9depay ! vp9dec"},
        Case{"Vp8Rtp", Kind::Video, Codec::Vp8, kRed + kVp8 + "rtpvp8pay ssrc=77 mtu=500", kDecodeVp8},
        Case{"H264Rtp", Kind::Video, Codec::H264, kRed + kX264 + "rtph264pay ssrc=77 mtu=500 config-interval=-1",
             kDecodeH264},
        Case{"Opus", Kind::Audio, Codec::Opus, "audiotestsrc is-live=true ! opusenc", nullptr},
        Case{"OpusRtp", Kind::Audio, Codec::Opus, "audiotestsrc is-live=true ! opusenc ! rtpopuspay ssrc=77", nullptr},
        Case{"Pcmu", Kind::Audio, Codec::Pcmu,
             "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! mulawenc", nullptr},
        Case{"Pcma", Kind::Audio, Codec::Pcma, "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc",
             nullptr},
        Case{"G722", Kind::Audio, Codec::G722, "audiotestsrc is-live=true ! avenc_g722", nullptr}),
    [](const auto& info) { return std::string(info.param.name); });

class EncodedTest : public TrackTest {};

TEST_F(EncodedTest, TheSsrcOfRtpIsKept) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "rtpvp8pay ssrc=77"));
  EXPECT_EQ(track_->ssrc(), 77U);
}

TEST_F(EncodedTest, AnSsrcThatOnlyThePacketsHaveIsAwaited) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 +
                               "rtpvp8pay ssrc=77 ! capssetter replace=true join=false "
                               "caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000"));
  EXPECT_EQ(track_->ssrc(), 77U);
}

TEST_F(EncodedTest, RtpKeepsItsPaceAndGetsNumbersOfOurOwn) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "rtpvp8pay name=pay seqnum-offset=1000 timestamp-offset=5000"));
  Peer peer;
  std::optional<std::uint16_t> last;
  for (int i = 0; i < 2; ++i) {
    peer.forget_packets();
    auto subscription = start(peer, Codec::Vp8);
    ASSERT_TRUE(peer.await_packets(3));
    subscription.reset();
    const auto packets = peer.packets();
    EXPECT_TRUE(!last || sequence_of(packets.front()) == static_cast<std::uint16_t>(*last + 1));
    for (std::size_t j = 1; j < packets.size(); ++j) {
      EXPECT_EQ(static_cast<std::uint16_t>(sequence_of(packets[j]) - sequence_of(packets[j - 1])), 1U);
      EXPECT_LT(timestamp_of(packets[j]) - timestamp_of(packets[j - 1]), 90000U);
    }
    last = sequence_of(packets.back());
  }
}

TEST_F(EncodedTest, TheProfileOfH264IsInTheCapsForSdp) {
  make_track(Kind::Video);
  // Not as fast as can be: x264 makes Baseline then, whatever the caps say, and which of both counts is a race.
  ASSERT_NO_FATAL_FAILURE(play(kRed + "x264enc tune=zerolatency speed-preset=superfast ! "
                                      "video/x-h264,stream-format=byte-stream,profile=main"));
  const auto caps = track_->rtp_caps(Codec::H264);
  const std::string profile = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "profile-level-id");
  // The flags that follow are the encoder's, once its parameter sets are known: x264 sets constraint_set1_flag.
  EXPECT_EQ(profile.substr(0, 2), "4d");
}

TEST_F(EncodedTest, KeyframeRequestsGoUpstream) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "video/x-vp8"));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(5));
  peer.request_keyframe();
  EXPECT_TRUE(peer.await([](const auto& packets) { return count_keyframes(packets, Codec::Vp8) >= 2; }));
}

TEST_F(EncodedTest, AnotherCodecInMidStreamIsAnErrorThatSaysSo) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "video/x-vp8"));
  ASSERT_NO_FATAL_FAILURE(feed_instead(kRed + kX264 + "video/x-h264,stream-format=byte-stream"));
  ASSERT_TRUE(listener_.await_error());
  const auto error = listener_.errors().front();
  EXPECT_EQ(error.code, GST_STREAM_ERROR_WRONG_TYPE);
  EXPECT_NE(error.text.find("from VP8 to H264"), std::string::npos) << error.text;
}

TEST_F(EncodedTest, AnotherCodecAfterAStopIsSent) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "video/x-vp8"));
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  ASSERT_NO_FATAL_FAILURE(feed_instead(kRed + kX264 + "video/x-h264,stream-format=byte-stream"));
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_codecs(2));
  EXPECT_EQ(track_->codecs(), std::vector{Codec::H264});
  EXPECT_EQ(count("rtpvp8pay"), 0U);
  Peer peer;
  const auto subscription = start(peer, Codec::H264);
  EXPECT_TRUE(peer.await_packets(5));
  EXPECT_TRUE(listener_.errors().empty());
}

TEST_F(EncodedTest, StopsAtAnyMoment) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(feed(kRed + kVp8 + "video/x-vp8"));
  for (int round = 0; round < 10; ++round) {
    const int known = listener_.codecs_known();
    ASSERT_NO_FATAL_FAILURE(play());
    if (round % 2 == 1) {
      ASSERT_TRUE(listener_.await_codecs(known + 1));
    }
    Peer peer;
    const auto subscription = start(peer, Codec::Vp8);
    if (round % 4 == 3) {
      EXPECT_TRUE(peer.await_packets(1));
    }
    ASSERT_EQ(gst_element_set_state(pipeline_.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_EQ(track_->codecs(), std::nullopt);
  }
}

TEST_F(EncodedTest, APeerThatWantsAnotherCodecIsSilent) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "video/x-vp8"));
  Peer peer;
  Peer other;
  const auto subscription = start(peer, Codec::H264);
  const auto to_other = start(other, Codec::Vp8);
  ASSERT_TRUE(other.await_packets(5));
  EXPECT_TRUE(peer.packets().empty());
}

TEST_F(EncodedTest, StopsAtAnyMomentAndGoesOnWithItsPeer) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(feed(kRed + kX264 + "video/x-h264,stream-format=byte-stream"));
  for (int round = 0; round < 5; ++round) {
    ASSERT_NO_FATAL_FAILURE(play());
    ASSERT_EQ(gst_element_set_state(pipeline_.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_codecs());
  Peer peer;
  const auto subscription = start(peer, Codec::H264);
  ASSERT_TRUE(peer.await_packets(3));
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  peer.forget_packets();
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(peer.await_packets(3));
  EXPECT_TRUE(starts_keyframe(peer.packets().front(), Codec::H264));
  EXPECT_EQ(count("rtph264pay"), 1U);
}

struct Switched {
  const char* name;
  Codec codec;
  std::string elements;  // between a picture and the selector
  const char* decoder;
};

class SwitchTest : public TrackTest, public ::testing::WithParamInterface<Switched> {};

/// As input-selector, fallbackswitch or a camera that reboots: what comes from another encoder builds on pictures that
/// nobody has.
TEST_P(SwitchTest, AnotherStreamIsSeenFromItsKeyframeOn) {
  make_track(Kind::Video);
  const std::string blue = std::string(kRed).replace(kRed.find("=red"), 4, "=blue");
  ASSERT_NO_FATAL_FAILURE(feed("input-selector name=selector " + kRed + GetParam().elements + "selector. " + blue +
                               GetParam().elements + "selector. selector. ! identity"));
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_codecs());
  Peer peer;
  auto subscription = start(peer, GetParam().codec);
  ASSERT_TRUE(peer.await_packets(10));
  const auto other = static_pad(element("selector"), "sink_1");
  g_object_set(element("selector"), "active-pad", other.get(), nullptr);
  const std::size_t before = peer.packets().size();
  ASSERT_TRUE(peer.await_packets(before + 20));
  subscription.reset();
  const Picture picture = decode(peer, GetParam().codec, GetParam().decoder);
  EXPECT_GT(picture.blue, 200);
  EXPECT_LT(picture.red, 60);
  EXPECT_TRUE(listener_.warnings().empty()) << ::testing::PrintToString(listener_.warnings());
}

INSTANTIATE_TEST_SUITE_P(
    Forms, SwitchTest,
    ::testing::Values(Switched{"Vp8", Codec::Vp8, "vp8enc deadline=1 keyframe-max-dist=3000 ! ", kDecodeVp8},
                      Switched{"H264", Codec::H264,
                               "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 ! "
                               "video/x-h264,stream-format=byte-stream,profile=constrained-baseline ! ",
                               kDecodeH264},
                      Switched{"Vp8Rtp", Codec::Vp8, "vp8enc deadline=1 keyframe-max-dist=3000 ! rtpvp8pay ! ",
                               kDecodeVp8}),
    [](const auto& info) { return std::string(info.param.name); });

/// A peer that does not take its packets in time must not hold up what is before the track.
TEST_F(EncodedTest, UpstreamIsNeverHeldUp) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRed + kVp8 + "identity name=passed ! video/x-vp8"));
  Peer peer;
  std::mutex blocked;
  peer.on_arrival([&blocked] { const std::lock_guard wait(blocked); });
  Monitor monitor;
  int frames = 0;
  struct Counter {
    Monitor& monitor;
    int& frames;
  } counter{monitor, frames};
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(element("passed"), "src"));
  const auto subscription = start(peer, Codec::Vp8);
  std::unique_lock hold(blocked);  // not earlier: what is there when it starts arrives on this thread
  const gulong probe = gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        auto& counter = *static_cast<Counter*>(data);
        counter.monitor.change([&counter] { ++counter.frames; });
        return GST_PAD_PROBE_OK;
      },
      &counter, nullptr);
  EXPECT_TRUE(monitor.await([&frames] { return frames >= 60; })) << "two seconds' worth, more than may wait";
  gst_pad_remove_probe(pad.get(), probe);
  hold.unlock();
  // What follows the gap begins with a keyframe.
  EXPECT_TRUE(peer.await([](const auto& packets) {
    for (std::size_t i = 1; i < packets.size(); ++i) {
      if (timestamp_of(packets[i]) - timestamp_of(packets[i - 1]) > 90000 / 4) {
        EXPECT_TRUE(starts_keyframe(packets[i], Codec::Vp8));
        return true;
      }
    }
    return false;
  }));
}

/// A camera that keeps to its interval of keyframes, whoever asks for one.
class DeafCameraTest : public TrackTest {
 protected:
  void SetUp() override {
    make_track(Kind::Video);
    ASSERT_NO_FATAL_FAILURE(
        feed("appsrc name=app is-live=true format=time "
             "caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96"));
    gst_pad_add_probe(
        track_->sink_pad(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo*, gpointer self) {
          auto* test = static_cast<DeafCameraTest*>(self);
          test->monitor_.change([test] { ++test->arrived_; });
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    ASSERT_NO_FATAL_FAILURE(play());
    push(true);
    push(false);
    ASSERT_TRUE(listener_.await_codecs());
    // The keyframe is through.
    ASSERT_TRUE(monitor_.await([this] { return arrived_ == 2; }));
  }
  /// Five a second.
  void push(bool is_keyframe) {
    const auto number = static_cast<std::uint8_t>(pushed_);
    const std::uint8_t frame = is_keyframe ? 0x10 : 0x11;
    const Packet packet{0x80, 0xe0, 0, number, 0, number, 0, 0, 0, 0, 0, 7, 0x10, frame, 2, 0, 0x9d, 1, 0x2a};
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_memdup(packet.data(), packet.size()));
    GST_BUFFER_PTS(buffer.get()) = pushed_++ * GST_SECOND / 5;
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(element("app"), "push-buffer", buffer.get(), &flow);
  }
  void push_deltas(int count) {
    for (int i = 0; i < count; ++i) {
      push(false);
    }
  }
  /// Until all has been taken.
  void finish() {
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(element("app"), "end-of-stream", &flow);
    ASSERT_TRUE(listener_.await_end());
  }

 private:
  Monitor monitor_;
  unsigned arrived_ = 0;
  std::uint64_t pushed_ = 0;
};

TEST_F(DeafCameraTest, IsToldOfOnce) {
  Peer peer;
  push_deltas(60);  // nobody asks
  const auto subscription = start(peer, Codec::Vp8);
  push_deltas(60);
  ASSERT_TRUE(listener_.await_warning());
  EXPECT_NE(listener_.warnings().front().find("key-int-max"), std::string::npos) << listener_.warnings().front();
  push(true);
  peer.request_keyframe();
  push_deltas(60);
  finish();
  EXPECT_EQ(listener_.warnings().size(), 1U);
}

TEST_F(DeafCameraTest, OneThatHearsIsNot) {
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  push_deltas(20);
  push(true);
  push_deltas(60);
  finish();
  EXPECT_TRUE(listener_.warnings().empty());
}

}  // namespace
}  // namespace rtcmc::send::testing
