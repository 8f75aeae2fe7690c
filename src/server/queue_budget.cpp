// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/queue_budget.hpp"

#include <glib.h>

#include <utility>

#include "limit/network.hpp"
#include "server/fact.hpp"

namespace rtcmc::server {

namespace {

bool exceeds(std::size_t bytes, std::size_t limit) {
  return limit > 0 && bytes > limit;
}

}  // namespace

QueueBudget::Share::Share(QueueBudget& budget, const std::string& address, std::function<void()> give_up)
    : budget_(budget), network_(budget.network(address)), give_up_(std::move(give_up)) {
  network_.shares.insert(this);
}

QueueBudget::Share::~Share() {
  remove(bytes_);
  network_.shares.erase(this);
  if (network_.shares.empty()) {
    budget_.networks_.erase(budget_.networks_.find(network_.name));
  }
}

void QueueBudget::Share::add(std::size_t bytes) {
  bytes_ += bytes;
  network_.bytes += bytes;
  budget_.bytes_ += bytes;
}

void QueueBudget::Share::remove(std::size_t bytes) {
  bytes_ -= bytes;
  network_.bytes -= bytes;
  budget_.bytes_ -= bytes;
}

QueueBudget::Network& QueueBudget::network(const std::string& address) {
  const std::string name = network_of(address);
  Network& network = networks_[name];
  network.name = name;
  return network;
}

void QueueBudget::keep_limits(Network& network) {
  while (exceeds(network.bytes, limits_.max_queued_per_address)) {
    expel(*greediest(network), "max-queue-size-per-address");
  }
  while (exceeds(bytes_, limits_.max_queued_in_all)) {
    expel(*greediest(), "max-queue-size-in-all");
  }
}

QueueBudget::Share* QueueBudget::greediest(const Network& network) {
  Share* found = nullptr;
  for (Share* share : network.shares) {
    if (!found || share->bytes() > found->bytes()) {
      found = share;
    }
  }
  return found;
}

QueueBudget::Share* QueueBudget::greediest() const {
  Share* found = nullptr;
  for (const auto& [name, network] : networks_) {
    Share* const share = greediest(network);
    if (!found || share->bytes() > found->bytes()) {
      found = share;
    }
  }
  return found;
}

void QueueBudget::expel(Share& share, std::string_view limit) {
  const std::string& network = share.network_.name;
  if (const auto verdict = log_limiter_.count(network); verdict != LogLimiter::Verdict::Skip) {
    const std::string bytes = std::to_string(share.bytes()) + LogLimiter::suffix(verdict);
    g_info("%s", fact("queue-dropped", {{"address", network}, {"limit", limit}, {"bytes", bytes}}).c_str());
  }
  share.give_up_();
}

}  // namespace rtcmc::server
