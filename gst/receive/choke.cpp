// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/choke.hpp"

#include <utility>

namespace rtcmc::receive {

Choke::Decision Choke::on_arrival(Time now, bool is_full, bool can_start) {
  if (is_full) {
    asked_at_.reset();
    return {.passes = false, .asks_for_keyframe = false, .is_first_drop = !std::exchange(is_choked_, true)};
  }
  if (!is_choked_ || can_start) {
    is_choked_ = false;
    asked_at_.reset();
    return {.passes = true, .asks_for_keyframe = false, .is_first_drop = false};
  }
  const bool asks = !asked_at_ || now - *asked_at_ >= kPatience;
  if (asks) {
    asked_at_ = now;
  }
  return {.passes = false, .asks_for_keyframe = asks, .is_first_drop = false};
}

}  // namespace rtcmc::receive
