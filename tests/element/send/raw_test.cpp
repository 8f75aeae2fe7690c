// SPDX-License-Identifier: LGPL-2.1-or-later
// Raw input: encoders come and go with the peers that need them.
#include <gst/video/video.h>

#include <algorithm>
#include <array>

#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

const std::string kRedPicture =
    "videotestsrc name=test is-live=true pattern=red ! video/x-raw,width=320,height=240,framerate=30/1";
const std::string kTone = "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2";

void expect_red(const Picture& picture) {
  EXPECT_GT(picture.red, 200);
  EXPECT_LT(picture.green, 60);
  EXPECT_LT(picture.blue, 60);
}

void expect_in_sequence(const std::vector<Packet>& packets) {
  for (std::size_t i = 1; i < packets.size(); ++i) {
    EXPECT_EQ(sequence_of(packets[i]), static_cast<std::uint16_t>(sequence_of(packets[i - 1]) + 1));
  }
}

class RawTest : public TrackTest {};

TEST_F(RawTest, NothingIsKnownBeforeTheCaps) {
  make_track(Kind::Video);
  EXPECT_EQ(track_->codecs(), std::nullopt);
}

TEST_F(RawTest, AutomaticIsWhatIsCheapToEncode) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  EXPECT_EQ(track_->codecs(), (std::vector{Codec::Vp8, Codec::H264}));
}

TEST_F(RawTest, TheUsersOrderIsKept) {
  make_track(Kind::Video, {Codec::Vp9, Codec::H264});
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  EXPECT_EQ(track_->codecs(), (std::vector{Codec::Vp9, Codec::H264}));
}

struct VideoCase {
  Codec codec;
  const char* decoder;
};

class RawVideoTest : public TrackTest, public ::testing::WithParamInterface<VideoCase> {};

TEST_P(RawVideoTest, IsDecodedAtThePeer) {
  make_track(Kind::Video, {GetParam().codec});
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer peer;
  auto subscription = start(peer, GetParam().codec);
  ASSERT_TRUE(peer.await_packets(15));
  subscription.reset();
  EXPECT_TRUE(starts_keyframe(peer.packets().front(), GetParam().codec));
  expect_in_sequence(peer.packets());
  const Picture picture = decode(peer, GetParam().codec, GetParam().decoder);
  EXPECT_EQ(picture.width, 320);
  expect_red(picture);
}

TEST_P(RawVideoTest, SizeAndFormatMayChangeInMidStream) {
  const Codec codec = GetParam().codec;
  make_track(Kind::Video, {codec});
  ASSERT_NO_FATAL_FAILURE(
      play("videotestsrc is-live=true pattern=red ! capsfilter name=filter "
           "caps=video/x-raw,format=I420,width=320,height=240,framerate=30/1"));
  Peer peer;
  auto subscription = start(peer, codec);
  ASSERT_TRUE(peer.await_packets(10));
  const auto caps =
      glib::Ref<GstCaps>::adopt(gst_caps_from_string("video/x-raw,format=RGB,width=161,height=120,framerate=30/1"));
  g_object_set(element("filter"), "caps", caps.get(), nullptr);
  ASSERT_TRUE(peer.await([codec](const auto& packets) { return count_keyframes(packets, codec) >= 2; }));
  ASSERT_TRUE(peer.await_packets(peer.packets().size() + 10));
  subscription.reset();
  expect_in_sequence(peer.packets());
  const Picture picture = decode(peer, GetParam().codec, GetParam().decoder);
  EXPECT_EQ(picture.width, 160);
  expect_red(picture);
}

INSTANTIATE_TEST_SUITE_P(Codecs, RawVideoTest,
                         ::testing::Values(VideoCase{Codec::Vp8, "rtpvp8depay ! vp8dec"},
                                           VideoCase{Codec::H264, "rtph264depay ! h264parse ! avdec_h264"},
                                           VideoCase{Codec::Vp9, "rtpvp9depay ! vp9dec"},
                                           VideoCase{Codec::H265, "rtph265depay ! h265parse ! avdec_h265"}),
                         [](const auto& info) { return std::string(rtp::info(info.param.codec).encoding_name); });

