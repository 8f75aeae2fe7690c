// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"
#include "peer/bandwidth.hpp"
#include "send/wire.hpp"

namespace rtcmc {

/// Media's own way out of a webrtcbin: into the element that encrypts, and past the RTP session and all that stands
/// before it, which costs as much again as encrypting and sending. One encryptor protects what comes this way and what
/// the session sends, so that no key stream is used twice, and all paths to the network, relayed ones as well, are
/// webrtcbin's.
///
/// Threads: any. `mutex_` protects what its comment says and is not held while anything is pushed.
class MediaPath final : public send::Wire {
 public:
  /// `rtpbin`: webrtcbin's, before it has any pad. Null: nothing is heard.
  [[nodiscard]] static std::shared_ptr<MediaPath> watch(GstElement* rtpbin);
  MediaPath(const MediaPath&) = delete;
  MediaPath& operator=(const MediaPath&) = delete;

  /// When the connection is up. False: webrtcbin has no encryptor that is.
  [[nodiscard]] bool open(GstElement* webrtcbin);
  /// Nothing is sent or heard any more.
  void close();

  /// What the participant's network carries.
  [[nodiscard]] Bandwidth& bandwidth() { return bandwidth_; }

  // Wire
  std::uint16_t number(std::size_t bytes, std::chrono::steady_clock::time_point now, bool is_padding) override {
    return bandwidth_.number(bytes, now, is_padding);
  }
  GstFlowReturn send(glib::Ref<GstBufferList> packets) override;
  void send_control(glib::Ref<GstBuffer> compound) override;
  void listen(std::uint32_t ssrc, std::weak_ptr<Listener> listener) override;

 private:
  struct Pads {
    glib::Ref<GstPad> rtp;
    glib::Ref<GstPad> rtcp;
  };

  MediaPath() = default;
  void hear(GstBuffer* compound);
  [[nodiscard]] Pads pads() const;

  Bandwidth bandwidth_;

  mutable std::mutex mutex_;
  // All below: mutex_.
  Pads pads_;  // null: not open
  std::map<std::uint32_t, std::weak_ptr<Listener>> listeners_;
  std::optional<glib::SignalConnection> connection_;
};

}  // namespace rtcmc
