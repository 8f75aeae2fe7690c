// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "glib/timer.hpp"
#include "protocol/messages.hpp"
#include "sdp.hpp"
#include "send/track.hpp"
#include "webrtcbin.hpp"

namespace rtcmc {

/// A track as the room sees it. `stream_id` is its MediaStream's id in browsers (RFC 8830).
struct OutgoingTrack {
  std::shared_ptr<send::Track> track;
  std::string stream_id;
  bool is_screen = false;
};

struct PeerSettings {
  IceSettings ice;
  bool data_channel = false;
};

/// One remote participant: one webrtcbin and the negotiation with it (RFC 8829), from the first offer until the
/// connection ends.
///
/// Threads: everything, the Listener's calls included, on the room's thread. The Listener may destroy the peer from
/// on_failed() and on_restart_needed() only.
class Peer {
 public:
  class Listener {
   public:
    virtual void on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) = 0;
    virtual void on_local_candidate(Peer& peer, protocol::IceCandidate candidate) = 0;
    virtual void on_connected(Peer& peer) = 0;
    /// The remote side wants an ICE restart, which webrtcbin cannot do: a new peer must take over.
    virtual void on_restart_needed(Peer& peer) = 0;
    /// The connection cannot be made, or is gone.
    virtual void on_failed(Peer& peer, const std::string& reason) = 0;

   protected:
    ~Listener() = default;
  };

  /// `tracks` must know their codecs.
  Peer(GstBin* bin, std::string user_id, const PeerSettings& settings, std::vector<OutgoingTrack> tracks,
       Listener& listener);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  [[nodiscard]] const std::string& user_id() const { return user_id_; }
  [[nodiscard]] GstElement* webrtcbin() const { return webrtcbin_.element(); }
  [[nodiscard]] bool connected() const { return connected_; }

  /// The track ends; its section stays and is silent.
  void remove_track(const send::Track& track);

  /// Offers all tracks that the remote participant was not offered yet.
  void offer();
  void accept_offer(const std::string& sdp);
  void accept_answer(const std::string& sdp);
  void accept_candidate(const protocol::IceCandidate& candidate);

 private:
  enum class State { Stable, Offering, Answering };

  /// A track on its way to this participant.
  struct Sending {
    OutgoingTrack outgoing;
    WebRtcBin::Sender sender;
    std::optional<std::size_t> section;  // absent until the offer is made
    std::optional<send::PacketFormat> format;
    std::unique_ptr<send::Subscription> subscription;  // present while the participant wants the track
  };

  void add_sender(const OutgoingTrack& outgoing, GstCaps* preferences, std::optional<std::size_t> section);
  void publish_offer(sdp::MessagePtr message);
  void assign_tracks_to(const sdp::Description& offer);
  void publish_answer(sdp::MessagePtr message, const std::vector<sdp::Section>& offer);
  void settle(const std::vector<sdp::Section>& remote);
  void update(Sending& sending, const sdp::Section& remote);
  [[nodiscard]] const Sending* sending_on(std::size_t section) const;
  /// So that webrtcbin sees the same direction for ever: 1.22 cannot change it. Our SDP on the wire has the true one.
  void freeze_directions(const sdp::Description& remote) const;
  void remote_description_is_set();
  void on_connection_state(GstWebRTCPeerConnectionState state);
  void drop(const char* what, const std::string& why) const;

  const std::string user_id_;
  Listener& listener_;
  bool data_channel_due_;
  std::vector<OutgoingTrack> unoffered_;

  WebRtcBin webrtcbin_;
  std::vector<Sending> sending_;  // after webrtcbin_: unlinked and released before that goes

  State state_ = State::Stable;
  bool negotiated_once_ = false;  // what follows is renegotiation
  bool has_remote_description_ = false;
  bool connected_ = false;
  std::uint8_t mid_extension_id_ = 1;   // the remote side's number if it offers first
  std::vector<sdp::Section> sections_;  // of the latest description, in either direction
  std::string remote_ice_ufrag_;
  std::vector<protocol::IceCandidate> early_candidates_;
  unsigned candidate_count_ = 0;
  glib::Timer deadline_;
};

}  // namespace rtcmc
