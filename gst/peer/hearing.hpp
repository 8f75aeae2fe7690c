// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

namespace rtcmc {

/// When something came in from a participant last: media, its reports, data. Not what ICE keeps to itself.
///
/// Threads: any.
class Hearing {
 public:
  using Clock = std::chrono::steady_clock;

  /// For every element that comes into a webrtcbin, before it runs.
  static void serve(GstElement* added, const std::shared_ptr<Hearing>& hearing);

  /// Absent: nothing yet.
  [[nodiscard]] std::optional<Clock::time_point> last() const;

 private:
  std::atomic<Clock::rep> last_ = 0;  // since the clock's epoch
};

}  // namespace rtcmc
