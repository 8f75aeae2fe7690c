// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/statistics.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc {

void Statistics::collect(Reply reply) {
  replies_.push_back(std::move(reply));
  if (round_.is_under_way()) {
    return;
  }
  round_.begin(roster_.user_ids(), [this](std::vector<stats::Participant> participants) {
    const auto snapshot = std::make_shared<const stats::Snapshot>(stats::Snapshot{
        gst_util_get_timestamp(), std::move(participants), outgoing_.running_encoders(), broken_connections_});
    // Later, since a participant may be on its way out.
    post_([snapshot, replies = std::exchange(replies_, {})] {
      std::ranges::for_each(replies, [&snapshot](const Reply& reply) { reply(snapshot); });
    });
  });
  for (const auto& [user_id, participant] : roster_.participants()) {
    participant.peer->get_stats([this](stats::Participant stats) { round_.add(std::move(stats)); });
  }
}

}  // namespace rtcmc
