// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <chrono>

namespace rtcmc {

/// How much somebody may do: `rate` a second for ever, and up to `burst` at once after a rest. A rate of 0 is none at
/// all: everything may be done.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  TokenBucket(double rate, double burst, Time now) : rate_(rate), burst_(burst), tokens_(burst), since_(now) {}

  /// False if that is too much now; then nothing is taken.
  [[nodiscard]] bool take(double cost, Time now) {
    if (rate_ <= 0) {
      return true;
    }
    tokens_ = at(now);
    since_ = now;
    if (tokens_ < cost) {
      return false;
    }
    tokens_ -= cost;
    return true;
  }

  /// No more than a rest would give.
  void give(double tokens, Time now) {
    tokens_ = std::min(burst_, at(now) + tokens);
    since_ = now;
  }

  /// Whether its owner has had their rest: a new one would be the same.
  [[nodiscard]] bool is_full(Time now) const { return at(now) >= burst_; }

 private:
  [[nodiscard]] double at(Time now) const {
    return std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - since_).count());
  }

  double rate_;
  double burst_;
  double tokens_;
  Time since_;
};

}  // namespace rtcmc
