// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gst_ref.hpp"
#include "peer/peer.hpp"

namespace rtcmc::test {

/// One end of a connection: a Peer, and all that it has said.
///
/// Threads: the test's, whose main context must be iterated (wait_until()).
class Side final : private Peer::Listener {
 public:
  /// `user_id`: of who is at the other end.
  Side(GstBin* bin, const std::string& user_id, const PeerSettings& settings, std::vector<OutgoingTrack> tracks = {},
       WantedMedia wanted = {});
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;
  ~Side() = default;

  /// What it says goes there, later, as over a network.
  void talk_to(Side& other) { other_ = &other; }

  /// What becomes of what it says on its way. Empty: nothing.
  std::function<std::string(std::string sdp)> rewrite;
  std::function<std::optional<protocol::IceCandidate>(protocol::IceCandidate)> readdress;

  std::unique_ptr<Peer> peer;
  std::vector<std::string> descriptions;  // of ours
  std::vector<std::string> failures;
  unsigned restarts = 0;
  unsigned offers_wanted = 0;
  bool was_connected = false;
  bool has_channel = false;
  std::vector<std::string> refused;  // pads of ours
  std::vector<std::shared_ptr<receive::RemoteStream>> streams;

 private:
  void on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) override;
  void on_local_candidate(Peer& peer, protocol::IceCandidate candidate) override;
  void on_connected(Peer&) override { was_connected = true; }
  void on_track_taken(Peer&, const send::Track&) override {}
  void on_track_refused(Peer&, const OutgoingTrack& track) override { refused.push_back(track.pad_name); }
  void on_track_reduced(Peer&, const OutgoingTrack&) override {}
  void on_quality_changed(Peer&, const OutgoingTrack&, const SentQuality&, QualityReason) override {}
  void on_stream_added(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_stream_removed(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) override;
  void on_media(Peer&, const std::shared_ptr<receive::RemoteStream>&) override {}
  void on_data(Peer&, DataEvent event) override { has_channel |= std::holds_alternative<ChannelOpened>(event); }
  void on_restart_needed(Peer&) override { ++restarts; }
  void on_offer_wanted(Peer&) override { ++offers_wanted; }
  void on_failed(Peer&, const std::string& reason) override { failures.push_back(reason); }

  /// To the other side's Peer, if there is one by then.
  void send(std::function<void(Peer& other)> message);

  Side* other_ = nullptr;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

/// Two of them in one process, connected with each other.
class Couple {
 public:
  /// With a data channel.
  explicit Couple(GstBin* bin);

  [[nodiscard]] bool is_connected() const { return one.was_connected && other.was_connected; }

  Side one;  // offers
  Side other;
};

}  // namespace rtcmc::test
