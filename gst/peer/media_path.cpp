// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/media_path.hpp"

#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "log.hpp"
#include "media/elements.hpp"
#include "rtp/feedback.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// Numbers that webrtcbin does not come to: it has a pad of each kind for a transport.
constexpr const char* kRtpPad = "rtp_sink_1000";
constexpr const char* kRtcpPad = "rtcp_sink_1000";

bool is_connected(GstElement* encryptor) {
  GValue value = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(encryptor), "connection-state", &value);
  // The type is the plugin's own.
  const auto* values = static_cast<GEnumClass*>(g_type_class_peek(G_VALUE_TYPE(&value)));
  const GEnumValue* state =
      values ? g_enum_get_value(const_cast<GEnumClass*>(values), g_value_get_enum(&value)) : nullptr;
  const bool connected = state && std::string_view(state->value_nick) == "connected";
  g_value_unset(&value);
  return connected;
}

glib::Ref<GstPad> open_pad(GstElement* encryptor, const char* name, const char* media_type) {
  auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(encryptor, name));
  if (!pad) {
    return nullptr;
  }
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  const auto caps = glib::Ref<GstCaps>::adopt(gst_caps_new_empty_simple(media_type));
  gst_pad_send_event(pad.get(), gst_event_new_stream_start(name));
  gst_pad_send_event(pad.get(), gst_event_new_caps(caps.get()));
  gst_pad_send_event(pad.get(), gst_event_new_segment(&segment));
  return pad;
}

std::uint32_t ssrc_of(const rtp::Feedback& feedback) {
  return std::visit([](const auto& each) { return each.ssrc; }, feedback);
}

}  // namespace

std::shared_ptr<MediaPath> MediaPath::watch(GstElement* rtpbin) {
  const auto path = std::shared_ptr<MediaPath>(new MediaPath);
  using Weak = std::weak_ptr<MediaPath>;
  if (rtpbin) {
    path->connection_.emplace(
        glib::SignalConnection::owning(rtpbin, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, const Weak* weak) {
                                         if (g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtcp_sink_")) {
                                           gst_pad_add_probe(
                                               pad, GST_PAD_PROBE_TYPE_BUFFER,
                                               [](GstPad*, GstPadProbeInfo* info, gpointer weak) {
                                                 if (const auto path = static_cast<Weak*>(weak)->lock()) {
                                                   path->hear(gst_pad_probe_info_get_buffer(info));
                                                 }
                                                 return GST_PAD_PROBE_OK;
                                               },
                                               new Weak(*weak), [](gpointer weak) { delete static_cast<Weak*>(weak); });
                                         }
                                       }),
                                       Weak(path)));
  }
  return path;
}

bool MediaPath::open(GstElement* webrtcbin) {
  if (pads().rtp) {
    return true;
  }
  Pads opened;
  for_each_made_by("dtlssrtpenc", webrtcbin, [&opened](GstElement* encryptor) {
    if (!opened.rtp && is_connected(encryptor)) {
      opened = {open_pad(encryptor, kRtpPad, "application/x-rtp"), open_pad(encryptor, kRtcpPad, "application/x-rtcp")};
    }
  });
  const std::lock_guard lock(mutex_);
  pads_ = std::move(opened);
  return pads_.rtp && pads_.rtcp;
}

void MediaPath::close() {
  // These go after the lock.
  Pads pads;
  std::map<std::uint32_t, std::weak_ptr<Listener>> listeners;
  std::optional<glib::SignalConnection> connection;
  const std::lock_guard lock(mutex_);
  std::swap(pads, pads_);
  listeners.swap(listeners_);
  std::swap(connection, connection_);
}

MediaPath::Pads MediaPath::pads() const {
  const std::lock_guard lock(mutex_);
  return pads_;
}

GstFlowReturn MediaPath::send(glib::Ref<GstBufferList> packets) {
  const Pads open = pads();
  return open.rtp ? gst_pad_chain_list(open.rtp.get(), packets.release()) : GST_FLOW_NOT_LINKED;
}

void MediaPath::send_control(glib::Ref<GstBuffer> compound) {
  const Pads open = pads();
  if (open.rtcp) {
    gst_pad_chain(open.rtcp.get(), compound.release());
  }
}

void MediaPath::listen(std::uint32_t ssrc, std::weak_ptr<Listener> listener) {
  const std::lock_guard lock(mutex_);
  listeners_[ssrc] = std::move(listener);
}

void MediaPath::hear(GstBuffer* compound) {
  GstMapInfo map;
  if (!gst_buffer_map(compound, &map, GST_MAP_READ)) {
    return;
  }
  const auto all = rtp::parse_feedback(std::span<const std::uint8_t>(map.data, map.size));
  gst_buffer_unmap(compound, &map);
  const auto now = std::chrono::steady_clock::now();
  for (const rtp::Feedback& feedback : all) {
    bandwidth_.take(feedback, now);
    std::shared_ptr<Listener> listener;
    {
      const std::lock_guard lock(mutex_);
      const auto found = listeners_.find(ssrc_of(feedback));
      listener = found == listeners_.end() ? nullptr : found->second.lock();
    }
    if (listener) {
      listener->on_feedback(feedback);
    }
  }
}

}  // namespace rtcmc
