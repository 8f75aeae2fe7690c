// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glib/timer.hpp"
#include "session/last_heard.hpp"

namespace rtcmc {

/// With whom we are still connected after the server was away, or after our network has changed: with those of whom
/// something comes still. Nobody says so otherwise, since the server is asked for nothing then and ICE takes its time.
///
/// Threads: the session's.
class Survivors {
 public:
  using Clock = std::chrono::steady_clock;
  /// Nothing comes from it any more.
  using Silent = std::function<void(const std::string& user_id, const char* why)>;

  struct Times {
    std::chrono::milliseconds hearing;  // in which something comes from whoever is connected still
    std::chrono::milliseconds
        under_way;                      // after the server's last packets, those of whom ended with it may come so late
    std::chrono::milliseconds working;  // what has been silent for longer does not count as working
  };
  static constexpr Times kTimes{
      .hearing = std::chrono::seconds(8), .under_way = std::chrono::seconds(1), .working = std::chrono::seconds(3)};

  Survivors(LastHeard last_heard, Silent silent, Times times = kTimes)
      : last_heard_(std::move(last_heard)), silent_(std::move(silent)), times_(times) {}

  /// Something came from it just now.
  [[nodiscard]] bool talks(const std::string& user_id) const;

  /// `connected`: all with whom we are.
  void network_changed(std::vector<std::string> connected);
  void server_lost(std::vector<std::string> connected);
  [[nodiscard]] bool is_server_lost() const { return lost_at_.has_value(); }
  /// While the server was away: who talked until then, or our network has changed since.
  [[nodiscard]] bool has_fallen_silent(const std::string& user_id) const;
  void server_is_back();

  void rename(const std::string& old_id, const std::string& new_id);
  void clear();

 private:
  void judge(std::chrono::milliseconds delay, Clock::time_point since, const char* why);

  const LastHeard last_heard_;
  const Silent silent_;
  const Times times_;
  std::vector<std::string> judged_;
  std::optional<Clock::time_point> changed_at_;  // our network, the last time since the server was there
  std::optional<Clock::time_point> lost_at_;
  std::vector<std::string> talkers_;  // when it was
  glib::Timer until_heard_;
};

}  // namespace rtcmc
