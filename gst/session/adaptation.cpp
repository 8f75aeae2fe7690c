// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/adaptation.hpp"

#include <chrono>

#include "peer/peer.hpp"

namespace rtcmc {

namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

void Adaptation::start() {
  timer_.start_repeating(kInterval, [this] { adapt(); });
}

void Adaptation::adapt() {
  if (roster_.participants().empty() && !publisher_.peer()) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [user_id, participant] : roster_.participants()) {
    participant.peer->adapt(now);
  }
  publisher_.adapt(now);
  for (const OutgoingTrack& outgoing : outgoing_.tracks()) {
    if (const auto bitrate = outgoing.track->adapt(now)) {
      events_.push(event::BitrateWanted{outgoing.pad_name, *bitrate});
    }
  }
}

}  // namespace rtcmc
