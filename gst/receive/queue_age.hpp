// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <deque>

namespace rtcmc::receive {

/// How much of a stream waits in a queue, as a time: of what is there, without what was left out between it. The queue
/// itself only knows the time from the first to the last, which after a gap is more than it holds.
class QueueAge {
 public:
  /// Something goes in. `is_behind_gap`: what was before it did not. Without a time it counts as at the one before.
  void add(GstClockTime time, bool is_behind_gap);
  /// `waiting`: of what went in, so many are there still.
  [[nodiscard]] GstClockTime of(std::size_t waiting);

 private:
  GstClockTime last_ = GST_CLOCK_TIME_NONE;
  GstClockTime length_ = 0;           // of all that has gone in
  std::deque<GstClockTime> lengths_;  // as it was when each of those that may still wait had gone in
};

}  // namespace rtcmc::receive
