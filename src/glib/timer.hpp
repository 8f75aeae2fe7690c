// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>

namespace rtcmc::glib {

/// A timer on the thread-default GMainContext of the thread that starts it, where its callback also runs. Destroying
/// or restarting it cancels it. The callback may destroy the timer. Use it from that one thread only.
class Timer {
 public:
  using Callback = std::function<void()>;

  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  void start_once(std::chrono::milliseconds delay, Callback callback);
  void start_repeating(std::chrono::milliseconds interval, Callback callback);
  void cancel();
  [[nodiscard]] bool active() const { return source_ != nullptr; }

 private:
  void start(std::chrono::milliseconds interval, Callback callback, bool repeat);

  GSource* source_ = nullptr;
};

}  // namespace rtcmc::glib
