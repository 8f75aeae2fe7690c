// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {

/// A room with a camera in it, and whoever comes to watch.
class CameraRoom : public ::testing::Test {
 protected:
  /// `before_start`: while the element is stopped still.
  void play(
      const std::string& properties, const std::function<void()>& before_start = [] {}) {
    pipeline_ = std::make_unique<Pipeline>(
        "rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " + properties +
        " videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1 ! room.");
    before_start();
    pipeline_->set_state(GST_STATE_PLAYING);
    ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-room-joined"); }));
  }

  [[nodiscard]] std::unique_ptr<Viewer> watch(Viewer::Options options = {}) const {
    return std::make_unique<Viewer>(server_.url(), "garden", std::move(options));
  }

  /// A viewer that sees the picture.
  [[nodiscard]] std::unique_ptr<Viewer> see(Viewer::Options options = {}) const {
    auto viewer = watch(std::move(options));
    EXPECT_TRUE(wait_until([&] { return viewer->packets() > 10; }));
    return viewer;
  }

  RoomServer server_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace rtcmc::test
