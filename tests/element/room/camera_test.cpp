// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "glib/signal_connection.hpp"
#include "media/elements.hpp"
#include "node_process.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// An IP camera, as rtspsrc brings it, that reboots while somebody watches.

namespace rtcmc::test {
namespace {

struct Case {
  const char* name;
  const char* protocol;
  const char* elements;  // behind rtspsrc; the first one is called "first"
};

class IpCamera : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    boot("0");
    if (port_.empty()) {
      GTEST_SKIP() << "no GstRtspServer: install gir1.2-gst-rtsp-server-1.0";
    }
  }

  void boot(const std::string& port) {
    camera_ = std::make_unique<NodeProcess>(std::vector<std::string>{RTSP_CAMERA, port}, PYTHON);
    ASSERT_TRUE(wait_until([this] { return camera_->said("Listening") || camera_->said("Missing"); }));
    port_ = camera_->said("Missing") ? "" : camera_->wait_for_line("Listening on ");
  }
  void crash() { camera_.reset(); }

  void play() {
    pipeline_ = std::make_unique<Pipeline>("rtcmcroom name=room room-id=garden socket-url=" + server_.url() +
                                           " rtspsrc name=source latency=0 location=rtsp://127.0.0.1:" + port_ +
                                           "/ protocols=" + GetParam().protocol + " " + GetParam().elements +
                                           " ! room.video_0");
    source_ = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "source"));
    const auto first = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_->element()), "first"));
    first_ = static_pad(first.get(), "sink");
    pad_added_ =
        glib::SignalConnection(source_.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, GstPad* first) {
                                 EXPECT_EQ(gst_pad_link(pad, first), GST_PAD_LINK_OK);
                               }),
                               first_.get());
    // rtspsrc says that it has ended: an application that knows better keeps that from the room.
    gst_pad_add_probe(
        first_.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer ended) {
          if (GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) != GST_EVENT_EOS) {
            return GST_PAD_PROBE_OK;
          }
          *static_cast<std::atomic<bool>*>(ended) = true;
          return GST_PAD_PROBE_DROP;
        },
        &has_ended_, nullptr);
    pipeline_->set_state(GST_STATE_PLAYING);
    ASSERT_TRUE(wait_until([&] { return pipeline_->posted("rtcmc-room-joined"); }));
  }
  /// As an application does that is told of the end.
  void connect_again() {
    has_ended_ = false;
    gst_element_set_state(source_.get(), GST_STATE_NULL);
    EXPECT_TRUE(gst_element_sync_state_with_parent(source_.get()));
  }

  RoomServer server_;
  std::unique_ptr<NodeProcess> camera_;
  std::string port_;
  std::atomic<bool> has_ended_ = false;
  std::unique_ptr<Pipeline> pipeline_;
  glib::Ref<GstElement> source_;
  glib::Ref<GstPad> first_;
  glib::SignalConnection pad_added_;
};

/// Timestamps, sequence numbers and SSRC begin anew, and nobody who watches notices more than a rest.
TEST_P(IpCamera, RebootsAndKeepsItsViewers) {
  ASSERT_NO_FATAL_FAILURE(play());
  const Viewer viewer(server_.url(), "garden", {.codec = "H264"});
  ASSERT_TRUE(wait_until([&] { return viewer.packets() > 10; }));
  crash();
  ASSERT_TRUE(wait_until([&] { return has_ended_.load(); }));
  ASSERT_NO_FATAL_FAILURE(boot(port_));
  const unsigned before = viewer.packets();
  connect_again();
  ASSERT_TRUE(wait_until([&] { return viewer.packets() > before + 20; }));
  EXPECT_EQ(viewer.lost(), 0U);
  EXPECT_EQ(viewer.leaps(), 0U);
  EXPECT_FALSE(viewer.was_left());
  EXPECT_EQ(pipeline_->count("rtcmc-participant-joined"), 1U);
  EXPECT_EQ(pipeline_->count("rtcmc-room-joined"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Ways, IpCamera,
                         ::testing::Values(Case{"Encoded", "tcp", "rtph264depay name=first ! h264parse"},
                                           Case{"Rtp", "tcp", "queue name=first"},
                                           Case{"RtpByUdp", "udp", "queue name=first"}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rtcmc::test
