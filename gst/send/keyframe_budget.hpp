// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>

namespace rtcmc::send {

/// How many keyframes one peer may ask of an encoder that all share: each costs everybody. Some at once, as a loss now
/// and then takes; whoever goes on asking waits longer each time, until it has been quiet for a while. A pure policy
/// in front of the KeyframeGate: the caller brings the time, and asks the gate whenever a function returns true.
///
/// A request that comes too early is not lost: it is due with the first frame after its time, unless a keyframe that
/// others asked for has served it by then.
class KeyframeBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr unsigned kAtOnce = 3;
  static constexpr std::chrono::seconds kFirstWait{2};
  static constexpr std::chrono::seconds kLongestWait{16};
  /// Without a request for that long, all is forgotten. Longer than peers wait before they repeat one.
  static constexpr std::chrono::seconds kQuiet{10};

  [[nodiscard]] bool on_request(Time now);
  [[nodiscard]] bool on_frame(Time now, bool is_keyframe);

 private:
  bool grant(Time now);

  unsigned granted_ = 0;
  std::optional<Time> granted_at_;    // last time
  std::optional<Time> requested_at_;  // last time
  std::chrono::milliseconds wait_{0};
  bool on_its_way_ = false;  // granted, not seen yet: further requests are for the same keyframe
  bool is_waiting_ = false;
};

}  // namespace rtcmc::send
