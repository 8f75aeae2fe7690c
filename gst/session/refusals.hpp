// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "peer/senders.hpp"

namespace rtcmc {

/// Which of our tracks a participant does not take, as long as it is there: a new connection with it goes without them.
///
/// Threads: the session's.
class Refusals {
 public:
  /// False if that is known.
  bool add(const std::string& user_id, const send::Track& track) { return refused_[user_id].insert(&track).second; }
  [[nodiscard]] std::vector<OutgoingTrack> without(const std::string& user_id, std::vector<OutgoingTrack> tracks) const;

  void rename(const std::string& old_id, const std::string& new_id);
  void forget(const std::string& user_id) { refused_.erase(user_id); }
  void forget(const send::Track& track);
  void clear() { refused_.clear(); }

 private:
  std::map<std::string, std::set<const send::Track*>> refused_;
};

}  // namespace rtcmc
