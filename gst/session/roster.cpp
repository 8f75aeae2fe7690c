// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/roster.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rtcmc {

admission::Sender Roster::sender(const std::string& user_id, const std::string& our_id, unsigned entry) const {
  using admission::Link;
  admission::Sender sender;
  sender.is_acquainted = acquaintances_.contains(user_id);
  sender.outranks_us = user_id > our_id;
  const auto participant = participants_.find(user_id);
  if (participant != participants_.end()) {
    const auto& [peer, its_entry, invitation, has_begun, offer] = participant->second;
    const bool is_offered = has_begun ? peer->awaits_first_answer() : !offer;
    sender.link = is_offered ? Link::Offered : Link::Made;
    sender.may_be_another = its_entry != entry;
  }
  const auto newcomer = newcomers_.find(user_id);
  if (newcomer != newcomers_.end()) {
    sender.link = newcomer->second.has_consent ? Link::Waiting : Link::Asked;
  }
  return sender;
}

bool Roster::expect(const std::string& user_id, Newcomer newcomer) {
  if (newcomers_.size() >= kMaxRemembered && !newcomers_.contains(user_id)) {
    return false;
  }
  const auto before = newcomers_.find(user_id);
  newcomer.arrival = before == newcomers_.end() ? ++arrivals_ : before->second.arrival;
  newcomers_[user_id] = std::move(newcomer);
  return true;
}

std::vector<std::string> Roster::ready() const {
  std::map<std::uint64_t, std::string> by_arrival;
  for (const auto& [user_id, newcomer] : newcomers_) {
    if (newcomer.has_consent) {
      by_arrival.emplace(newcomer.arrival, user_id);
    }
  }
  std::vector<std::string> user_ids;
  std::ranges::transform(by_arrival, std::back_inserter(user_ids), [](const auto& entry) { return entry.second; });
  return user_ids;
}

void Roster::add(const std::string& user_id, Participant participant) {
  set_outbox(user_id, participant.peer->outbox());
  participants_[user_id] = std::move(participant);
}

Roster::Participant* Roster::participant(const std::string& user_id) {
  const auto found = participants_.find(user_id);
  return found == participants_.end() ? nullptr : &found->second;
}

Peer* Roster::find(const std::string& user_id) {
  const Participant* found = participant(user_id);
  return found ? found->peer.get() : nullptr;
}

std::vector<std::string> Roster::user_ids() const {
  std::vector<std::string> user_ids;
  std::ranges::transform(participants_, std::back_inserter(user_ids), [](const auto& entry) { return entry.first; });
  return user_ids;
}

unsigned Roster::connecting() const {
  return static_cast<unsigned>(
      std::ranges::count_if(participants_, [](const auto& entry) { return !entry.second.peer->connected(); }));
}

std::unique_ptr<Peer> Roster::take(const std::string& user_id) {
  newcomers_.erase(user_id);
  set_outbox(user_id, nullptr);
  auto participant = participants_.extract(user_id);
  return participant.empty() ? nullptr : std::move(participant.mapped().peer);
}

void Roster::acquaint(const std::string& user_id) {
  if (acquaintances_.size() < kMaxRemembered) {
    acquaintances_.insert(user_id);
  }
}

void Roster::forget_acquaintances() {
  acquaintances_.clear();
}

void Roster::forget(const std::string& user_id) {
  acquaintances_.erase(user_id);
  extras_.erase(user_id);
}

void Roster::rename(const std::string& old_id, const std::string& new_id) {
  auto participant = participants_.extract(old_id);
  participant.key() = new_id;
  participant.mapped().peer->rename(new_id);
  set_outbox(old_id, nullptr);
  set_outbox(new_id, participant.mapped().peer->outbox());
  participants_.insert(std::move(participant));
  extras_[new_id] = extra_of(old_id);
  extras_.erase(old_id);
  if (acquaintances_.erase(old_id) > 0) {
    acquaintances_.insert(new_id);
  }
}

std::vector<std::unique_ptr<Peer>> Roster::take_all() {
  std::vector<std::unique_ptr<Peer>> peers;
  for (auto& [user_id, participant] : std::exchange(participants_, {})) {
    peers.push_back(std::move(participant.peer));
  }
  newcomers_.clear();
  acquaintances_.clear();
  extras_.clear();
  const std::lock_guard lock(outboxes_mutex_);
  outboxes_.clear();
  return peers;
}

void Roster::set_extra(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  if (participants_.contains(user_id) || newcomers_.contains(user_id)) {
    extras_[user_id] = extra;
  }
}

glib::Ref<JsonObject> Roster::extra_of(const std::string& user_id) const {
  const auto found = extras_.find(user_id);
  return found == extras_.end() ? nullptr : found->second;
}

void Roster::set_outbox(const std::string& user_id, std::shared_ptr<Outbox> outbox) {
  const std::lock_guard lock(outboxes_mutex_);
  if (outbox) {
    outboxes_[user_id] = std::move(outbox);
  } else {
    outboxes_.erase(user_id);
  }
}

Roster::Sent Roster::send(const std::optional<std::string>& user_id, const OutgoingData& data) {
  Sent sent = Sent::NobodyThere;
  const std::lock_guard lock(outboxes_mutex_);
  for (const auto& [each, outbox] : outboxes_) {
    if (user_id && each != *user_id) {
      continue;
    }
    if (outbox->push(data)) {
      sent = Sent::Taken;
    } else if (sent != Sent::Taken) {
      sent = Sent::Full;
    }
  }
  return sent;
}

}  // namespace rtcmc
