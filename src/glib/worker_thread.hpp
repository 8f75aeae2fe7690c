// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "glib/ref.hpp"

namespace rtcmc::glib {

using Task = std::function<void()>;

/// Runs `task` on the thread that iterates `context`. Any thread; tasks run in the order in which they were posted. A
/// task that never gets to run is destroyed with the context.
void post(GMainContext* context, Task task);

/// A thread that runs a main loop on a GMainContext of its own, which is also its thread-default context.
class WorkerThread {
 public:
  explicit WorkerThread(std::string name);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  /// Runs the tasks posted so far, then ends the thread. Called on the thread itself (from a signal handler, say), it
  /// does not wait: the running task is the last one.
  ~WorkerThread();

  /// Any thread. Tasks run in the order in which they were posted; a task posted after the destructor began is dropped.
  void post(Task task);

  /// The tasks posted so far still run, and then the thread ends; nothing waits for it, nor does the destructor.
  void abandon();

  /// Any thread.
  [[nodiscard]] bool is_current() const;
  [[nodiscard]] GMainContext* context() const { return context_.get(); }

 private:
  Ref<GMainContext> context_;
  Ref<GMainLoop> loop_;
  std::shared_ptr<std::atomic<bool>> runs_tasks_ = std::make_shared<std::atomic<bool>>(true);
  std::thread thread_;
  std::thread::id id_;  // which a thread that nothing waits for has no more
};

}  // namespace rtcmc::glib
