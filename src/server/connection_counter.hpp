// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "server/options.hpp"

namespace rtcmc::server {

/// Counts the connections of each address, or network (network_of()), and all of them.
class ConnectionCounter {
  struct Counts {
    std::size_t all = 0;
    std::unordered_map<std::string, unsigned> by_address;
  };

 public:
  /// One connection's place, given back with it.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&& other) noexcept {
      give_back();
      counts_ = std::move(other.counts_);
      address_ = std::move(other.address_);
      return *this;
    }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() { give_back(); }

   private:
    friend class ConnectionCounter;
    Ticket(std::shared_ptr<Counts> counts, std::string address)
        : counts_(std::move(counts)), address_(std::move(address)) {}

    void give_back() {
      if (const auto counts = std::exchange(counts_, nullptr)) {
        --counts->all;
        const auto of_address = counts->by_address.find(address_);
        if (--of_address->second == 0) {
          counts->by_address.erase(of_address);
        }
      }
    }

    std::shared_ptr<Counts> counts_;
    std::string address_;
  };

  explicit ConnectionCounter(const Limits& limits) : limits_(limits) {}

  /// Absent if there is no place left.
  [[nodiscard]] std::optional<Ticket> admit(const std::string& address) {
    const auto found = counts_->by_address.find(address);
    const unsigned of_address = found == counts_->by_address.end() ? 0 : found->second;
    if ((limits_.sockets > 0 && counts_->all >= limits_.sockets) ||
        (limits_.sockets_per_address > 0 && of_address >= limits_.sockets_per_address)) {
      return std::nullopt;
    }
    ++counts_->all;
    ++counts_->by_address[address];
    return Ticket(counts_, address);
  }

  [[nodiscard]] std::size_t all() const { return counts_->all; }

 private:
  const Limits& limits_;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace rtcmc::server
