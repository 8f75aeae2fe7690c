// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/task_group.hpp"

#include <glib.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace rtcmc::glib {

/// `mutex` protects the count of tasks that are not done yet.
struct TaskGroup::Progress {
  std::mutex mutex;
  std::condition_variable all_done;
  unsigned remaining = 0;
};

namespace {

/// `mutex_` protects what follows it, and is not held while a task runs.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  void run(Task task) {
    bool here = false;
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      if (threads_ == max_threads_) {
        return;
      }
      const bool started = start_thread();
      // No thread left in the process: whoever works already does it, or else who asked for it.
      here = !started && threads_ == 0;
      threads_ += started || here ? 1 : 0;
    }
    if (here) {
      work();
    }
  }

 private:
  [[nodiscard]] bool start_thread() {
    try {
      std::thread([self = shared_from_this()] {
        pthread_setname_np(pthread_self(), "rtcmc-tasks");
        self->work();
      }).detach();
      return true;
    } catch (const std::system_error& error) {
      g_message("No thread can be started for what would run in the background: %s", error.what());
      return false;
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (!tasks_.empty()) {
      Task task = std::exchange(tasks_.front(), nullptr);
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
    --threads_;
  }

  const unsigned max_threads_ = 2 * std::max(1U, std::thread::hardware_concurrency());
  std::mutex mutex_;
  std::deque<Task> tasks_;
  unsigned threads_ = 0;
};

/// Its threads hold it, too: they may be at work when the process ends.
const std::shared_ptr<Pool>& pool() {
  static const auto pool = std::make_shared<Pool>();
  return pool;
}

}  // namespace

TaskGroup::TaskGroup() : progress_(std::make_shared<Progress>()) {}

void TaskGroup::run(Task task) {
  {
    const std::lock_guard lock(progress_->mutex);
    ++progress_->remaining;
  }
  pool()->run([progress = progress_, task = std::move(task)]() mutable {
    task();
    task = nullptr;  // what it holds is part of the work
    const std::lock_guard lock(progress->mutex);
    if (--progress->remaining == 0) {
      progress->all_done.notify_all();
    }
  });
}

bool TaskGroup::wait_for(std::chrono::milliseconds bound) const {
  std::unique_lock lock(progress_->mutex);
  return progress_->all_done.wait_for(lock, bound, [this] { return progress_->remaining == 0; });
}

}  // namespace rtcmc::glib
