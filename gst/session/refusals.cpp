// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/refusals.hpp"

#include <utility>

namespace rtcmc {

std::vector<OutgoingTrack> Refusals::without(const std::string& user_id, std::vector<OutgoingTrack> tracks) const {
  if (const auto refused = refused_.find(user_id); refused != refused_.end()) {
    std::erase_if(tracks,
                  [&](const OutgoingTrack& outgoing) { return refused->second.contains(outgoing.track.get()); });
  }
  return tracks;
}

void Refusals::rename(const std::string& old_id, const std::string& new_id) {
  if (auto refused = refused_.extract(old_id)) {
    refused.key() = new_id;
    refused_.insert(std::move(refused));
  }
}

void Refusals::forget(const send::Track& track) {
  for (auto& [user_id, refused] : refused_) {
    refused.erase(&track);
  }
}

}  // namespace rtcmc
