// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/data_channel.hpp"
#include "glib/signal_connection.hpp"
#include "glib/worker_thread.hpp"
#include "gst_ref.hpp"
#include "peer/hearing.hpp"
#include "peer/media_path.hpp"
#include "peer/relays.hpp"
#include "peer/sdp.hpp"
#include "receive/tap.hpp"
#include "room/ice_servers.hpp"
#include "rtp/codec.hpp"
#include "stats/connection_report.hpp"

namespace rtcmc {

namespace sctp {
class Association;
}

/// How long received packets are held back to be put in order, in ms.
inline constexpr guint kDefaultLatency = 200;

struct IceSettings {
  room::IceServers servers;
  bool relay_only = false;
};

/// What is wrong with a connection that does not work, in the terms of browsers' RTCPeerConnection.
[[nodiscard]] std::string connection_fault(GstWebRTCPeerConnectionState state, GstWebRTCICEConnectionState ice_state);

/// Makes, on a thread of its own, the DTLS certificate that all connections of the process share. Whoever needs it
/// first would wait for it: some tenths of a second, or seconds on a small board. The future's destructor waits for it.
[[nodiscard]] std::future<void> make_certificate();

/// A webrtcbin inside the element's bin, with the differences between its versions hidden. It plays from its making to
/// its end, whatever the bin does: in a paused one it would no longer answer the participant's ICE checks, and its sink
/// would hold up the thread that serves all participants.
///
/// Threads: made, used and destroyed on one thread, whose thread-default GMainContext also runs all callbacks; none
/// runs after part() or destruction. webrtcbin's own threads only post to that context.
class WebRtcBin {
 public:
  struct Callbacks {
    std::function<void(unsigned m_line_index, std::string candidate)> on_candidate;
    std::function<void()> on_candidates_complete = {};
    std::function<void(GstWebRTCPeerConnectionState)> on_connection_state;
    /// Packets of the codec come out of the tap, from a source pad of the section.
    std::function<void(unsigned m_line_index, std::shared_ptr<receive::Tap> tap, rtp::Codec codec)> on_media;
    /// The remote side opens one.
    std::function<void(std::unique_ptr<DataChannel> channel)> on_data_channel = {};
    /// The remote side wants more than a connection may take. It goes on taking until part().
    std::function<void(std::string reason)> on_excess = {};
  };
  /// A sending transceiver and its pad, which no packet goes through: these take the media path. Released when
  /// destroyed.
  class Sender {
   public:
    Sender(glib::Ref<GstElement> webrtcbin, glib::Ref<GstPad> pad);
    Sender(Sender&&) = default;
    Sender& operator=(Sender&& other) noexcept {
      std::swap(webrtcbin_, other.webrtcbin_);
      std::swap(pad_, other.pad_);
      return *this;
    }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    ~Sender();

   private:
    glib::Ref<GstElement> webrtcbin_;
    glib::Ref<GstPad> pad_;
  };

  using DescriptionCallback = std::function<void(std::variant<sdp::MessagePtr, std::string> result)>;
  /// `fault` is absent on success.
  using DoneCallback = std::function<void(std::optional<std::string> fault)>;

  /// `latency` of received streams: ms.
  WebRtcBin(GstBin* parent, const std::string& name, const IceSettings& ice, guint latency, Callbacks callbacks);
  WebRtcBin(const WebRtcBin&) = delete;
  WebRtcBin& operator=(const WebRtcBin&) = delete;
  ~WebRtcBin();

  /// What is left to be done so that no packet goes in or out any more, TURN servers hold nothing for it, and the
  /// element is gone. It waits for webrtcbin's threads and for TURN servers, and may be run on any thread but
  /// webrtcbin's, once; the destructor does it otherwise. `senders` go along.
  [[nodiscard]] glib::Task part(std::vector<Sender> senders);

  /// What is sent by senders.
  [[nodiscard]] std::shared_ptr<MediaPath> media_path() const { return media_path_; }
  /// Once the connection is up. False: nothing can be sent.
  [[nodiscard]] bool open_media_path();

  /// When something came in from the participant last.
  [[nodiscard]] std::optional<Hearing::Clock::time_point> last_heard() const { return hearing_->last(); }

  /// Null after part().
  [[nodiscard]] GstElement* element() const { return element_.get(); }

  /// `preferences`: what may be sent, best first, with payload types and SSRC.
  [[nodiscard]] Sender add_sender(rtp::Kind kind, GstCaps* preferences, const std::string& stream_id,
                                  bool receives_too);
  /// `preferences`: what may be received, best first, with payload types.
  void add_receiver(rtp::Kind kind, GstCaps* preferences);
  /// Null if a plugin is missing. What is made before the first offer is part of it.
  [[nodiscard]] std::unique_ptr<DataChannel> add_data_channel(const std::string& label);

  /// Whether its next offer has these sections, of the latest description. 1.22 leaves out those that it has nothing
  /// for, and ends the process if what follows them then is not where it was.
  [[nodiscard]] bool can_repeat(const std::vector<sdp::Section>& sections) const;
  void create_offer(DescriptionCallback callback);
  void create_answer(DescriptionCallback callback);
  void set_local_description(GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback);
  void set_remote_description(GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback);
  /// connection_fault() of the states that it is in now.
  [[nodiscard]] std::string fault() const;
  void add_ice_candidate(unsigned m_line_index, const std::string& candidate);
  void get_stats(std::function<void(stats::ConnectionReport)> callback);
  /// The bin has another base time since it plays again.
  void take_base_time();

 private:
  class Taps;
  class Channels;
  struct TapMaker;

  /// With what webrtcbin does not tell.
  void complete(stats::ConnectionReport& report) const;
  void create_description(const char* action, const char* field, DescriptionCallback callback);
  void set_description(const char* action, GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback);

  glib::Ref<GstBin> parent_;
  glib::Ref<GstElement> element_;
  glib::Ref<GMainContext> context_;
  // Posted callbacks hold it weakly: they do nothing once it is gone.
  std::shared_ptr<Callbacks> callbacks_;
  std::shared_ptr<Taps> taps_;
  std::shared_ptr<Channels> channels_;
  std::shared_ptr<sctp::Association> association_;  // taken as long as the element may run
  std::shared_ptr<MediaPath> media_path_;
  std::shared_ptr<Relays> relays_;  // null if ICE is not libnice's
  std::shared_ptr<Hearing> hearing_ = std::make_shared<Hearing>();
  std::vector<glib::SignalConnection> connections_;
};

}  // namespace rtcmc
