// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace rtcmc::test {

/// Ends the process, with a word, if it is not fed for long: a test that hangs says nothing.
class Watchdog {
 public:
  void feed(const std::string& about) {
    const std::lock_guard lock(mutex_);
    about_ = about;
    is_fed_ = true;
    changed_.notify_one();
  }

 private:
  void watch(const std::stop_token& end) {
    std::unique_lock lock(mutex_);
    while (!end.stop_requested()) {
      is_fed_ = false;
      if (!changed_.wait_for(lock, end, std::chrono::seconds(20), [this] { return is_fed_; }) &&
          !end.stop_requested()) {
        g_error("hangs: %s", about_.c_str());
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string about_ = "the start";
  bool is_fed_ = false;
  std::jthread thread_{[this](const std::stop_token& end) { watch(end); }};
};

}  // namespace rtcmc::test
