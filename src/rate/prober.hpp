// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rate/types.hpp"

namespace rtcmc::rate {

/// Packets to be sent evenly at a rate above the target, to see what comes through: if the application wants more than
/// is known to be possible, waiting until the target has grown to that would take long.
struct Probe {
  std::uint64_t rate;   // bit/s
  std::size_t bytes;    // in all
  std::size_t packets;  // at least
};

/// When to probe, and what a probe has shown. A pure class.
class Prober {
 public:
  static constexpr std::chrono::milliseconds kLength{15};
  static constexpr std::size_t kLeastPackets = 5;
  static constexpr std::size_t kLeastBytes = 1600;
  /// Unless the one before has shown that more is possible. Each that has not makes the next wait longer, and so does
  /// it if the target is near what the link was found to carry: there, a probe does harm and shows little.
  static constexpr std::chrono::seconds kShortestPause{2};
  static constexpr std::chrono::seconds kLongestPause{3};
  /// What has not been heard of by then is lost.
  static constexpr std::chrono::seconds kPatience{2};

  /// bit/s: what is known to be possible, what the application would like to send, and may.
  struct Rates {
    double target;
    double wanted;
    double maximum;
    std::optional<double> capacity;  // of the link, if it has shown
  };

  /// What is to be sent now, if anything is.
  [[nodiscard]] std::optional<Probe> next(const Rates& rates, Time now);
  /// A packet goes out. Returns its cluster; 0: it belongs to none. While a probe is being sent, the application's own
  /// packets are part of it.
  [[nodiscard]] std::uint32_t on_sent(std::size_t bytes, bool is_probe, Time now);
  void on_received(std::uint32_t cluster_number, const Delivery& packet);
  /// The rate that came through, once enough is known. Only once.
  [[nodiscard]] std::optional<double> result(double target, Time now);
  /// A queue grows, or much is lost: this is no time to try for more.
  void on_congestion(Time now);

 private:
  struct Cluster {
    Probe probe;
    Time since;
    std::size_t padding = 0;  // bytes that were sent for its sake
    std::size_t sent_packets = 0;
    std::size_t sent_bytes = 0;
    std::size_t received_packets = 0;
    std::size_t received_bytes = 0;
    Time first_sent{};
    Time last_sent{};
    std::size_t last_sent_bytes = 0;
    Arrival first_arrival{};
    Arrival last_arrival{};
    std::size_t first_arrival_bytes = 0;
  };

  [[nodiscard]] static std::optional<double> rate_of(const Cluster& cluster);
  void fail(Time now);

  std::optional<Cluster> cluster_;
  std::uint32_t number_ = 0;
  std::optional<Time> next_;  // not before; absent: at once
  std::optional<Time> probed_;
  Duration pause_ = kShortestPause;
};

}  // namespace rtcmc::rate
