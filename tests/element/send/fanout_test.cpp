// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/fanout.hpp"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include "send/subscriber.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

constexpr std::uint8_t kRetransmissionType = 97;
constexpr std::uint8_t kKeyframe = 0x65;    // IDR slice
constexpr std::uint8_t kParameters = 0x67;  // SPS
constexpr std::uint8_t kOther = 0x61;

std::atomic<int> now_ms = 0;

/// What is to happen, once, when the time is asked for next.
std::function<void()> meanwhile;

std::chrono::steady_clock::time_point test_clock() {
  if (const auto happen = std::exchange(meanwhile, nullptr)) {
    happen();
  }
  return std::chrono::steady_clock::time_point(std::chrono::milliseconds(1'000'000 + now_ms));
}

struct HarnessDeleter {
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
};

/// An H.264 fan-out whose payloader is the test.
class FanoutTest : public ::testing::Test {
 protected:
  explicit FanoutTest(std::optional<rtp::Renumbering> renumbering = {})
      : fanout_(std::make_shared<Fanout>(rtp::Codec::H264, std::move(renumbering), test_clock)),
        element_(make_element(fanout_, "fanout")),
        harness_(gst_harness_new_with_element(element_.get(), "sink", nullptr)) {
    now_ms = 0;
    gst_harness_set_src_caps_str(harness_.get(), "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000");
  }

  std::shared_ptr<Fanout::Subscriber> add(const Peer& peer, std::uint8_t payload_type = 96) {
    return fanout_->add({rtp::Codec::H264, payload_type, std::nullopt, "", kRetransmissionType}, peer.transmission());
  }

  std::shared_ptr<Fanout::Subscriber> start(const Peer& peer) {
    auto subscriber = add(peer);
    fanout_->start(*subscriber);
    return subscriber;
  }

  /// A packet whose payload begins with `unit`.
  GstBuffer* packet(std::uint32_t timestamp, std::uint8_t unit) {
    const std::uint16_t sequence = sequence_++;
    const Packet bytes{0x80,
                       96,
                       static_cast<std::uint8_t>(sequence >> 8),
                       static_cast<std::uint8_t>(sequence),
                       0,
                       0,
                       0,
                       static_cast<std::uint8_t>(timestamp),
                       9,
                       9,
                       9,
                       ssrc_,
                       unit,
                       1};
    return gst_buffer_new_memdup(bytes.data(), bytes.size());
  }
  void push(std::uint32_t timestamp, std::uint8_t unit) {
    ASSERT_EQ(gst_harness_push(harness_.get(), packet(timestamp, unit)), GST_FLOW_OK);
  }

  /// So much time passes that what came before is nothing to start with.
  static void grow_old() { now_ms = now_ms + static_cast<int>(Fanout::kYoung.count()) + 1; }

  int keyframe_requests() {
    int count = 0;
    while (GstEvent* event = gst_harness_try_pull_upstream_event(harness_.get())) {
      count += gst_video_event_is_force_key_unit(event) ? 1 : 0;
      gst_event_unref(event);
    }
    return count;
  }

  static std::vector<std::uint8_t> units(const Peer& peer) {
    std::vector<std::uint8_t> units;
    for (const Packet& packet : peer.packets()) {
      units.push_back(payload_of(packet).front());
    }
    return units;
  }

  std::shared_ptr<Fanout> fanout_;
  glib::Ref<GstElement> element_;
  std::unique_ptr<GstHarness, HarnessDeleter> harness_;
  std::uint16_t sequence_ = 0;
  std::uint8_t ssrc_ = 9;
};

using Units = std::vector<std::uint8_t>;

TEST_F(FanoutTest, HoldsPacketsBackUntilStartedAndThenUntilAKeyframe) {
  Peer peer;
  const auto subscriber = add(peer);
  EXPECT_EQ(keyframe_requests(), 1) << "while the connection is being made";
  push(1, kKeyframe);
  grow_old();
  fanout_->start(*subscriber);
  EXPECT_EQ(keyframe_requests(), 1);
  push(2, kOther);
  EXPECT_TRUE(units(peer).empty());
  push(3, kParameters);
  push(3, kKeyframe);
  push(4, kOther);
  EXPECT_EQ(units(peer), (Units{kParameters, kKeyframe, kOther}));
  fanout_->remove(subscriber);
  push(5, kKeyframe);
  EXPECT_EQ(units(peer).size(), 3U);
}

