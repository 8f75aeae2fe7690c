// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <memory>

#include "glib/worker_thread.hpp"

namespace rtcmc::glib {

/// Tasks that take a while, are independent of each other, and that somebody may want to see finished. They run on a
/// few threads, at most two for each core, that all groups of the process share and that end when there is nothing to
/// do.
///
/// Threads: any. Destroying the group waits for nothing: what a task needs it has to hold itself.
class TaskGroup {
 public:
  TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() = default;

  void run(Task task);

  /// Until every task that was given to run() so far is done, and destroyed. False if `bound` was too short for that.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds bound) const;

 private:
  struct Progress;

  const std::shared_ptr<Progress> progress_;
};

}  // namespace rtcmc::glib
