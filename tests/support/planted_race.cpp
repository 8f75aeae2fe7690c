// SPDX-License-Identifier: LGPL-2.1-or-later
// A race that ThreadSanitizer has to see: what tsan_glib.cpp tells it of GLib must not hide those of our own. Two
// threads know each other by all that orders threads here, and then write to the same place without any of it.

#include <atomic>
#include <future>

#include "glib/worker_thread.hpp"

int main() {
  rtcmc::glib::WorkerThread one("one");
  rtcmc::glib::WorkerThread other("other");
  int raced = 0;
  // That it is reported does not depend on luck: both are there, and neither has waited for the other since.
  std::atomic<int> arrived = 0;
  std::promise<void> ends[2];
  const auto race = [&](std::promise<void>& end) {
    arrived.fetch_add(1, std::memory_order_relaxed);
    while (arrived.load(std::memory_order_relaxed) < 2) {
    }
    ++raced;
    end.set_value();
  };
  one.post([&] {
    other.post([&] { race(ends[0]); });
    race(ends[1]);
  });
  for (auto& end : ends) {
    end.get_future().wait();
  }
}