TEST_F(FanoutTest, ANewcomerIsServedFromAYoungKeyframe) {
  Peer peer;
  const auto subscriber = add(peer);
  push(1, kParameters);
  push(1, kKeyframe);
  (void)keyframe_requests();
  push(2, kOther);
  fanout_->start(*subscriber);
  EXPECT_EQ(units(peer), (Units{kParameters, kKeyframe, kOther})) << "without another packet of the input";
  push(3, kOther);
  EXPECT_EQ(units(peer), (Units{kParameters, kKeyframe, kOther, kOther}));
  EXPECT_EQ(keyframe_requests(), 0);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, WhoComesDuringAMuteSeesNothingOfWhatWasBefore) {
  Peer peer;
  const auto subscriber = add(peer);
  push(1, kKeyframe);
  fanout_->forget_past();
  fanout_->start(*subscriber);
  EXPECT_TRUE(units(peer).empty());
  push(2, kKeyframe);
  EXPECT_EQ(units(peer), (Units{kKeyframe}));
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, NobodyStartsInTheMiddleOfAKeyframe) {
  Peer peer;
  const auto subscriber = add(peer);
  push(1, kParameters);
  grow_old();
  fanout_->start(*subscriber);
  push(1, kKeyframe);
  push(1, kKeyframe);
  EXPECT_TRUE(units(peer).empty());
  push(2, kParameters);
  EXPECT_EQ(units(peer), (Units{kParameters}));
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, AKeyframeInTheMiddleOfAListIsWhereNewcomersStart) {
  Peer old_peer;
  Peer newcomer;
  const auto old_subscriber = add(old_peer);
  const auto subscriber = add(newcomer, 120);
  fanout_->start(*old_subscriber);
  push(1, kKeyframe);
  grow_old();
  fanout_->start(*subscriber);
  GstBufferList* list = gst_buffer_list_new();
  for (const auto& [timestamp, unit] :
       std::initializer_list<std::pair<std::uint32_t, std::uint8_t>>{{2, kOther}, {3, kKeyframe}, {4, kOther}}) {
    gst_buffer_list_add(list, packet(timestamp, unit));
  }
  ASSERT_EQ(gst_pad_push_list(harness_->srcpad, list), GST_FLOW_OK);
  EXPECT_EQ(units(old_peer), (Units{kKeyframe, kOther, kKeyframe, kOther}));
  EXPECT_EQ(units(newcomer), (Units{kKeyframe, kOther}));
  EXPECT_EQ(payload_type_of(newcomer.packets().front()), 120);
  EXPECT_EQ(ssrc_of(newcomer.packets().front()), kPeerSsrc);
  fanout_->remove(old_subscriber);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, RequestsOfManyPeersBecomeOne) {
  std::array<Peer, 4> peers;
  std::vector<std::shared_ptr<Fanout::Subscriber>> subscribers;
  for (const Peer& peer : peers) {
    subscribers.push_back(add(peer));
    fanout_->start(*subscribers.back());
  }
  EXPECT_EQ(keyframe_requests(), 1) << "of all newcomers";
  push(1, kKeyframe);
  for (int i = 1; i < 10; ++i) {
    now_ms = i * 40;
    for (const Peer& peer : peers) {
      peer.request_keyframe();
    }
    push(static_cast<std::uint32_t>(1 + i), kOther);
  }
  EXPECT_EQ(keyframe_requests(), 0) << "too early";
  now_ms = 500;
  push(20, kOther);
  EXPECT_EQ(keyframe_requests(), 1) << "the last one is not lost";
  push(21, kKeyframe);
  now_ms = 2000;
  push(22, kOther);
  EXPECT_EQ(keyframe_requests(), 0);
  for (const auto& subscriber : subscribers) {
    fanout_->remove(subscriber);
  }
}

TEST_F(FanoutTest, APeerThatNeverStopsAskingHoldsNobodyElseAtKeyframes) {
  Peer bad_link;
  Peer other;
  const auto bad_subscriber = add(bad_link);
  const auto other_subscriber = add(other);
  fanout_->start(*bad_subscriber);
  fanout_->start(*other_subscriber);
  push(1, kKeyframe);
  (void)keyframe_requests();
  int asked = 0;
  const auto pass = [&](bool is_keyframe) {
    now_ms = now_ms + 100;
    push(static_cast<std::uint32_t>(now_ms / 100 % 200 + 2), is_keyframe ? kKeyframe : kOther);
    const int more = keyframe_requests();
    asked += more;
    return more > 0;
  };
  for (bool is_due = false; now_ms < 30'000;) {
    bad_link.request_keyframe();
    is_due = pass(is_due);
  }
  EXPECT_EQ(asked, 6) << "three, then after 2, 4 and 8 s";
  other.request_keyframe();
  EXPECT_EQ(keyframe_requests(), 1) << "somebody else's loss is repaired at once";
  fanout_->remove(bad_subscriber);
  fanout_->remove(other_subscriber);
}

