// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <optional>

namespace rtcmc::send {

/// Finds out that an encoder that is not ours does not make keyframes when it is asked for them.
///
/// Threads: on_request() on any, the rest on the streaming thread.
class KeyframeWatch {
 public:
  /// What an encoder may take its time for, in the stream's own time; and not without data.
  static constexpr GstClockTime kPatience = 5 * GST_SECOND;
  static constexpr unsigned kMinData = 25;

  void on_request() { is_asked_ = true; }
  /// `now` in running time. True once: no keyframe comes.
  [[nodiscard]] bool on_data(GstClockTime now, bool is_keyframe);
  /// Another stream.
  void restart();

 private:
  std::atomic<bool> is_asked_ = false;
  std::optional<GstClockTime> asked_at_;
  unsigned data_ = 0;  // since then
  bool has_told_ = false;
};

}  // namespace rtcmc::send