TEST_F(RawTest, PeersGetTheSamePayloadsWithTheirOwnNumbers) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer chrome;
  Peer firefox;
  auto to_chrome = track_->subscribe({Codec::Vp8, 96, 4, "0"}, chrome.transmission());
  auto to_firefox = track_->subscribe({Codec::Vp8, 120, 3, "video"}, firefox.transmission());
  to_chrome->start();
  to_firefox->start();
  ASSERT_TRUE(chrome.await_packets(20));
  ASSERT_TRUE(firefox.await_packets(20));
  to_chrome.reset();
  to_firefox.reset();

  const auto of_chrome = chrome.packets();
  const auto of_firefox = firefox.packets();
  // Either may have begun one keyframe earlier.
  const auto first = std::max(timestamp_of(of_chrome.front()), timestamp_of(of_firefox.front()));
  auto a = std::ranges::find(of_chrome, first, timestamp_of);
  auto b = std::ranges::find(of_firefox, first, timestamp_of);
  ASSERT_NE(a, of_chrome.end());
  ASSERT_NE(b, of_firefox.end());
  for (; a != of_chrome.end() && b != of_firefox.end(); ++a, ++b) {
    EXPECT_EQ(payload_of(*a), payload_of(*b));
    EXPECT_EQ(timestamp_of(*a), timestamp_of(*b));
    EXPECT_EQ(payload_type_of(*a), 96);
    EXPECT_EQ(payload_type_of(*b), 120);
    EXPECT_EQ(Packet(a->begin() + 12, a->begin() + 18), (Packet{0xbe, 0xde, 0, 1, 0x40, '0'}));
    EXPECT_EQ(Packet(b->begin() + 12, b->begin() + 22), (Packet{0xbe, 0xde, 0, 2, 0x34, 'v', 'i', 'd', 'e', 'o'}));
  }
}

TEST_F(RawTest, ManyPeersShareOneEncoderThatGoesWithTheLast) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  const std::size_t idle = count_all();
  EXPECT_EQ(count("vp8enc"), 0U);
  {
    std::array<Peer, 5> peers;
    auto subscriptions = start(peers, Codec::Vp8);
    for (Peer& peer : peers) {
      EXPECT_TRUE(peer.await_packets(5));
      EXPECT_TRUE(starts_keyframe(peer.packets().front(), Codec::Vp8));
    }
    EXPECT_EQ(count("vp8enc"), 1U);
    EXPECT_EQ(count("rtpvp8pay"), 1U);
    EXPECT_EQ(listener_.encoders(), std::vector<std::string>{"vp8enc"});
    EXPECT_EQ(listener_.payloaders(), std::vector<std::string>{"rtpvp8pay"});
    subscriptions.resize(1);
    peers[0].forget_packets();
    EXPECT_TRUE(peers[0].await_packets(5));
    subscriptions.clear();
  }
  EXPECT_EQ(count_all(), idle);
}

TEST_F(RawTest, ASecondCodecComesAndGoesUnnoticed) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer vp8;
  const auto subscription = start(vp8, Codec::Vp8);
  ASSERT_TRUE(vp8.await_packets(5));
  {
    Peer h264;
    const auto other = start(h264, Codec::H264);
    ASSERT_TRUE(h264.await_packets(5));
    EXPECT_TRUE(starts_keyframe(h264.packets().front(), Codec::H264));
    EXPECT_EQ(count("rtph264pay"), 1U);
  }
  EXPECT_EQ(count("rtph264pay"), 0U);
  EXPECT_EQ(count("vp8enc"), 1U);
  vp8.forget_packets();
  ASSERT_TRUE(vp8.await_packets(5));
  expect_in_sequence(vp8.packets());
}

TEST_F(RawTest, NothingIsSentUntilSomeoneStarts) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer peer;
  const auto subscription = subscribe(peer, Codec::Vp8);
  // Input flows meanwhile: another peer is served.
  Peer other;
  const auto to_other = start(other, Codec::Vp8);
  ASSERT_TRUE(other.await_packets(10));
  EXPECT_TRUE(peer.packets().empty());
  subscription->start();
  ASSERT_TRUE(peer.await_packets(3));
}

