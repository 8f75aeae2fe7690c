// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <random>
#include <vector>

namespace rtcmc::net {

using Frame = std::vector<std::uint8_t>;

/// What one direction of a cable does to the frames that go through it.
struct LinkSettings {
  std::uint64_t rate = 0;                  // bit/s of whole Ethernet frames; 0: without limit
  std::chrono::milliseconds queue{300};    // what waits for the rate is at most what that carries in this time
  std::optional<std::size_t> queue_bytes;  // at most that instead
  std::chrono::microseconds delay{0};      // after the rate
  std::chrono::microseconds jitter{0};     // each frame's delay is up to that more or less
  bool reorders = true;                    // by jitter; false: whoever is faster waits for those before
  double loss = 0;                         // of frames that the rate let through, each by itself
  double duplicates = 0;                   // likewise
};

struct LinkCount {
  std::uint64_t offered = 0;  // frames
  std::uint64_t offered_bytes = 0;
  std::uint64_t dropped = 0;  // no room in the queue
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t delivered = 0;  // with duplicates
  std::uint64_t delivered_bytes = 0;
  std::uint64_t overtaken = 0;  // delivered after one that came in later
};

/// One direction of a cable: a queue before a wire of a certain rate, then chance and delay. A pure class: the caller
/// brings the time, which never goes back, and the seed. No lock of its own.
class Link {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Link(std::uint64_t seed) : random_(seed) {}

  /// What is on its way stays as it is; what waits in the queue has the new rate.
  void set(const LinkSettings& settings) { settings_ = settings; }
  [[nodiscard]] const LinkSettings& settings() const { return settings_; }

  void offer(Frame frame, Time now);
  /// What has come through.
  [[nodiscard]] std::vector<Frame> take(Time now);
  /// When something may come through next; absent: not before something is offered.
  [[nodiscard]] std::optional<Time> next() const;

  [[nodiscard]] const LinkCount& count() const { return count_; }

 private:
  struct Flying {
    Time due;
    std::uint64_t number;  // in order of their coming in
    Frame frame;

    friend bool operator>(const Flying& a, const Flying& b) {
      return a.due != b.due ? a.due > b.due : a.number > b.number;
    }
  };

  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] std::chrono::nanoseconds duration_of(std::size_t size) const;
  void advance(Time now);
  void launch(const Frame& frame, Time at);
  void fly(const Frame& frame, Time at);
  /// In [0, 1); the same on all machines.
  [[nodiscard]] double chance();

  LinkSettings settings_;
  std::mt19937_64 random_;
  std::deque<Frame> waiting_;  // the first is on the wire
  std::size_t waiting_bytes_ = 0;
  Time sent_{};  // when the first is through
  std::priority_queue<Flying, std::vector<Flying>, std::greater<>> flying_;
  std::uint64_t launched_ = 0;
  std::uint64_t latest_delivered_ = 0;
  Time latest_due_{};
  LinkCount count_;
};

}  // namespace rtcmc::net
