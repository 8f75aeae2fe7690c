// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>

namespace rtcmc::receive {

/// What of an encoded video stream goes into a queue that downstream empties too slowly. What follows a gap builds on
/// what is missing, so after the first drop nothing goes in until a keyframe, which is asked for once there is room. A
/// pure policy: the caller brings the time.
class Choke {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How often a keyframe that does not come is asked for.
  static constexpr std::chrono::seconds kPatience{1};

  struct Decision {
    bool passes;
    bool asks_for_keyframe;
    bool is_first_drop;  // in a row
  };

  /// Something arrives: `is_full`: there is no room; `can_start`: a decoder can start with it.
  [[nodiscard]] Decision on_arrival(Time now, bool is_full, bool can_start);

 private:
  bool is_choked_ = false;
  std::optional<Time> asked_at_;  // since there is room
};

}  // namespace rtcmc::receive
