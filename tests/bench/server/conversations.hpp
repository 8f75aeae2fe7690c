// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "crowd.hpp"

namespace rtcmc::bench {

/// Pairs of users, each in a room of its own, who send one another what RTCMultiConnection sends: offers.
class Conversations {
 public:
  using Clock = std::chrono::steady_clock;

  struct Settings {
    unsigned pairs;
    unsigned at_once;
    unsigned message_size;  // bytes, as the sender's Engine.IO packet
  };

  /// Each message's way from its sender, through the server, to its receiver.
  struct Latencies {
    std::vector<float> microseconds;
    Clock::duration time;  // during which they were received
  };

  Conversations(std::uint16_t port, const Settings& settings);

  /// Connects everybody, and has them enter their rooms.
  void begin();

  /// Everybody sends as fast as the server relays: `window` messages are on their way from each, and one more is sent
  /// for each that has come.
  void flood(unsigned window);
  /// Together they send `rate` messages a second, whether they come or not.
  void pace(double rate);

  /// Goes on so, and tells what came about.
  [[nodiscard]] Latencies run(Clock::duration time);

 private:
  struct User {
    std::string offer;                     // to the other one, as a frame
    std::deque<Clock::time_point> on_way;  // when what has not come yet was due to be sent
    bool unsent = false;
  };

  void on_packet(unsigned receiver, std::string_view packet);
  void on_relayed(unsigned receiver);
  void send(unsigned user, Clock::time_point due);
  void send_what_is_due();
  void flush();

  const Settings settings_;
  Crowd crowd_;
  std::vector<User> users_;
  std::vector<unsigned> unsent_;  // whose messages wait for flush()
  unsigned pairs_ready_ = 0;
  bool floods_ = false;
  double rate_ = 0;
  Clock::time_point began_;  // to keep the pace
  std::uint64_t paced_ = 0;  // messages since then
  Latencies latencies_;
};

}  // namespace rtcmc::bench
