// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "peer/senders.hpp"
#include "send/track_fixture.hpp"

namespace rtcmc::test {

/// A track that a real input feeds, to be given to Peers.
class CameraTest : public send::testing::TrackTest {
 protected:
  void SetUp() override {
    make_track(rtp::Kind::Video, {rtp::Codec::Vp8});
    ASSERT_NO_FATAL_FAILURE(play("videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1"));
  }

  [[nodiscard]] GstBin* bin() const { return GST_BIN(pipeline_.get()); }
  /// The fixture owns the track.
  [[nodiscard]] OutgoingTrack camera() const {
    return {.track = std::shared_ptr<send::Track>(std::shared_ptr<void>(), track_.get()),
            .stream_id = "camera",
            .pad_name = "video_0"};
  }
};

}  // namespace rtcmc::test
