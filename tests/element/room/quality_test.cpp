// SPDX-License-Identifier: LGPL-2.1-or-later
// What the application is told of the quality that participants get.
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "camera_room.hpp"
#include "glib/signal_connection.hpp"
#include "media/elements.hpp"

namespace rtcmc::test {
namespace {

struct ToldQuality {
  std::string user_id;
  std::string pad;
  guint layer;
  guint width;
  guint height;
  std::string portion;
  std::string reason;

  friend bool operator==(const ToldQuality&, const ToldQuality&) = default;
};

class QualityTest : public CameraRoom {
 protected:
  void watch_signal() {
    connection_ = glib::SignalConnection::owning(
        pipeline_->room(), "quality-changed",
        G_CALLBACK(+[](GstElement*, const char* user_id, const char* pad, guint layer, guint width, guint height,
                       const char* portion, const char* reason, std::shared_ptr<Heard>* heard) {
          const std::lock_guard lock((*heard)->mutex);
          (*heard)->told.push_back({user_id, pad, layer, width, height, portion, reason});
        }),
        heard_);
  }
  [[nodiscard]] std::vector<ToldQuality> told() {
    const std::lock_guard lock(heard_->mutex);
    return heard_->told;
  }

 private:
  struct Heard {
    std::mutex mutex;
    std::vector<ToldQuality> told;
  };

  const std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
  glib::SignalConnection connection_;
};

TEST_F(QualityTest, IsToldWhenTheInputHasAnotherSize) {
  pipeline_ = std::make_unique<Pipeline>(
      "rtcmcroom name=room room-id=garden socket-url=" + server_.url() +
      " videotestsrc is-live=true ! capsfilter name=size caps=video/x-raw,width=160,height=120,framerate=30/1 ! room.");
  watch_signal();
  pipeline_->set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-room-joined"); }));
  const auto viewer = see({.user_id = "ann"});
  const unsigned before = viewer->packets();
  ASSERT_TRUE(wait_until([&] { return viewer->packets() > before + 30; })) << "looked at in this size";
  EXPECT_TRUE(told().empty()) << "nothing has changed yet";

  const auto filter = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "size"));
  const auto caps = parse_caps("video/x-raw,width=320,height=240,framerate=30/1");
  g_object_set(filter.get(), "caps", caps.get(), nullptr);
  ASSERT_TRUE(wait_until([&] { return !told().empty(); }));
  EXPECT_EQ(told().front(), (ToldQuality{"ann", "video_0", 0, 320, 240, "everything", "input"}));
  EXPECT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-quality-changed"); }));
}

}  // namespace
}  // namespace rtcmc::test
