// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "glib/ref.hpp"
#include "glib/signal_connection.hpp"

namespace rtcmc {

/// One of webrtcbin's data channels (RFC 8831). What arrives from attach() on, and before it, is handed to the
/// callbacks in its order. It is bounded: what comes faster than it is taken is lost.
///
/// Threads: constructed on any, which is where webrtcbin announces a channel: nothing may be missed. From attach() on
/// it is used and destroyed on the thread that iterates `context`, where all callbacks run; none runs after
/// destruction. Each callback may destroy it. webrtcbin's threads only fill an inbox.
class DataChannel {
 public:
  struct Callbacks {
    std::function<void()> on_open;
    std::function<void(std::string text)> on_text;
    std::function<void(glib::Ref<GBytes> bytes)> on_binary;
    /// is_writable() again.
    std::function<void()> on_writable;
    /// Messages were lost since the last call.
    std::function<void()> on_overflow;
  };

  DataChannel(glib::Ref<GstWebRTCDataChannel> channel, glib::Ref<GMainContext> context);
  DataChannel(const DataChannel&) = delete;
  DataChannel& operator=(const DataChannel&) = delete;
  ~DataChannel();

  void attach(Callbacks callbacks);

  [[nodiscard]] bool is_open() const;
  /// For good.
  [[nodiscard]] bool is_closed() const;
  /// Whether it is open and so little waits inside webrtcbin that more may be sent.
  [[nodiscard]] bool is_writable() const;
  /// Never waits. False if it is too large, more than 64 KiB, or the channel is closed.
  [[nodiscard]] bool send(const std::string& text);
  [[nodiscard]] bool send(const glib::Ref<GBytes>& bytes);

 private:
  class Inbox;

  [[nodiscard]] GstWebRTCDataChannelState state() const;

  glib::Ref<GstWebRTCDataChannel> channel_;
  std::shared_ptr<Inbox> inbox_;
  std::vector<glib::SignalConnection> connections_;
};

}  // namespace rtcmc