TEST_F(FanoutTest, GarbageIsDroppedAndTheRestGoesOn) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  ASSERT_EQ(gst_harness_push(harness_.get(), gst_buffer_new_memdup("short", 5)), GST_FLOW_OK);
  push(2, kOther);
  EXPECT_EQ(units(peer), (Units{kKeyframe, kOther}));
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, AFormatThatRtpCannotCarryIsRefused) {
  const Peer peer;
  EXPECT_FALSE(add(peer, 72));
}

TEST_F(FanoutTest, WhatIsMissedIsSentAgain) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  push(2, kOther);
  const auto packets = peer.packets();
  peer.say(rtp::Nack{kPeerSsrc, {sequence_of(packets[1]), 7}});
  const auto again = peer.retransmissions();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(ssrc_of(again[0]), kPeerRetransmissionSsrc);
  EXPECT_EQ(payload_type_of(again[0]), kRetransmissionType);
  EXPECT_EQ(timestamp_of(again[0]), timestamp_of(packets[1]));
  Packet payload{static_cast<std::uint8_t>(sequence_of(packets[1]) >> 8),
                 static_cast<std::uint8_t>(sequence_of(packets[1]))};
  std::ranges::copy(payload_of(packets[1]), std::back_inserter(payload));
  EXPECT_EQ(payload_of(again[0]), payload);
  peer.say(rtp::Nack{kPeerSsrc, {sequence_of(packets[1])}});
  EXPECT_EQ(peer.retransmissions().size(), 1U) << "it is on its way";
  const auto count = peer.transmission()->count();
  EXPECT_EQ(count.nacks, 2U);
  EXPECT_EQ(count.packets, 2U);
  EXPECT_EQ(count.retransmitted_packets, 1U);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, ARepeatedFullIntraRequestIsOne) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  (void)keyframe_requests();
  int requests = 0;
  for (const std::uint8_t number : {4, 4, 4, 5}) {
    now_ms = now_ms + 1000;
    peer.say(rtp::FullIntraRequest{kPeerSsrc, number});
    requests += keyframe_requests();
    push(1, kKeyframe);
  }
  EXPECT_EQ(requests, 2);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, TellsAtOnceWhatTimestampsMeanAndAtLastThatItEnds) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  push(2, kOther);
  ASSERT_EQ(peer.reports().size(), 1U);
  EXPECT_EQ(peer.reports()[0][1], 200) << "SR";
  fanout_->remove(subscriber);
  peer.transmission()->end();
  ASSERT_EQ(peer.reports().size(), 2U);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, WhoComesAgainNeverGetsANumberTwice) {
  Peer peer;
  for (int round = 0; round < 3; ++round) {
    const auto subscriber = add(peer);
    fanout_->start(*subscriber);
    push(static_cast<std::uint32_t>(2 * round), kKeyframe);
    push(static_cast<std::uint32_t>(2 * round + 1), kOther);
    fanout_->remove(subscriber);
  }
  std::uint16_t expected = 1000;
  for (const Packet& packet : peer.packets()) {
    EXPECT_EQ(sequence_of(packet), expected++);
  }
  EXPECT_GE(peer.packets().size(), 6U);
}

