// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/keyframe_gate.hpp"

#include <algorithm>

namespace rtcmc::send {

bool KeyframeGate::on_request(Time now) {
  return want(now, kRequestInterval);
}

bool KeyframeGate::on_newcomer(Time now) {
  return want(now, kNewcomerInterval);
}

bool KeyframeGate::on_frame(Time now, bool is_keyframe) {
  if (is_keyframe) {
    on_its_way_ = false;
    due_.reset();
    return false;
  }
  return due_ && now >= *due_ && ask(now);
}

bool KeyframeGate::want(Time now, std::chrono::milliseconds interval) {
  if (!asked_at_) {
    return ask(now);
  }
  // A keyframe on its way serves this request too.
  const Time earliest = *asked_at_ + (on_its_way_ ? kRequestInterval : interval);
  if (now >= earliest) {
    return ask(now);
  }
  due_ = due_ ? std::min(*due_, earliest) : earliest;
  return false;
}

bool KeyframeGate::ask(Time now) {
  asked_at_ = now;
  on_its_way_ = true;
  due_ = now + kRequestInterval;  // should the encoder lose the word
  return true;
}

}  // namespace rtcmc::send
