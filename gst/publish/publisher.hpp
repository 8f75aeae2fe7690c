// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glib/timer.hpp"
#include "peer/peer.hpp"
#include "session/event_queue.hpp"
#include "session/outgoing.hpp"
#include "socketio/backoff.hpp"
#include "whip/client.hpp"

namespace rtcmc {

struct PublishSettings {
  whip::Endpoint endpoint;  // of which an empty URL says that nothing is published
  PeerSettings peer;
};

/// Sends what the room gets to a media server, too, which gives it to many (WHIP, RFC 9725): one more connection, that
/// takes the same packets as participants do. What goes wrong there is told, and tried again for as long as we are in
/// the room, which is not concerned.
///
/// WHIP has no second offer: when the tracks change, a new connection takes the place of the old one.
///
/// Threads: the session's.
class Publisher final : private Peer::Listener {
 public:
  /// Ends a connection without waiting for it.
  using End = std::function<void(std::unique_ptr<Peer>)>;

  Publisher(GstBin* bin, PublishSettings settings, const Outgoing& outgoing, EventQueue& events, End end);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher();

  /// We are in the room. No change if we were.
  void begin();
  void tracks_changed();
  /// The track is gone from the outgoing ones.
  void remove_track(const send::Track& track);
  /// `done` runs when the server knows, after `limit` at the latest.
  void leave(std::chrono::milliseconds limit, std::function<void()> done);

  /// A few times a second.
  void adapt(std::chrono::steady_clock::time_point now);
  void resume();
  /// False if it is not ours.
  [[nodiscard]] bool webrtcbin_failed(const GstElement* webrtcbin, const std::string& reason);
  /// Null: there is no connection, nor one under way.
  [[nodiscard]] Peer* peer() const { return peer_.get(); }
  [[nodiscard]] bool is_on() const { return !settings_.endpoint.url.empty(); }

 private:
  using Time = std::chrono::steady_clock::time_point;

  // Peer::Listener
  void on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) override;
  void on_local_candidate(Peer& peer, protocol::IceCandidate candidate) override;
  void on_candidates_complete(Peer& peer) override;
  void on_connected(Peer& peer) override;
  void on_track_taken(Peer&, const send::Track&) override {}
  void on_track_refused(Peer& peer, const OutgoingTrack& track) override;
  void on_track_reduced(Peer& peer, const OutgoingTrack& track) override;
  void on_quality_changed(Peer&, const OutgoingTrack&, const SentQuality&, QualityReason) override {}
  void on_stream_added(Peer&, const std::shared_ptr<receive::RemoteStream>&) override {}
  void on_stream_removed(Peer&, const std::shared_ptr<receive::RemoteStream>&) override {}
  void on_media(Peer&, const std::shared_ptr<receive::RemoteStream>&) override {}
  void on_data(Peer&, DataEvent) override {}
  void on_restart_needed(Peer& peer) override;
  void on_offer_wanted(Peer&) override {}
  void on_failed(Peer& peer, const std::string& reason) override;

  /// Anew, with the tracks that there are now.
  void connect();
  /// With whatever candidates there are.
  void post_offer();
  void take(whip::Client::Result result);
  void fail(const whip::Refused& why);
  void connection_failed(const std::string& reason);
  /// `done`: the server knows of the end, or `limit` is over.
  void end_connection(std::chrono::milliseconds limit, std::function<void()> done);
  void warn(int code, const std::string& text);
  [[nodiscard]] std::string server() const { return "The media server at " + whip::shown_url(settings_.endpoint.url); }

  GstBin* const bin_;
  PublishSettings settings_;
  const room::IceServers own_ice_servers_;
  const Outgoing& outgoing_;
  EventQueue& events_;
  const End end_;

  bool is_in_room_ = false;
  std::vector<std::shared_ptr<send::Track>> tracks_;  // of the connection, or of the latest
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<whip::Client> client_;   // that of peer_, once the offer is whole
  std::unique_ptr<whip::Client> parting_;  // the one before, which tells the server of its end
  std::string offer_;
  std::vector<protocol::IceCandidate> candidates_;
  bool has_answered_ = false;  // the server, to the offer
  std::optional<Time> connected_since_;
  std::string told_;  // the fault that was told last, unless it has worked since
  socketio::Backoff backoff_;
  glib::Timer until_known_;     // the tracks
  glib::Timer until_gathered_;  // the candidates
  glib::Timer until_retry_;
};

}  // namespace rtcmc