TEST_F(FanoutTest, WhoWaitedForLongGoesOnWithinReach) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  peer.answer_with(GST_FLOW_ERROR);
  push(2, kOther);
  peer.answer_with(GST_FLOW_OK);
  for (int i = 0; i < 40'000; ++i) {
    push(3, kOther);
  }
  push(4, kKeyframe);
  push(4, kOther);
  const auto packets = peer.packets();
  ASSERT_EQ(packets.size(), 4U);
  const auto step = static_cast<std::uint16_t>(sequence_of(packets[2]) - sequence_of(packets[1]));
  EXPECT_GT(step, 0U);
  EXPECT_LE(step, rtp::Renumbering::kLongestGap);
  EXPECT_EQ(static_cast<std::uint16_t>(sequence_of(packets[3]) - sequence_of(packets[2])), 1U);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, AKeyframeThatComesAsOneListLongerThanTheHistoryIsSentWhole) {
  Peer old_peer;
  Peer newcomer;
  const auto old_subscriber = add(old_peer);
  const auto subscriber = add(newcomer);
  fanout_->start(*old_subscriber);
  push(1, kKeyframe);
  old_peer.forget_packets();
  grow_old();
  fanout_->start(*subscriber);
  constexpr std::size_t kLength = History::kCapacity + 100;
  GstBufferList* list = gst_buffer_list_new();
  for (std::size_t i = 0; i < kLength; ++i) {
    gst_buffer_list_add(list, packet(2, kKeyframe));
  }
  ASSERT_EQ(gst_pad_push_list(harness_->srcpad, list), GST_FLOW_OK);
  EXPECT_EQ(old_peer.packets().size(), kLength);
  EXPECT_EQ(newcomer.packets().size(), kLength);
  fanout_->remove(old_subscriber);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, WhatWasOnItsWayWhenAnotherTookOverIsNotSent) {
  Peer peer;
  const auto former = add(peer);
  fanout_->start(*former);
  push(1, kKeyframe);
  const auto latter = add(peer, 120);
  push(2, kOther);
  EXPECT_EQ(peer.packets().size(), 1U) << "of the other's format, it would be garbage";
  fanout_->start(*latter);
  push(3, kKeyframe);
  EXPECT_EQ(payload_type_of(peer.packets().back()), 120);
  fanout_->remove(former);
  fanout_->remove(latter);
}

constexpr std::uint8_t kDelimiter = 0x09;
constexpr std::uint64_t kEnough = 10'000'000;  // bit/s

TEST_F(FanoutTest, WhoIsToGetKeyframesAloneGetsWholeOnes) {
  Peer wide;
  Peer thin;
  const auto to_wide = start(wide);
  const auto to_thin = start(thin);
  push(1, kKeyframe);
  fanout_->thin(*to_thin, Portion::KeyframesOnly, kEnough);
  for (const std::uint8_t timestamp : {2, 3}) {
    push(timestamp, kDelimiter);  // packets of their own, of which nobody knows yet of what
    push(timestamp, kOther);
  }
  now_ms = now_ms + 100;
  push(4, kDelimiter);
  EXPECT_EQ(units(thin), (Units{kKeyframe}));
  push(4, kParameters);
  push(4, kKeyframe);
  push(4, kKeyframe);
  now_ms = now_ms + 100;
  push(5, kOther);
  EXPECT_EQ(units(thin), (Units{kKeyframe, kDelimiter, kParameters, kKeyframe, kKeyframe}));
  EXPECT_EQ(units(wide).size(), 10U);
  const auto packets = thin.packets();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(sequence_of(packets[i]), 1000 + i) << "no packet looks lost";
  }
  thin.say(rtp::Nack{kPeerSsrc, {sequence_of(packets[0]), sequence_of(packets[3])}});
  const auto again = thin.retransmissions();
  ASSERT_EQ(again.size(), 2U) << "from before and after what was left out";
  EXPECT_EQ(timestamp_of(again[0]), timestamp_of(packets[0]));
  EXPECT_EQ(timestamp_of(again[1]), timestamp_of(packets[3]));
  fanout_->remove(to_wide);
  fanout_->remove(to_thin);
}

