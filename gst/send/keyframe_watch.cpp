// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/keyframe_watch.hpp"

#include <utility>

namespace rtcmc::send {

bool KeyframeWatch::on_data(GstClockTime now, bool is_keyframe) {
  if (is_keyframe) {
    is_asked_ = false;
    asked_at_.reset();
    return false;
  }
  if (is_asked_.exchange(false) && !asked_at_) {
    asked_at_ = now;
    data_ = 0;
  }
  if (!asked_at_ || ++data_ < kMinData || now < *asked_at_ + kPatience) {
    return false;
  }
  asked_at_.reset();
  return !std::exchange(has_told_, true);
}

void KeyframeWatch::restart() {
  is_asked_ = false;
  asked_at_.reset();
}

}  // namespace rtcmc::send
