// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <utility>

#include "session/room.hpp"

namespace rtcmc {

void Room::get_stats(StatsReply reply) {
  worker_->post([this, reply = std::move(reply)] {
    stats_replies_.push_back(reply);
    if (!stats_round_.is_under_way()) {
      begin_stats_round();
    }
  });
}

void Room::begin_stats_round() {
  stats_round_.begin(user_ids(), [this](std::vector<stats::Participant> participants) {
    const auto snapshot = std::make_shared<const stats::Snapshot>(
        stats::Snapshot{gst_util_get_timestamp(), std::move(participants), running_encoders()});
    // Later, since a participant may be on its way out, and who gets the reply may end this Room.
    worker_->post([snapshot, replies = std::exchange(stats_replies_, {})] {
      std::ranges::for_each(replies, [&snapshot](const StatsReply& reply) { reply(snapshot); });
    });
  });
  for (const auto& [user_id, participant] : participants_) {
    participant.peer->get_stats([this](stats::Participant stats) { stats_round_.add(std::move(stats)); });
  }
}

unsigned Room::running_encoders() const {
  unsigned count = 0;
  for (const OutgoingTrack& outgoing : tracks_) {
    for (const rtp::Codec codec : outgoing.track->codecs().value_or(std::vector<rtp::Codec>())) {
      const auto encoding = outgoing.track->encoding(codec);
      count += encoding && !encoding->encoder.empty() ? 1 : 0;
    }
  }
  return count;
}

}  // namespace rtcmc
