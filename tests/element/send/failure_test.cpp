// SPDX-License-Identifier: LGPL-2.1-or-later
// Branches that fail: another encoder takes over, or somebody is told.
#include <string>

#include "send/failing_encoder.hpp"

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

const std::string kPictures = "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1";

class FailureTest : public TrackTest, public ::testing::WithParamInterface<Failure> {
 protected:
  /// What the pipeline's owner would see.
  [[nodiscard]] bool has_posted_error() const {
    const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
    const auto message = glib::Ref<GstMessage>::adopt(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    return static_cast<bool>(message);
  }
};

bool names(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

TEST_P(FailureTest, TheNextEncoderTakesOver) {
  const FailingEncoder encoder(GetParam());
  make_track(Kind::Video, {Codec::Vp8});
  ASSERT_NO_FATAL_FAILURE(play(kPictures));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(peer.await_packets(3));
  EXPECT_TRUE(starts_keyframe(peer.packets().front(), Codec::Vp8));
  const auto warnings = listener_.warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(names(warnings.front(), FailingEncoder::kFactory)) << warnings.front();
  EXPECT_TRUE(names(warnings.front(), "vp8enc")) << warnings.front();
  EXPECT_TRUE(listener_.errors().empty());
  EXPECT_FALSE(has_posted_error());
  EXPECT_EQ(subscription->encoding()->encoder, "vp8enc");
  EXPECT_EQ(count(FailingEncoder::kFactory), 0U);
}

TEST_P(FailureTest, WithoutAnotherEncoderItIsAnErrorOnce) {
  const FailingEncoder encoder(GetParam());
  const Uninstalled other("vp8enc");
  make_track(Kind::Video, {Codec::Vp8});
  ASSERT_NO_FATAL_FAILURE(play(kPictures));
  Peer peer;
  const auto subscription = start(peer, Codec::Vp8);
  ASSERT_TRUE(listener_.await_error());
  const auto errors = listener_.errors();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_TRUE(names(errors.front().text, FailingEncoder::kFactory)) << errors.front().text;
  EXPECT_FALSE(has_posted_error());
  EXPECT_TRUE(peer.packets().empty());
}

TEST_P(FailureTest, TheTrackMayGoMeanwhile) {
  for (int i = 0; i < 5; ++i) {
    const FailingEncoder encoder(GetParam());
    make_track(Kind::Video, {Codec::Vp8});
    ASSERT_NO_FATAL_FAILURE(play(kPictures));
    Peer peer;
    auto subscription = start(peer, Codec::Vp8);
    subscription.reset();
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline_.get()), source_.get());
    track_.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(All, FailureTest,
                         ::testing::Values(Failure::Busy, Failure::NoStart, Failure::Caps, Failure::Format,
                                           Failure::Silent, Failure::WithMessage));

TEST_F(FailureTest, InputThatIsNotWhatItSaysIsAnErrorOnce) {
  make_track(Kind::Video);
  ASSERT_NO_FATAL_FAILURE(
      play(kPictures + " ! capssetter replace=true join=false caps=video/x-vp8,width=64,height=48"));
  ASSERT_TRUE(listener_.await_error());
  EXPECT_EQ(listener_.errors().size(), 1U);
  EXPECT_FALSE(has_posted_error());
}

}  // namespace
}  // namespace rtcmc::send::testing
