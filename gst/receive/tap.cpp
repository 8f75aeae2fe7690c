// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/tap.hpp"

#include <gst/video/video.h>

#include <array>
#include <atomic>
#include <optional>
#include <span>
#include <utility>

#include "media/elements.hpp"
#include "media/node.hpp"
#include "receive/log.hpp"
#include "rtp/packet.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

namespace rtcmc::receive {

namespace {

std::optional<rtp::Codec> codec_of(const GstStructure* caps) {
  const char* name = gst_structure_get_string(caps, "encoding-name");
  return name ? rtp::codec_from_name(name) : std::nullopt;
}

/// More than a header that browsers write, extensions included.
constexpr std::size_t kHeaderWindow = 256;

}  // namespace

class Tap::TapNode final : public Node {
 public:
  explicit TapNode(CodecHandler on_codec) : on_codec_(std::move(on_codec)), src_(make_src_pad("src")) {}

  [[nodiscard]] GstPad* src_pad() const { return src_.get(); }

  [[nodiscard]] Count count() const { return {ssrc_.load(), frames_.load()}; }

  GstFlowReturn on_buffer(glib::Ref<GstBuffer> buffer) override {
    note(buffer.get());
    (void)gst_pad_push(src_.get(), buffer.release());
    return GST_FLOW_OK;
  }
  GstFlowReturn on_list(glib::Ref<GstBufferList> list) override {
    for (guint i = 0; i < gst_buffer_list_length(list.get()); ++i) {
      note(gst_buffer_list_get(list.get(), i));
    }
    (void)gst_pad_push_list(src_.get(), list.release());
    return GST_FLOW_OK;
  }
  bool on_sink_event(glib::Ref<GstEvent> event) override {
    if (GST_EVENT_TYPE(event.get()) == GST_EVENT_CAPS) {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      const GstStructure* structure = gst_caps_get_structure(caps, 0);
      guint ssrc = 0;
      if (gst_structure_get_uint(structure, "ssrc", &ssrc)) {
        ssrc_ = ssrc;
      }
      if (const auto codec = codec_of(structure)) {
        on_codec_(*codec);
      }
    }
    if (GST_EVENT_TYPE(event.get()) == GST_EVENT_EOS) {
      // An RTCP BYE, behind which the same source may go on. A parser that has seen nothing yet would complain.
      return true;
    }
    // Without a peer the pad keeps what is sticky, for the next one.
    (void)gst_pad_push_event(src_.get(), event.release());
    return true;
  }
  bool on_src_event(GstPad*, glib::Ref<GstEvent> event) override {
    return gst_pad_push_event(sink_pad(), event.release()) != FALSE;
  }
  std::optional<bool> on_sink_query(GstQuery*) override { return std::nullopt; }
  std::optional<bool> on_src_query(GstPad*, GstQuery*) override { return std::nullopt; }
  void on_reset() override {}

 private:
  /// The packets of a frame have one timestamp.
  void note(GstBuffer* packet) {
    std::array<std::uint8_t, kHeaderWindow> bytes;  // not cleared for each packet
    const auto header =
        rtp::PacketHeader::parse(std::span(bytes).first(gst_buffer_extract(packet, 0, bytes.data(), bytes.size())));
    if (header && timestamp_ != header->timestamp) {
      timestamp_ = header->timestamp;
      ssrc_ = header->ssrc;
      ++frames_;
    }
  }

  const CodecHandler on_codec_;
  const glib::Ref<GstPad> src_;
  std::atomic<std::uint32_t> ssrc_ = 0;
  std::atomic<std::uint64_t> frames_ = 0;
  std::optional<std::uint32_t> timestamp_;  // streaming thread
};

Tap::Tap(GstBin* bin, GstPad* source, CodecHandler on_codec)
    : node_(std::make_shared<TapNode>(std::move(on_codec))), element_(make_element(node_, "tap")) {
  init_logging();
  gst_element_add_pad(element_.get(), node_->src_pad());
  // Like the webrtcbin, it goes on in a paused pipeline.
  gst_element_set_locked_state(element_.get(), TRUE);
  gst_bin_add(bin, element_.get());
  gst_element_set_state(element_.get(), GST_STATE_PLAYING);
  if (GST_PAD_LINK_FAILED(gst_pad_link(source, node_->sink_pad()))) {
    GST_ERROR_OBJECT(source, "does not go together with any pad");
  }
}

Tap::~Tap() {
  discard(element_.get());
}

Tap::Count Tap::count() const {
  return node_->count();
}

/// Until a push that is under way has ended.
void Tap::await_push() {
  GST_PAD_STREAM_LOCK(node_->sink_pad());
  GST_PAD_STREAM_UNLOCK(node_->sink_pad());
}

bool Tap::connect(GstPad* sink) {
  // What the caller has prepared is seen by each push that finds the link.
  await_push();
  return GST_PAD_LINK_SUCCESSFUL(gst_pad_link(node_->src_pad(), sink));
}

void Tap::disconnect() {
  if (const auto peer = glib::Ref<GstPad>::adopt(gst_pad_get_peer(node_->src_pad()))) {
    gst_pad_unlink(node_->src_pad(), peer.get());
  }
  // It goes on behind the pad that was just unlinked.
  await_push();
}

void Tap::request_keyframe() {
  gst_pad_push_event(node_->sink_pad(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

}  // namespace rtcmc::receive
