// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "glib/signal_connection.hpp"
#include "peer/bandwidth.hpp"
#include "peer/transport.hpp"
#include "send/wire.hpp"

namespace rtcmc {

/// Media's own way out of a webrtcbin: past the RTP session and all that stands before and behind it, which costs more
/// than encrypting and sending; into the Transport that everything leaves by.
///
/// Threads: any. `mutex_` protects what its comment says and is not held while anything is sent.
class MediaPath final : public send::Wire {
 public:
  /// Before the webrtcbin has any transport, and its `rtpbin` any pad. Without that, nothing is heard.
  [[nodiscard]] static std::shared_ptr<MediaPath> watch(GstElement* webrtcbin, GstElement* rtpbin);
  MediaPath(const MediaPath&) = delete;
  MediaPath& operator=(const MediaPath&) = delete;

  /// When the connection is up. False: there is no transport with a key.
  [[nodiscard]] bool open();
  /// Nothing is sent or heard any more.
  void close();

  /// What the participant's network carries.
  [[nodiscard]] Bandwidth& bandwidth() { return bandwidth_; }
  /// Whether packets go straight to the kernel, not through libnice.
  [[nodiscard]] bool is_straight() const;

  // Wire
  std::uint16_t number(std::size_t bytes, std::chrono::steady_clock::time_point now, bool is_padding) override {
    return bandwidth_.number(bytes, now, is_padding);
  }
  GstFlowReturn send(std::span<const Packet> packets) override;
  void send_control(std::span<const std::uint8_t> compound) override;
  void listen(std::uint32_t ssrc, std::weak_ptr<Listener> listener) override;

 private:
  MediaPath() = default;
  void hear(GstBuffer* compound);
  [[nodiscard]] std::shared_ptr<Transport> transport() const;

  Bandwidth bandwidth_;

  mutable std::mutex mutex_;
  // All below: mutex_.
  std::vector<std::shared_ptr<Transport>> transports_;  // webrtcbin's; a bundle uses one of them
  std::shared_ptr<Transport> transport_;                // that one; null: not open
  std::map<std::uint32_t, std::weak_ptr<Listener>> listeners_;
  std::vector<glib::SignalConnection> connections_;
};

}  // namespace rtcmc