TEST_F(RawTest, ANewcomersFirstPacketIsAKeyframes) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer first;
  const auto subscription = start(first, Codec::H264);
  ASSERT_TRUE(first.await_packets(10));
  for (int i = 0; i < 3; ++i) {
    Peer newcomer;
    const auto other = start(newcomer, Codec::H264);
    ASSERT_TRUE(newcomer.await_packets(3));
    EXPECT_TRUE(starts_keyframe(newcomer.packets().front(), Codec::H264));
  }
  expect_in_sequence(first.packets());
}

TEST_F(RawTest, AKeyframeComesOnRequest) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(10));
  peer.request_keyframe();
  EXPECT_TRUE(peer.await([](const auto& packets) { return count_keyframes(packets, Codec::Vp8) >= 2; }));
}

TEST_F(RawTest, OddSizesAreCutToEvenOnes) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      play("videotestsrc is-live=true pattern=red ! video/x-raw,format=RGB,width=321,height=241,framerate=30/1"));
  Peer peer;
  auto subscription = start(peer, Codec::H264);
  ASSERT_TRUE(peer.await_packets(10));
  subscription.reset();
  const Picture picture = decode(peer, Codec::H264, "rtph264depay ! h264parse ! avdec_h264");
  EXPECT_EQ(picture.width, 320);
  EXPECT_EQ(picture.height, 240);
  expect_red(picture);
}

TEST_F(RawTest, AFailingPeerDisturbsNobody) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer good;
  Peer bad;
  Peer flushing;
  bad.answer_with(GST_FLOW_ERROR);
  const auto to_bad = start(bad, Codec::Vp8);
  const auto to_flushing = start(flushing, Codec::Vp8);
  const auto to_good = start(good, Codec::Vp8);
  ASSERT_TRUE(bad.await_packets(1));
  flushing.answer_with(GST_FLOW_FLUSHING);
  good.forget_packets();
  ASSERT_TRUE(good.await_packets(20));
  expect_in_sequence(good.packets());
  // It gets a keyframe again when it has recovered.
  bad.forget_packets();
  bad.answer_with(GST_FLOW_OK);
  bad.request_keyframe();
  ASSERT_TRUE(bad.await_packets(3));
  EXPECT_TRUE(starts_keyframe(bad.packets().front(), Codec::Vp8));
}

TEST_F(RawTest, PeersComeAndGoWhilePacketsFlow) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer steady;
  const auto to_steady = start(steady, Codec::Vp8);
  ASSERT_TRUE(steady.await_packets(3));
  for (int round = 0; round < 10; ++round) {
    std::array<Peer, 10> peers;
    const auto subscriptions = start(peers, Codec::Vp8);
    EXPECT_TRUE(peers.back().await_packets(1));
    EXPECT_TRUE(starts_keyframe(peers.back().packets().front(), Codec::Vp8));
  }
  ASSERT_TRUE(steady.await_packets(steady.packets().size() + 5));
  expect_in_sequence(steady.packets());
  EXPECT_EQ(listener_.encoders().size(), 1U);
}

TEST_F(RawTest, SequenceNumbersGoOnWhenABranchIsMadeAgain) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer peer;
  auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(5));
  subscription.reset();
  const auto last = sequence_of(peer.packets().back());
  peer.forget_packets();
  subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(5));
  const auto gap = static_cast<std::uint16_t>(sequence_of(peer.packets().front()) - last);
  EXPECT_GE(gap, 1);
  EXPECT_LT(gap, 100);
}

TEST_F(RawTest, TheEndIsToldToTheListener) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play("videotestsrc is-live=true num-buffers=10 ! video/x-raw,width=320,height=240"));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  EXPECT_TRUE(listener_.await_end());
}

