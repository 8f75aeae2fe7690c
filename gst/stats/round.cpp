// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/round.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace rtcmc::stats {

namespace {

/// A webrtcbin whose thread is busy for longer is left out.
constexpr std::chrono::milliseconds kDeadline{500};

}  // namespace

void Round::begin(std::vector<std::string> user_ids, Done done) {
  awaited_ = std::move(user_ids);
  done_ = std::move(done);
  deadline_.start_once(kDeadline, [this] { finish(); });
  finish_if_complete();
}

void Round::add(Participant participant) {
  // A late answer to the round before is as good.
  if (std::erase(awaited_, participant.user_id) > 0) {
    participants_.push_back(std::move(participant));
    finish_if_complete();
  }
}

void Round::forget(const std::string& user_id) {
  std::erase_if(participants_, [&user_id](const Participant& known) { return known.user_id == user_id; });
  if (std::erase(awaited_, user_id) > 0) {
    finish_if_complete();
  }
}

void Round::finish_if_complete() {
  if (awaited_.empty()) {
    finish();
  }
}

void Round::finish() {
  deadline_.cancel();
  awaited_.clear();
  auto participants = std::exchange(participants_, {});
  std::ranges::sort(participants, {}, &Participant::user_id);
  std::exchange(done_, nullptr)(std::move(participants));
}

}  // namespace rtcmc::stats
