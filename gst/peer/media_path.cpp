// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/media_path.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "media/elements.hpp"
#include "rtp/feedback.hpp"

namespace rtcmc {

namespace {

std::uint32_t ssrc_of(const rtp::Feedback& feedback) {
  return std::visit([](const auto& each) { return each.ssrc; }, feedback);
}

}  // namespace

std::shared_ptr<MediaPath> MediaPath::watch(GstElement* webrtcbin, GstElement* rtpbin) {
  const auto path = std::shared_ptr<MediaPath>(new MediaPath);
  using Weak = std::weak_ptr<MediaPath>;
  path->connections_.push_back(glib::SignalConnection::owning(
      webrtcbin, "deep-element-added",
      G_CALLBACK(+[](GstElement* webrtcbin, GstBin*, GstElement* added, const Weak* weak) {
        const auto path = weak->lock();
        auto transport =
            path && is_made_by("nicesink", added) ? Transport::of(added, GST_OBJECT_NAME(webrtcbin)) : nullptr;
        if (transport) {
          const std::lock_guard lock(path->mutex_);
          path->transports_.push_back(std::move(transport));
        }
      }),
      Weak(path)));
  if (rtpbin) {
    path->connections_.push_back(
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

bool MediaPath::open() {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(transports_, [](const auto& transport) { return transport->has_key(); });
  if (!transport_ && found != transports_.end()) {
    transport_ = *found;
  }
  return transport_ != nullptr;
}

void MediaPath::close() {
  // These go after the lock.
  std::vector<std::shared_ptr<Transport>> transports;
  std::shared_ptr<Transport> transport;
  std::map<std::uint32_t, std::weak_ptr<Listener>> listeners;
  std::vector<glib::SignalConnection> connections;
  {
    const std::lock_guard lock(mutex_);
    transports.swap(transports_);
    transport.swap(transport_);
    listeners.swap(listeners_);
    connections.swap(connections_);
  }
  for (const auto& each : transports) {
    each->close();
  }
}

bool MediaPath::is_straight() const {
  const auto open = transport();
  return open && open->is_straight();
}

std::shared_ptr<Transport> MediaPath::transport() const {
  const std::lock_guard lock(mutex_);
  return transport_;
}

GstFlowReturn MediaPath::send(std::span<const Packet> packets) {
  const auto open = transport();
  return open ? open->send(packets) : GST_FLOW_NOT_LINKED;
}

void MediaPath::send_control(std::span<const std::uint8_t> compound) {
  if (const auto open = transport()) {
    open->send_control(compound);
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
