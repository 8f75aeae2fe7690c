// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "glib/timer.hpp"
#include "stats/snapshot.hpp"

namespace rtcmc::stats {

/// Asks for every participant's statistics at once, and is done when all have come, or some time later with those that
/// have, in the order of their userids.
///
/// Threads: the room's.
class Round {
 public:
  using Done = std::function<void(std::vector<Participant>)>;

  [[nodiscard]] bool is_under_way() const { return done_ != nullptr; }
  void begin(std::vector<std::string> user_ids, Done done);
  void add(Participant participant);
  /// It has gone: nothing more comes from it.
  void forget(const std::string& user_id);

 private:
  void finish_if_complete();
  void finish();

  std::vector<std::string> awaited_;
  std::vector<Participant> participants_;
  Done done_;
  glib::Timer deadline_;
};

}  // namespace rtcmc::stats
