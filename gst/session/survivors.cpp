// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/survivors.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc {

bool Survivors::talks(const std::string& user_id) const {
  return last_heard_(user_id) > Clock::now() - times_.working;
}

void Survivors::network_changed(std::vector<std::string> connected) {
  changed_at_ = Clock::now();
  judged_ = std::move(connected);
  judge(times_.hearing, *changed_at_, "our network address has changed");
}

void Survivors::server_lost(std::vector<std::string> connected) {
  if (lost_at_) {
    return;
  }
  lost_at_ = Clock::now();
  talkers_ = std::move(connected);
  std::erase_if(talkers_, [this](const std::string& user_id) { return !talks(user_id); });
}

bool Survivors::has_fallen_silent(const std::string& user_id) const {
  const bool has_talked = std::ranges::find(talkers_, user_id) != talkers_.end();
  return (has_talked && !talks(user_id)) || (changed_at_ && last_heard_(user_id) <= changed_at_);
}

void Survivors::server_is_back() {
  if (!lost_at_) {
    return;
  }
  // Whoever ended with the server has been silent ever since.
  const auto since = *std::exchange(lost_at_, std::nullopt) + times_.under_way;
  changed_at_.reset();
  judged_ = std::exchange(talkers_, {});
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(since + times_.hearing - Clock::now());
  judge(std::max(left, std::chrono::milliseconds(0)), since, "nothing has come from it since the server was lost");
}

void Survivors::rename(const std::string& old_id, const std::string& new_id) {
  std::ranges::replace(judged_, old_id, new_id);
  std::ranges::replace(talkers_, old_id, new_id);
}

void Survivors::clear() {
  until_heard_.cancel();
  judged_.clear();
  changed_at_.reset();
  lost_at_.reset();
  talkers_.clear();
}

void Survivors::judge(std::chrono::milliseconds delay, Clock::time_point since, const char* why) {
  until_heard_.start_once(delay, [this, since, why] {
    for (const std::string& user_id : std::exchange(judged_, {})) {
      if (last_heard_(user_id).value_or(since) <= since) {
        silent_(user_id, why);
      }
    }
  });
}

}  // namespace rtcmc
