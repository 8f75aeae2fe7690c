// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"
#include "rtp/codec.hpp"
#include "sdp.hpp"

namespace rtcmc {

struct IceSettings {
  std::string stun_server;                // stun://host:port, empty: none
  std::vector<std::string> turn_servers;  // turn(s)://user:password@host:port
  bool relay_only = false;
};

/// A webrtcbin inside the element's bin, with the differences between its versions hidden.
///
/// Threads: made, used and destroyed on one thread, whose thread-default GMainContext also runs all callbacks; none
/// runs after destruction. webrtcbin's own threads only post to that context.
class WebRtcBin {
 public:
  struct Callbacks {
    std::function<void(unsigned m_line_index, std::string candidate)> on_candidate;
    std::function<void(GstWebRTCPeerConnectionState)> on_connection_state;
  };
  /// A sending transceiver and the pad that takes its packets. Released when destroyed, before the webrtcbin is.
  class Sender {
   public:
    Sender(GstElement* webrtcbin, glib::Ref<GstPad> pad);
    Sender(Sender&&) = default;
    Sender& operator=(Sender&& other) noexcept {
      std::swap(webrtcbin_, other.webrtcbin_);
      std::swap(pad_, other.pad_);
      return *this;
    }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    ~Sender();
    [[nodiscard]] GstPad* pad() const { return pad_.get(); }

   private:
    GstElement* webrtcbin_;
    glib::Ref<GstPad> pad_;
  };

  using DescriptionCallback = std::function<void(std::variant<sdp::MessagePtr, std::string> result)>;
  /// `fault` is absent on success.
  using DoneCallback = std::function<void(std::optional<std::string> fault)>;

  WebRtcBin(GstBin* parent, const std::string& name, const IceSettings& ice, Callbacks callbacks);
  WebRtcBin(const WebRtcBin&) = delete;
  WebRtcBin& operator=(const WebRtcBin&) = delete;
  ~WebRtcBin();

  [[nodiscard]] GstElement* element() const { return element_.get(); }

  /// `preferences`: what may be sent, best first, with payload types and SSRC.
  [[nodiscard]] Sender add_sender(rtp::Kind kind, GstCaps* preferences, const std::string& stream_id);
  void add_data_channel(const std::string& label);

  void create_offer(DescriptionCallback callback);
  void create_answer(DescriptionCallback callback);
  void set_local_description(GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback);
  void set_remote_description(GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback);
  void add_ice_candidate(unsigned m_line_index, const std::string& candidate);

 private:
  void create_description(const char* action, const char* field, DescriptionCallback callback);
  void set_description(const char* action, GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback);

  glib::Ref<GstBin> parent_;
  glib::Ref<GstElement> element_;
  glib::Ref<GMainContext> context_;
  // Posted callbacks hold it weakly: they do nothing once it is gone.
  std::shared_ptr<Callbacks> callbacks_;
  std::vector<glib::SignalConnection> connections_;
  std::vector<glib::Ref<GstWebRTCDataChannel>> data_channels_;
};

}  // namespace rtcmc