TEST_F(RawTest, TimestampsGoOnAfterAFlush) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      feed("appsrc name=app is-live=true format=time ! "
           "video/x-raw,format=I420,width=16,height=16,framerate=30/1"));
  ASSERT_NO_FATAL_FAILURE(play());
  const auto push = [this](int frame) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 16 * 16 * 3 / 2, nullptr);
    gst_buffer_memset(buffer, 0, 128, 16 * 16 * 3 / 2);
    GST_BUFFER_PTS(buffer) = frame * GST_SECOND / 30;
    GST_BUFFER_DURATION(buffer) = GST_SECOND / 30;
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(element("app"), "push-buffer", buffer, &flow);
    gst_buffer_unref(buffer);
  };
  push(0);
  ASSERT_TRUE(listener_.await_codecs());
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  for (int i = 1; i <= 20; ++i) {
    const std::size_t before = peer.packets().size();
    push(i);
    ASSERT_TRUE(peer.await_packets(before + 1));
  }
  const auto last = timestamp_of(peer.packets().back());
  peer.forget_packets();
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(source_.get(), "src"));
  gst_pad_push_event(pad.get(), gst_event_new_flush_start());
  gst_pad_push_event(pad.get(), gst_event_new_flush_stop(TRUE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(pad.get(), gst_event_new_segment(&segment));
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 16 * 16 * 3 / 2, nullptr);
  gst_buffer_memset(buffer, 0, 128, 16 * 16 * 3 / 2);
  GST_BUFFER_PTS(buffer) = 0;
  EXPECT_EQ(gst_pad_push(pad.get(), buffer), GST_FLOW_OK);
  ASSERT_TRUE(peer.await_packets(1));
  const auto step = static_cast<std::int32_t>(timestamp_of(peer.packets().front()) - last);
  EXPECT_GT(step, 0);
  EXPECT_LE(step, 90000);
}

TEST_F(RawTest, StopsAtAnyMoment) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(feed(kRedPicture));
  for (int round = 0; round < 10; ++round) {
    ASSERT_NO_FATAL_FAILURE(play());
    if (round % 2 == 1) {
      ASSERT_NE(gst_element_get_state(pipeline_.get(), nullptr, nullptr, GST_SECOND), GST_STATE_CHANGE_FAILURE);
    }
    Peer peer;
    std::unique_ptr<Subscription> subscription;
    if (track_->codecs()) {
      subscription = start(peer, round % 4 == 1 ? Codec::Vp8 : Codec::H264);
    }
    if (subscription && round % 3 == 0) {
      EXPECT_TRUE(peer.await_packets(1));
    }
    ASSERT_EQ(gst_element_set_state(pipeline_.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_EQ(track_->codecs(), std::nullopt);
  }
}

/// The same while it waits for the clock, or to play at all: the next picture is due in an hour.
TEST_F(RawTest, StopsAtAnyMomentThoughItWaits) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(feed("videotestsrc ! video/x-raw,width=16,height=16,framerate=1/3600"));
  for (int round = 0; round < 12; ++round) {
    const int known = listener_.codecs_known();
    if (round % 3 == 0) {
      gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
    } else {
      ASSERT_NO_FATAL_FAILURE(play());
    }
    if (round % 2 == 1) {
      ASSERT_TRUE(listener_.await_codecs(known + 1));
    }
    if (round % 4 == 3) {
      gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
      ASSERT_NO_FATAL_FAILURE(play());
      const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(source_.get(), "src"));
      gst_pad_push_event(pad.get(), gst_event_new_flush_start());
      gst_pad_push_event(pad.get(), gst_event_new_flush_stop(TRUE));
    }
    ASSERT_EQ(gst_element_set_state(pipeline_.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
}

TEST_F(RawTest, AnInputThatWaitsMayBeLetGo) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play("videotestsrc ! video/x-raw,width=16,height=16,framerate=1/3600"));
  track_->interrupt();
  // Its source is at an end, which holds nobody up.
  EXPECT_EQ(gst_element_set_state(source_.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(RawTest, GoesOnAfterARestartWithItsPeer) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(3));
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  peer.forget_packets();
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(peer.await_packets(3));
  EXPECT_TRUE(starts_keyframe(peer.packets().front(), Codec::Vp8));
}

TEST_F(RawTest, TheTrackMayGoWhilePlaying) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  Peer peer;
  auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(3));
  subscription.reset();
  track_.reset();
  EXPECT_EQ(count("vp8enc"), 0U);
}

