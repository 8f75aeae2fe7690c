// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "rate/estimator.hpp"

namespace rtcmc::rate::simulation {

using namespace std::chrono_literals;

/// A bottleneck with a queue that drops what does not fit, shared by all flows that are sent over it, then a way with
/// delay, jitter and loss of its own.
struct LinkOptions {
  std::function<double(Duration)> rate;  // bit/s, by the time since the beginning
  Duration delay = 25ms;
  Duration queue = 400ms;
  Duration jitter = 0ms;  // up to so much less or more
  double loss = 0;
  // Back.
  Duration feedback_interval = 50ms;
  Duration feedback_delay = 25ms;
  Duration feedback_jitter = 0ms;  // up to so much more, so that one overtakes the other
  double feedback_loss = 0;
  bool reports_only = false;
  /// When a receiver that is busy sees what arrives.
  std::function<Duration(Duration)> seen = [](Duration arrival) { return arrival; };
  unsigned seed = 1;
  // The receiver's clock.
  double drift = 0;              // gains so much of each second
  Arrival clock{3'600'000'000};  // at the beginning
};

inline std::function<double(Duration)> constant(double rate) {
  return [rate](Duration) { return rate; };
}

/// Whether a packet comes out of the bottleneck, and when.
class Bottleneck {
 public:
  Bottleneck(std::function<double(Duration)> rate, Duration queue) : rate_(std::move(rate)), queue_(queue) {}

  std::optional<Duration> send(std::size_t bytes, Duration now) {
    if (rate_(now) <= 0) {
      return std::nullopt;
    }
    free_ = std::max(free_, now);
    const auto takes = Duration(static_cast<std::int64_t>(8e9 * static_cast<double>(bytes) / rate_(now)));
    if (free_ - now > queue_) {
      return std::nullopt;
    }
    free_ += takes;
    return free_;
  }

  [[nodiscard]] Duration queued(Duration now) const { return std::max(free_ - now, Duration::zero()); }

 private:
  std::function<double(Duration)> rate_;
  Duration queue_;
  Duration free_{};
};

/// What happened in a second.
struct Second {
  double sent = 0;      // bit/s
  double received = 0;  // bit/s
  double target = 0;    // at its end
  Duration longest_queue{};
  double probes = 0;  // bit/s, of what was sent
};

/// A sender with an estimator, which sends frames at its target's rate, evenly spread, and probes; and its receiver.
class Flow {
 public:
  struct Options {
    Bounds bounds{100'000, 300'000, 5'000'000};
    std::uint64_t wanted = 5'000'000;
    double most = 1e9;  // bit/s that the application has
    double least = 0;   // bit/s that it sends in any case
    Duration begin = 0ms;
    std::optional<std::uint64_t> receiver_estimate = {};
    std::uint16_t first_sequence = 0;
  };

  Flow(const Options& options, const LinkOptions& link, Bottleneck& bottleneck, unsigned seed);

  /// Each millisecond.
  void step(Duration now);

  [[nodiscard]] const std::vector<Second>& seconds() const { return seconds_; }
  [[nodiscard]] Estimator& estimator() { return estimator_; }
  /// Of the seconds in [from, to).
  [[nodiscard]] double mean_sent(std::size_t from, std::size_t to) const;
  [[nodiscard]] double mean_received(std::size_t from, std::size_t to) const;
  [[nodiscard]] Duration longest_queue(std::size_t from, std::size_t to) const;

 private:
  struct Packet {
    std::uint16_t sequence;
    Duration arrival;
    std::size_t bytes;
  };
  struct Feedback {
    Duration arrival;
    rtp::TransportFeedback content;
    double lost;
    Duration round_trip;
  };

  [[nodiscard]] static Time time(Duration now) { return Time{} + 1h + now; }
  void send(std::size_t bytes, bool is_probe, Duration now);
  void send_media(Duration now);
  void send_probe(Duration now);
  void receive(Duration now);
  void tell(Duration now);
  void hear(Duration now);

  Options options_;
  LinkOptions link_;
  Bottleneck& bottleneck_;
  std::mt19937 random_;
  Estimator estimator_;

  double credit_ = 0;        // bytes
  double probe_credit_ = 0;  // bytes
  std::optional<Probe> probe_;
  std::size_t probe_left_ = 0;
  std::uint16_t sequence_ = 0;

  std::vector<Packet> under_way_;
  Duration next_arrival_ = Duration::max();
  std::vector<std::optional<Duration>> arrivals_ = std::vector<std::optional<Duration>>(1U << 16U);
  std::optional<std::uint16_t> told_;    // all before it
  std::optional<std::uint16_t> newest_;  // received
  Duration next_tell_{};
  std::uint8_t number_ = 0;
  std::vector<Feedback> back_;
  Duration next_report_{};
  std::size_t sent_since_report_ = 0;
  std::size_t received_since_report_ = 0;

  std::vector<Second> seconds_;
};

/// Runs them together over one link.
class World {
 public:
  explicit World(LinkOptions link) : link_(std::move(link)), bottleneck_(link_.rate, link_.queue) {}

  Flow& add(const Flow::Options& options) {
    flows_.push_back(
        std::make_unique<Flow>(options, link_, bottleneck_, link_.seed + static_cast<unsigned>(flows_.size())));
    return *flows_.back();
  }
  void run(std::chrono::seconds duration) {
    for (const Duration end = now_ + duration; now_ < end; now_ += 1ms) {
      for (const auto& flow : flows_) {
        flow->step(now_);
      }
    }
  }

 private:
  LinkOptions link_;
  Bottleneck bottleneck_;
  std::vector<std::unique_ptr<Flow>> flows_;
  Duration now_{};
};

}  // namespace rtcmc::rate::simulation
