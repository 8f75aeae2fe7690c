// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "peer/peer.hpp"
#include "protocol/messages.hpp"

namespace rtcmc {

/// What a track is to be from now on.
struct TrackChange {
  std::shared_ptr<send::Track> track;
  bool is_muted;
  bool takes_navigation;
};

/// What of our media a room takes from us, by our part in it.
enum class Share { Everything, Audio, Nothing };

/// The tracks that we send: which of them the room's session has a place for, and what participants are told of them.
///
/// Threads: the session's.
class Outgoing {
 public:
  /// How many are still to be added: what they are is not known yet.
  void expect(std::size_t count) { expected_ = count; }
  void add(OutgoingTrack track) { tracks_.push_back(std::move(track)); }
  /// The id of the MediaStream that ends with the track. Absent: none does.
  [[nodiscard]] std::optional<std::string> remove(const send::Track& track);
  void clear() {
    tracks_.clear();
    late_tracks_.clear();
  }
  /// Nobody waits any longer for those that are not known by now, at any time.
  void stop_waiting();
  /// What participants are to be told then.
  [[nodiscard]] std::vector<protocol::StreamSync> change(const std::vector<TrackChange>& changes);

  /// `session`: the room's. Without it, none is without a place, but for those whom a oneway one keeps silent.
  void enter(std::optional<protocol::Session> session, Share share) {
    session_ = session;
    share_ = share;
  }
  /// Those with a place.
  [[nodiscard]] std::vector<OutgoingTrack> tracks() const;
  /// Those of them that can be offered.
  [[nodiscard]] std::vector<OutgoingTrack> known() const;
  /// But for those that nobody waits for.
  [[nodiscard]] bool are_known() const;
  [[nodiscard]] protocol::StreamsToShare streams_to_share() const;
  /// Which are muted, and which take navigation. With `track`: of that one alone.
  [[nodiscard]] std::vector<protocol::StreamSync> syncs(const send::Track* track = nullptr) const;
  [[nodiscard]] unsigned running_encoders() const;

 private:
  std::vector<OutgoingTrack> tracks_;
  std::size_t expected_ = 0;
  std::size_t late_ = 0;                      // of those
  std::set<const send::Track*> late_tracks_;  // among the tracks
  std::optional<protocol::Session> session_;
  Share share_ = Share::Everything;
};

}  // namespace rtcmc