struct AudioCase {
  Codec codec;
  std::uint32_t ticks_per_second;
};

class RawAudioTest : public TrackTest, public ::testing::WithParamInterface<AudioCase> {};

TEST_P(RawAudioTest, IsSentInPacketsOf20Milliseconds) {
  make_track(Kind::Audio, {GetParam().codec});
  ASSERT_NO_FATAL_FAILURE(play(kTone));
  Peer peer;
  const auto subscription = start(peer, GetParam().codec);
  ASSERT_TRUE(peer.await_packets(10));
  const auto packets = peer.packets();
  expect_in_sequence(packets);
  EXPECT_EQ(timestamp_of(packets[9]) - timestamp_of(packets[8]), GetParam().ticks_per_second / 50);
}

INSTANTIATE_TEST_SUITE_P(Codecs, RawAudioTest,
                         ::testing::Values(AudioCase{Codec::Opus, 48000}, AudioCase{Codec::G722, 8000},
                                           AudioCase{Codec::Pcmu, 8000}, AudioCase{Codec::Pcma, 8000}),
                         [](const auto& info) { return std::string(rtp::info(info.param.codec).encoding_name); });

TEST_F(RawTest, SixChannelsAreMixedDown) {
  make_track(Kind::Audio);
  ASSERT_NO_FATAL_FAILURE(
      play("audiotestsrc is-live=true ! audio/x-raw,rate=44100,channels=6,channel-mask=(bitmask)0x3f"));
  EXPECT_EQ(track_->codecs()->front(), Codec::Opus);
  Peer peer;
  const auto subscription = start(peer, Codec::Opus);
  ASSERT_TRUE(peer.await_packets(10));
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(find("opusenc").get(), "sink"));
  const auto caps = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad.get()));
  int channels = 0;
  gst_structure_get_int(gst_caps_get_structure(caps.get(), 0), "channels", &channels);
  EXPECT_EQ(channels, 2);
}

/// As cameras have it: upstream need not copy them.
TEST_F(RawTest, PaddedRowsAreTakenAsTheyAre) {
  constexpr gsize kStride = 256;
  constexpr gsize kSize = kStride * 48;
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      feed("appsrc name=app is-live=true format=time ! "
           "video/x-raw,format=RGB,width=64,height=48,framerate=30/1"));
  ASSERT_NO_FATAL_FAILURE(play());
  const auto push = [this](int frame) {
    std::vector<std::uint8_t> pixels(kSize, 0x55);
    for (gsize i = 0; i < kSize; i += kStride) {
      for (gsize x = 0; x < 64; ++x) {
        pixels[i + 3 * x] = 255;
        pixels[i + 3 * x + 1] = pixels[i + 3 * x + 2] = 0;
      }
    }
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_memdup(pixels.data(), pixels.size()));
    gsize offset = 0;
    gint stride = kStride;
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 64, 48, 1, &offset,
                                   &stride);
    GST_BUFFER_PTS(buffer.get()) = frame * GST_SECOND / 30;
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(element("app"), "push-buffer", buffer.get(), &flow);
  };
  push(0);
  ASSERT_TRUE(listener_.await_codecs());
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(source_.get(), "src"));
  const auto caps = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad.get()));
  const auto query = glib::Ref<GstQuery>::adopt(gst_query_new_allocation(caps.get(), FALSE));
  EXPECT_TRUE(gst_pad_peer_query(pad.get(), query.get()));
  EXPECT_TRUE(gst_query_find_allocation_meta(query.get(), GST_VIDEO_META_API_TYPE, nullptr));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  for (int i = 1; i <= 5; ++i) {
    const std::size_t before = peer.packets().size();
    push(i);
    ASSERT_TRUE(peer.await_packets(before + 1));
  }
  const Picture picture = decode(peer, Codec::Vp8, "rtpvp8depay ! vp8dec");
  EXPECT_GT(picture.red, 200);
  EXPECT_LT(picture.green, 60);
}

