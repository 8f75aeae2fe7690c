// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/statistics.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc {

namespace {

/// In the place of a userid, which is never empty.
constexpr const char* kPublication = "";

}  // namespace

void Statistics::collect(Reply reply) {
  replies_.push_back(std::move(reply));
  if (round_.is_under_way()) {
    return;
  }
  std::vector<std::string> asked = roster_.user_ids();
  asked.emplace_back(kPublication);
  round_.begin(std::move(asked), [this](std::vector<stats::Participant> participants) {
    std::optional<stats::Participant> publication;
    if (const auto found = std::ranges::find(participants, kPublication, &stats::Participant::user_id);
        found != participants.end()) {
      publication = std::move(*found);
      participants.erase(found);
    }
    const auto snapshot = std::make_shared<const stats::Snapshot>(
        stats::Snapshot{.timestamp = gst_util_get_timestamp(),
                        .participants = std::move(participants),
                        .encoders = outgoing_.running_encoders(),
                        .broken_connections = broken_connections_,
                        .publication = publisher_.is_on() ? publication.value_or(stats::Participant()) : publication});
    // Later, since a participant may be on its way out.
    post_([snapshot, replies = std::exchange(replies_, {})] {
      std::ranges::for_each(replies, [&snapshot](const Reply& reply) { reply(snapshot); });
    });
  });
  for (const auto& [user_id, participant] : roster_.participants()) {
    participant.peer->get_stats([this](stats::Participant stats) { round_.add(std::move(stats)); });
  }
  if (Peer* peer = publisher_.peer()) {
    peer->get_stats([this](stats::Participant stats) {
      stats.user_id = kPublication;
      round_.add(std::move(stats));
    });
  } else {
    round_.forget(kPublication);
  }
}

}  // namespace rtcmc
