// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "client.hpp"

namespace rtcmc::bench {

/// Many clients of one server, in one thread. Throws std::runtime_error when one of them is lost.
class Crowd final : private Client::Listener {
 public:
  using OnPacket = std::function<void(unsigned client, std::string_view packet)>;

  explicit Crowd(
      std::uint16_t port, OnPacket on_packet = [](unsigned, std::string_view) {});

  /// Until `count` clients are connected; at most `at_once` are connecting at a time.
  void connect(unsigned count, unsigned at_once);

  /// They are numbered from 0 on.
  [[nodiscard]] Client& client(unsigned index) { return *clients_[index]; }

  /// Waits until something is ready, and handles it.
  void wait();
  /// Handles what is ready now.
  void look() { handle_ready(0); }
  /// Keeps the clients alive until standard input ends.
  void stay();

 private:
  void on_connected(Client&) override { ++connected_; }
  void on_packet(Client& client, std::string_view text) override { on_packet_(client.index(), text); }
  bool handle_ready(int timeout);

  const std::uint16_t port_;
  const OnPacket on_packet_;
  const Descriptor epoll_;
  std::vector<std::unique_ptr<Client>> clients_;
  unsigned connected_ = 0;
  bool input_ended_ = false;
};

}  // namespace rtcmc::bench
