// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/calls.hpp"

#include <chrono>

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

/// Whom the application calls at a time, and how long somebody may take to answer: a page asks a person for the camera.
constexpr std::size_t kMaxCalls = 64;
constexpr auto kCallTime = 30s;

}  // namespace

bool Calls::add(const std::string& user_id, const std::function<std::string()>& ask) {
  if (calls_.size() >= kMaxCalls && !calls_.contains(user_id)) {
    return false;
  }
  auto& call = calls_[user_id];
  call = std::make_unique<Call>();
  call->invitation = ask();
  call->until_given_up.start_once(kCallTime, [this, id = user_id] {
    events_.push(event::ParticipantFailed{id, "it does not answer our call"});
    calls_.erase(std::string(id));
  });
  return true;
}

bool Calls::match(const std::string& user_id, const std::string& invitation) const {
  const auto call = calls_.find(user_id);
  return call != calls_.end() && call->second->invitation == invitation;
}

}  // namespace rtcmc
