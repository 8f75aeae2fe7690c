// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/keyframe_budget.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::send {

bool KeyframeBudget::on_request(Time now) {
  const auto before = std::exchange(requested_at_, now);
  if (before && now - *before >= kQuiet && !is_waiting_) {
    granted_ = 0;
    wait_ = {};
  }
  if (on_its_way_) {
    return true;  // the gate merges them
  }
  if (!granted_at_ || now - *granted_at_ >= wait_) {
    return grant(now);
  }
  is_waiting_ = true;
  return false;
}

bool KeyframeBudget::on_frame(Time now, bool is_keyframe) {
  if (is_keyframe) {
    on_its_way_ = false;
    is_waiting_ = false;
    return false;
  }
  return is_waiting_ && now - *granted_at_ >= wait_ && grant(now);
}

bool KeyframeBudget::grant(Time now) {
  on_its_way_ = true;
  is_waiting_ = false;
  granted_at_ = now;
  ++granted_;
  if (granted_ >= kAtOnce) {
    wait_ = granted_ == kAtOnce ? kFirstWait : std::min<std::chrono::milliseconds>(2 * wait_, kLongestWait);
  }
  return true;
}

}  // namespace rtcmc::send
