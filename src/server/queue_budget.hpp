// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "log/log_limiter.hpp"
#include "server/options.hpp"

namespace rtcmc::server {

/// Bounds what waits for slow readers: of each network, and altogether. Beyond that, whoever has the most waiting goes.
class QueueBudget {
  struct Network;

 public:
  /// What waits for one client. The budget must outlive it.
  class Share {
   public:
    /// `give_up` drops what waits, and the client with it, at once. It may not destroy the share.
    Share(QueueBudget& budget, const std::string& address, std::function<void()> give_up);
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share();

    void add(std::size_t bytes);
    void remove(std::size_t bytes);
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// To be called behind add(), when the client may go.
    void keep_limits() { budget_.keep_limits(network_); }

   private:
    friend class QueueBudget;
    QueueBudget& budget_;
    Network& network_;
    std::function<void()> give_up_;
    std::size_t bytes_ = 0;
  };

  /// `limits` must outlive it.
  explicit QueueBudget(const Limits& limits) : limits_(limits) {}
  QueueBudget(const QueueBudget&) = delete;
  QueueBudget& operator=(const QueueBudget&) = delete;
  ~QueueBudget() = default;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Network {
    std::string name;
    std::size_t bytes = 0;
    std::unordered_set<Share*> shares;
  };

  [[nodiscard]] Network& network(const std::string& address);
  void keep_limits(Network& network);
  /// The one with the most bytes; null if nothing waits.
  [[nodiscard]] static Share* greediest(const Network& network);
  [[nodiscard]] Share* greediest() const;
  void expel(Share& share, std::string_view limit);

  const Limits& limits_;
  std::unordered_map<std::string, Network> networks_;  // by name
  std::size_t bytes_ = 0;
  LogLimiter log_limiter_;
};

}  // namespace rtcmc::server
