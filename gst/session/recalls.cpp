// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/recalls.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

#include "glib/random.hpp"

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

/// How long a connection has to work until what was before no longer counts.
constexpr auto kSettling = 30s;
/// After our own return: a request to all in the room is on its way, and who is there answers that.
constexpr auto kAfterReturn = 500ms;

/// Of 32 random bits, to have up to a quarter.
constexpr unsigned kQuarter = 34;

/// So that two who lost each other do not ask at the same moment each time.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds delay) {
  return delay +
         std::chrono::milliseconds(static_cast<std::uint64_t>(delay.count()) * glib::random_number() >> kQuarter);
}

}  // namespace

Recalls::Recall* Recalls::recall(const std::string& user_id, RecallPlan::Hope hope) {
  auto& recall = recalls_[user_id];
  if (!recall) {
    if (recalls_.size() > kMaxRecalls) {
      recalls_.erase(user_id);
      return nullptr;
    }
    recall = std::make_unique<Recall>(RecallPlan(hope, std::chrono::steady_clock::now()), glib::random_id());
  }
  return recall.get();
}

bool Recalls::connection_failed(const std::string& user_id, bool had_worked) {
  Recall* const failed = recall(user_id, RecallPlan::Hope::Usual);
  const auto now = std::chrono::steady_clock::now();
  // What breaks as soon as it works is no better than what never does.
  const auto delay = failed ? failed->plan.connection_failed(had_worked && !failed->is_back, now) : std::nullopt;
  if (!delay) {
    recalls_.erase(user_id);
    return false;
  }
  failed->is_back = false;
  ask_in(with_jitter(*delay), user_id, *failed);
  return true;
}

void Recalls::vanished(const std::string& user_id) {
  if (Recall* const gone = recall(user_id, RecallPlan::Hope::Little)) {
    if (std::exchange(gone->is_back, false) || !gone->next.active()) {
      ask_in(0ms, user_id, *gone);
    }
  }
}

void Recalls::connected(const std::string& user_id) {
  const auto found = recalls_.find(user_id);
  if (found != recalls_.end()) {
    found->second->is_back = true;
    found->second->next.start_once(kSettling, [this, id = user_id] { recalls_.erase(std::string(id)); });
  }
}

void Recalls::hurry() {
  for (const auto& [user_id, recall] : recalls_) {
    if (!recall->is_back) {
      ask_in(kAfterReturn, user_id, *recall);
    }
  }
}

bool Recalls::match(const std::string& user_id, const std::string& invitation) const {
  const auto found = recalls_.find(user_id);
  return found != recalls_.end() && found->second->invitation == invitation;
}

void Recalls::rename(const std::string& old_id, const std::string& new_id) {
  auto renamed = recalls_.extract(old_id);
  recalls_.erase(new_id);
  if (!renamed.empty()) {
    renamed.key() = new_id;
    const auto recall = recalls_.insert(std::move(renamed)).position;
    connected(recall->first);  // its timer goes by the name
  }
}

void Recalls::ask_in(std::chrono::milliseconds delay, const std::string& user_id, Recall& recall) {
  recall.next.start_once(delay, [this, id = user_id] { ask(std::string(id)); });
}

void Recalls::ask(const std::string& user_id) {
  Recall& recall = *recalls_.at(user_id);
  if (const auto delay = recall.plan.unanswered(std::chrono::steady_clock::now())) {
    ask_in(with_jitter(*delay), user_id, recall);
    ask_(user_id, recall.invitation);
  } else {
    recalls_.erase(user_id);
  }
}

}  // namespace rtcmc
