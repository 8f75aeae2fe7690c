// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/worker_thread.hpp"

#include <pthread.h>

#include <memory>
#include <utility>

namespace rtcmc::glib {

void post(GMainContext* context, Task task) {
  GSource* source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        (*static_cast<Task*>(data))();
        return G_SOURCE_REMOVE;
      },
      std::make_unique<Task>(std::move(task)).release(), [](gpointer data) { delete static_cast<Task*>(data); });
  g_source_attach(source, context);
  g_source_unref(source);
}

WorkerThread::WorkerThread(std::string name)
    : context_(Ref<GMainContext>::adopt(g_main_context_new())),
      loop_(Ref<GMainLoop>::adopt(g_main_loop_new(context_.get(), FALSE))) {
  // The thread holds its own references, so that it may outlive this object (see the destructor).
  thread_ = std::thread([context = context_, loop = loop_, name = std::move(name)] {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    g_main_context_push_thread_default(context.get());
    g_main_loop_run(loop.get());
    // What the last tasks destroyed may have to finish here: libsoup closes its sockets from the main loop.
    while (g_main_context_iteration(context.get(), FALSE)) {
    }
    g_main_context_pop_thread_default(context.get());
  });
  id_ = thread_.get_id();
}

WorkerThread::~WorkerThread() {
  if (is_current()) {
    *runs_tasks_ = false;
  }
  // Quitting by a task and not from here: a loop that has not started yet would miss it.
  glib::post(context_.get(), [loop = loop_] { g_main_loop_quit(loop.get()); });
  if (!thread_.joinable()) {
    return;
  }
  if (is_current()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void WorkerThread::abandon() {
  thread_.detach();
}

void WorkerThread::post(Task task) {
  glib::post(context_.get(), [runs_tasks = runs_tasks_, task = std::move(task)] {
    if (*runs_tasks) {
      task();
    }
  });
}

bool WorkerThread::is_current() const {
  return id_ == std::this_thread::get_id();
}

}  // namespace rtcmc::glib
