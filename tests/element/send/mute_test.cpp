// SPDX-License-Identifier: LGPL-2.1-or-later
// A muted track: what arrives meanwhile is left out, and a decoder can go on afterwards.
#include <algorithm>

#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

constexpr std::uint32_t kFrame = 3000;  // RTP ticks between two pictures
constexpr unsigned kMutedFrames = 30;

const std::string kMutedPictures =
    "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! identity name=watched";

struct Muted {
  const char* name;
  Codec codec;
  std::string elements;
};

class MuteTest : public TrackTest, public ::testing::WithParamInterface<Muted> {
 protected:
  /// Until the source has sent this many more pictures.
  void await_pictures(unsigned count) {
    struct Counter {
      Monitor monitor;
      unsigned count = 0;
    };
    auto counter = std::make_shared<Counter>();
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(element("watched"), "src"));
    const auto probe = gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo*, gpointer data) {
          auto& shared = **static_cast<std::shared_ptr<Counter>*>(data);
          shared.monitor.change([&shared] { ++shared.count; });
          return GST_PAD_PROBE_OK;
        },
        new std::shared_ptr<Counter>(counter),
        [](gpointer data) { delete static_cast<std::shared_ptr<Counter>*>(data); });
    EXPECT_TRUE(counter->monitor.await([&counter, count] { return counter->count >= count; }));
    gst_pad_remove_probe(pad.get(), probe);
  }
};

/// The first packet after the time without any: after the longest one, since a busy machine may leave out pictures,
/// too. The end if there was none.
auto end_of_gap(const std::vector<Packet>& packets) {
  auto end = packets.end();
  std::uint32_t longest = (kMutedFrames / 2) * kFrame;
  for (auto packet = packets.begin(); packet != packets.end() && packet + 1 != packets.end(); ++packet) {
    const std::uint32_t gap = timestamp_of(*(packet + 1)) - timestamp_of(*packet);
    if (gap > longest) {
      longest = gap;
      end = packet + 1;
    }
  }
  return end;
}

TEST_P(MuteTest, LeavesAGapAndGoesOnWithAKeyframe) {
  const Codec codec = GetParam().codec;
  make_track(Kind::Video, {codec});
  ASSERT_NO_FATAL_FAILURE(play(kMutedPictures + GetParam().elements));
  Peer peer;
  auto subscription = start(peer, codec);
  ASSERT_TRUE(peer.await_packets(5));
  track_->set_muted(true);
  await_pictures(kMutedFrames);
  track_->set_muted(false);
  ASSERT_TRUE(peer.await([](const auto& packets) { return packets.end() - end_of_gap(packets) > 5; }));
  subscription.reset();
  const auto packets = peer.packets();
  const auto resumed = end_of_gap(packets);
  EXPECT_TRUE(starts_keyframe(*resumed, codec));
  EXPECT_EQ(sequence_of(*resumed), static_cast<std::uint16_t>(sequence_of(*(resumed - 1)) + 1)) << "nothing is lost";
}

TEST_P(MuteTest, FromTheBeginning) {
  const Codec codec = GetParam().codec;
  make_track(Kind::Video, {codec});
  track_->set_muted(true);
  ASSERT_NO_FATAL_FAILURE(play(kMutedPictures + GetParam().elements));
  Peer peer;
  const auto subscription = start(peer, codec);
  await_pictures(kMutedFrames);
  EXPECT_TRUE(peer.packets().empty());
  track_->set_muted(false);
  ASSERT_TRUE(peer.await_packets(1));
  EXPECT_TRUE(starts_keyframe(peer.packets().front(), codec));
}

INSTANTIATE_TEST_SUITE_P(Inputs, MuteTest,
                         ::testing::Values(Muted{"Raw", Codec::Vp8, ""},
                                           Muted{"Vp8", Codec::Vp8, " ! vp8enc deadline=1 keyframe-max-dist=3000"},
                                           Muted{"H264", Codec::H264,
                                                 " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000"
                                                 " ! video/x-h264,stream-format=byte-stream"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rtcmc::send::testing
