// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace rtcmc {

/// Names of an element's pads. GStreamer lets nobody add a pad whose name is there already, but several threads may be
/// on their way to that at once.
///
/// Threads: any. `mutex_` protects `reserved_`.
class PadNames {
 public:
  /// For whoever holds it, from the choice of a name until the pad has been added.
  using Reservation = std::shared_ptr<const std::string>;

  explicit PadNames(GstElement* element) : element_(element) {}

  /// Null if it is taken.
  [[nodiscard]] Reservation reserve(const std::string& name);
  /// The first free one of "video_0", "video_1"…
  [[nodiscard]] Reservation reserve_next(const std::string& prefix);

 private:
  class Held;

  [[nodiscard]] Reservation reserve_locked(const std::string& name);

  GstElement* const element_;
  std::mutex mutex_;
  std::set<std::string> reserved_;
};

}  // namespace rtcmc
