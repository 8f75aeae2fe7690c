// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/queue_age.hpp"

namespace rtcmc::receive {

void QueueAge::add(GstClockTime time, bool is_behind_gap) {
  if (GST_CLOCK_TIME_IS_VALID(time)) {
    if (GST_CLOCK_TIME_IS_VALID(last_) && time > last_ && !is_behind_gap) {
      length_ += time - last_;
    }
    last_ = time;
  }
  lengths_.push_back(length_);
}

GstClockTime QueueAge::of(std::size_t waiting) {
  while (lengths_.size() > waiting) {
    lengths_.pop_front();
  }
  return lengths_.empty() ? 0 : length_ - lengths_.front();
}

}  // namespace rtcmc::receive
