// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

#include "glib/timer.hpp"

namespace rtcmc::test {

/// Iterates the default main context until `condition` holds. False if it does not within `deadline`. Conditions that
/// no main loop source changes (how many descriptors are open) are looked at now and then.
template <typename Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
  bool late = false;
  glib::Timer glance, timer;
  glance.start_repeating(std::chrono::milliseconds(20), [] {});
  timer.start_once(deadline, [&late] { late = true; });
  while (!condition()) {
    if (late) {
      return false;
    }
    g_main_context_iteration(nullptr, TRUE);
  }
  return true;
}

}  // namespace rtcmc::test
