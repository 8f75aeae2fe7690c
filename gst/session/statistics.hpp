// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "publish/publisher.hpp"
#include "session/outgoing.hpp"
#include "session/poster.hpp"
#include "session/roster.hpp"
#include "stats/round.hpp"

namespace rtcmc {

/// Collects the statistics of all participants, for all who ask at the same time at once.
///
/// Threads: the session's.
class Statistics {
 public:
  using Reply = std::function<void(const std::shared_ptr<const stats::Snapshot>&)>;

  Statistics(Roster& roster, const Outgoing& outgoing, const Publisher& publisher, Poster post)
      : roster_(roster), outgoing_(outgoing), publisher_(publisher), post_(std::move(post)) {}

  /// The reply comes within a second.
  void collect(Reply reply);
  /// Nothing more comes from this participant.
  void forget(const std::string& user_id) { round_.forget(user_id); }
  /// A connection that worked has broken.
  void count_broken_connection() { ++broken_connections_; }

 private:
  Roster& roster_;
  const Outgoing& outgoing_;
  const Publisher& publisher_;
  const Poster post_;
  stats::Round round_;
  std::vector<Reply> replies_;
  std::uint64_t broken_connections_ = 0;
};

}  // namespace rtcmc
