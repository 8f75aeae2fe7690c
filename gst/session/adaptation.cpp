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
  if (roster_.participants().empty()) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [user_id, participant] : roster_.participants()) {
    participant.peer->adapt(now);
  }
  for (const OutgoingTrack& outgoing : outgoing_.tracks()) {
    outgoing.track->adapt(now);
  }
}

}  // namespace rtcmc