TEST_F(FanoutTest, WhoGetsKeyframesAloneHasThemAskedForAtABoundedRate) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  (void)keyframe_requests();
  int asked = 0;
  constexpr int kSeconds = 20;
  for (int i = 0; i < kSeconds * 5; ++i) {
    now_ms = now_ms + 200;
    fanout_->thin(*subscriber, Portion::KeyframesOnly, kEnough);
    const int now_asked = keyframe_requests();
    asked += now_asked;
    push(static_cast<std::uint32_t>(i + 2), now_asked > 0 ? kKeyframe : kOther);
  }
  EXPECT_NEAR(asked, kSeconds / 2, 1);
  EXPECT_NEAR(static_cast<int>(subscriber->frames()), kSeconds / 2, 2);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, AKeyframeGoesNoFasterThanTheLinkCarries) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  fanout_->thin(*subscriber, Portion::KeyframesOnly, 8 * 60 * 10);  // bit/s: ten such packets a second
  now_ms = now_ms + 1000;
  for (int i = 0; i < 10; ++i) {
    push(2, kKeyframe);
  }
  EXPECT_LE(peer.packets().size(), 5U);
  push(3, kKeyframe);
  for (int i = 0; i < 10; ++i) {
    now_ms = now_ms + 200;
    fanout_->thin(*subscriber, Portion::KeyframesOnly, 8 * 60 * 10);
  }
  const auto packets = peer.packets();
  ASSERT_EQ(packets.size(), 11U) << "and no other one meanwhile";
  EXPECT_EQ(timestamp_of(packets.back()), timestamp_of(packets[1]));
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, NothingFollowsTheGoodbye) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  peer.transmission()->end();
  push(2, kOther);
  peer.say(rtp::Nack{kPeerSsrc, {sequence_of(peer.packets().front())}});
  EXPECT_EQ(peer.packets().size(), 1U);
  EXPECT_TRUE(peer.retransmissions().empty());
  EXPECT_EQ(peer.reports().size(), 2U);
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, WhatIsMissedIsNotSentAgainByANumberThatMeansAnother) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  push(2, kOther);
  const std::uint16_t missed = sequence_of(peer.packets().back());
  peer.answer_with(GST_FLOW_ERROR);
  push(3, kOther);
  peer.answer_with(GST_FLOW_OK);
  push(4, kOther);
  meanwhile = [this] { push(5, kKeyframe); };
  peer.say(rtp::Nack{kPeerSsrc, {missed}});
  EXPECT_EQ(meanwhile, nullptr);
  EXPECT_TRUE(peer.retransmissions().empty());
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, WhoAsksForPacketsWithoutEndIsNotListenedTo) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  push(2, kOther);
  const std::uint16_t missed = sequence_of(peer.packets().back());
  peer.say(rtp::Nack{kPeerSsrc, std::vector<std::uint16_t>(rtp::kMaxNacked, sequence_of(peer.packets().front()))});
  EXPECT_EQ(peer.retransmissions().size(), 1U);
  peer.say(rtp::Nack{kPeerSsrc, {missed}});
  EXPECT_EQ(peer.retransmissions().size(), 1U);
  push(3, kOther);
  peer.say(rtp::Nack{kPeerSsrc, {missed}});
  EXPECT_EQ(peer.retransmissions().size(), 2U) << "what is sent pays for questions";
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, ItsElementStaysWhileAPeerMaySpeakToIt) {
  const Peer peer;
  auto subscriber = add(peer);
  fanout_->remove(subscriber);
  harness_.reset();
  bool is_gone = false;
  g_object_weak_ref(
      G_OBJECT(element_.get()), [](gpointer is_gone, GObject*) { *static_cast<bool*>(is_gone) = true; }, &is_gone);
  element_.reset();
  EXPECT_FALSE(is_gone);
  subscriber->on_feedback(rtp::PictureLoss{kPeerSsrc});
  subscriber.reset();
  EXPECT_TRUE(is_gone);
}

class RenumberedFanoutTest : public FanoutTest {
 protected:
  RenumberedFanoutTest() : FanoutTest(rtp::Renumbering(90000, 7, 0)) {}
};

TEST_F(RenumberedFanoutTest, WhatAnotherSenderBuildsOnNothingIsNotSent) {
  Peer peer;
  const auto subscriber = start(peer);
  push(1, kKeyframe);
  push(1, kKeyframe);
  (void)keyframe_requests();
  now_ms = 1000;
  ssrc_ = 10;
  sequence_ = 60'000;
  push(9, kOther);
  EXPECT_EQ(keyframe_requests(), 1);
  EXPECT_EQ(units(peer).size(), 2U);
  push(10, kParameters);
  push(10, kKeyframe);
  EXPECT_EQ(units(peer), (Units{kKeyframe, kKeyframe, kParameters, kKeyframe}));
  EXPECT_EQ(fanout_->next_sequence(), 7 + 5);
  fanout_->remove(subscriber);
}

TEST_F(RenumberedFanoutTest, EachPacketOfAListCountsForItself) {
  Peer peer;
  const auto subscriber = start(peer);
  GstBufferList* list = gst_buffer_list_new();
  GstBuffer* twice = packet(1, kKeyframe);
  gst_buffer_list_add(list, gst_buffer_ref(twice));
  gst_buffer_list_add(list, twice);
  gst_buffer_list_add(list, gst_buffer_new_memdup("\x80\xc8 sender report", 16));
  gst_buffer_list_add(list, packet(2, kOther));
  ASSERT_EQ(gst_pad_push_list(harness_->srcpad, list), GST_FLOW_OK);
  EXPECT_EQ(units(peer), (Units{kKeyframe, kOther}));
  fanout_->remove(subscriber);
}

TEST_F(FanoutTest, KnowsTheNextSequenceNumber) {
  EXPECT_EQ(fanout_->next_sequence(), std::nullopt);
  push(1, kKeyframe);
  push(1, kOther);
  EXPECT_EQ(fanout_->next_sequence(), 2);
}

}  // namespace
}  // namespace rtcmc::send::testing