/// As capture cards have it.
TEST_F(RawTest, InterlacedPicturesAreSentInAnyCodec) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      play("videotestsrc is-live=true pattern=red ! video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! "
           "capssetter caps=\"video/x-raw,interlace-mode=interleaved,field-order=top-field-first\""));
  for (const Codec codec : {Codec::H264, Codec::Vp8}) {
    Peer peer;
    const auto subscription = start(peer, codec);
    ASSERT_TRUE(peer.await_packets(12));
    const Picture picture =
        decode(peer, codec, codec == Codec::Vp8 ? "rtpvp8depay ! vp8dec" : "rtph264depay ! h264parse ! avdec_h264");
    EXPECT_EQ(picture.height, 240);
    EXPECT_GT(picture.red, 200);
  }
}

class ChannelsTest : public TrackTest, public ::testing::WithParamInterface<const char*> {};

/// As microphone arrays and multichannel sound cards have it.
TEST_P(ChannelsTest, WithoutPositionsAreMixedDown) {
  make_track(Kind::Audio);
  ASSERT_NO_FATAL_FAILURE(
      play(std::string("audiotestsrc is-live=true ! audio/x-raw,channel-mask=(bitmask)0,channels=") + GetParam()));
  Peer peer;
  const auto subscription = start(peer, Codec::Opus);
  EXPECT_TRUE(peer.await_packets(3));
}

INSTANTIATE_TEST_SUITE_P(Numbers, ChannelsTest, ::testing::Values("3", "6", "8"));

TEST_F(RawTest, ABitrateThatTheEncoderDoesNotTakeBecomesTheNearest) {
  track_ = send::make_track(GST_BIN(pipeline_.get()), {{Kind::Audio, {}, 10'000'000}}, listener_);
  ASSERT_NO_FATAL_FAILURE(play(kTone));
  const Peer peer;
  const auto subscription = subscribe(peer, Codec::Opus);
  int bitrate = 0;
  g_object_get(find("opusenc").get(), "bitrate", &bitrate, nullptr);
  EXPECT_EQ(bitrate, 650'000);
}

TEST_F(RawTest, WhatCannotBeSentIsRefused) {
  make_track(Kind::Video, {Codec::Vp8});
  const auto accepts = [this](const char* text) {
    const auto caps = glib::Ref<GstCaps>::adopt(gst_caps_from_string(text));
    return gst_pad_query_accept_caps(track_->sink_pad(), caps.get()) != FALSE;
  };
  EXPECT_TRUE(accepts("video/x-raw,format=I420,width=640,height=480,framerate=30/1"));
  EXPECT_TRUE(accepts("video/x-vp8,width=640,height=480"));
  EXPECT_TRUE(accepts("application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=100"));
  EXPECT_FALSE(accepts("video/x-h264,stream-format=avc,alignment=au")) << "not among the codecs allowed";
  EXPECT_FALSE(accepts("image/jpeg"));
  EXPECT_FALSE(accepts("audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"));
  EXPECT_FALSE(accepts("application/x-rtp,media=video,encoding-name=H264,clock-rate=90000"));
  EXPECT_FALSE(accepts("video/x-raw(memory:NVMM),format=NV12,width=640,height=480,framerate=30/1"));
}

class MissingTest : public TrackTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(MissingTest, IsNamedWithItsPackage) {
  const Uninstalled uninstalled(GetParam());
  make_track(Kind::Video, {Codec::Vp8});
  ASSERT_NO_FATAL_FAILURE(feed(kRedPicture));
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_error());
  const auto error = listener_.errors().front();
  EXPECT_EQ(error.code, GST_STREAM_ERROR_CODEC_NOT_FOUND);
  EXPECT_NE(error.text.find(GetParam()), std::string::npos) << error.text;
  EXPECT_NE(error.text.find("gstreamer1.0-plugins-good"), std::string::npos) << error.text;
}

INSTANTIATE_TEST_SUITE_P(Elements, MissingTest, ::testing::Values("vp8enc", "rtpvp8pay"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(RawTest, WithoutAnEncoderTheNextCodecServes) {
  const Uninstalled encoder("vp8enc");
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(play(kRedPicture));
  EXPECT_EQ(track_->codecs(), std::vector{Codec::H264});
}

}  // namespace
}  // namespace rtcmc::send::testing
