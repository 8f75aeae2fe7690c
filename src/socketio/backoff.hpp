// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <chrono>

namespace rtcmc::socketio {

/// Delays between attempts: each drawn from a range that doubles until its upper end is `longest`. Half of every range
/// is jitter, so that the clients of a server that restarts do not all come back at once.
class Backoff {
 public:
  using Delay = std::chrono::milliseconds;

  Backoff(Delay shortest, Delay longest) : shortest_(shortest), longest_(std::max(shortest, longest)) {}

  /// `random` is in [0, 1). The result is never outside of [shortest, longest].
  [[nodiscard]] Delay next(double random) {
    upper_ = std::min(upper_ == Delay::zero() ? 2 * shortest_ : 2 * upper_, longest_);
    const auto lower = std::max(upper_ / 2, shortest_);
    return lower + Delay(static_cast<Delay::rep>(static_cast<double>((upper_ - lower).count()) * random));
  }

  void reset() { upper_ = Delay::zero(); }

 private:
  Delay shortest_;
  Delay longest_;
  Delay upper_{};
};

}  // namespace rtcmc::socketio
