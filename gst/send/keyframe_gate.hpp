// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>

namespace rtcmc::send {

/// When to ask an encoder for a keyframe, given what all its peers ask for. A pure policy: the caller brings the time,
/// and asks the encoder whenever a function returns true. No lock of its own.
///
/// A request that comes too early is answered when its time has come, with the first frame that passes then: without
/// frames there is nothing to be repaired. One that is not answered at all is repeated: a peer that waits for its first
/// picture cannot complain.
class KeyframeGate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kRequestInterval{500};
  static constexpr std::chrono::milliseconds kNewcomerInterval{100};

  /// A peer lost its picture (PLI, FIR).
  [[nodiscard]] bool on_request(Time now);
  /// A peer waits for its first picture.
  [[nodiscard]] bool on_newcomer(Time now);
  /// An encoded frame passes.
  [[nodiscard]] bool on_frame(Time now, bool is_keyframe);

 private:
  bool want(Time now, std::chrono::milliseconds interval);
  bool ask(Time now);

  std::optional<Time> asked_at_;  // last time
  bool on_its_way_ = false;       // asked for, not seen yet
  std::optional<Time> due_;       // when to ask again
};

}  // namespace rtcmc::send
