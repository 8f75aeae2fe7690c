// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells ThreadSanitizer what GLib does for threads: its locks are futexes and its counts atomics, in libraries that are
// not instrumented. The functions here take GLib's place for the whole process; those whose names begin with __wrap_
// (see meson.build) for our own code alone. Linked into every test of a build with -Db_sanitize=thread.

#include <dlfcn.h>
#include <glib-object.h>
#include <glib-unix.h>

#include <memory>

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);

// For tests without GStreamer, too.
void gst_mini_object_unref(gpointer object);
}

namespace {

/// The library's own function of that name.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// What is called on another thread than the one that asked for it.
struct Call {
  GSourceFunc function;
  gpointer data;
  GDestroyNotify destroy;
};

gboolean run(gpointer data) {
  __tsan_acquire(data);
  const auto* call = static_cast<Call*>(data);
  const gboolean again = call->function(call->data);
  __tsan_release(data);
  return again;
}

void destroy(gpointer data) {
  __tsan_acquire(data);
  const std::unique_ptr<Call> call(static_cast<Call*>(data));
  if (call->destroy) {
    call->destroy(call->data);
  }
}

/// What a pool of threads was made with.
struct Pool {
  GFunc function;
  gpointer data;
};

void run_in_pool(gpointer item, gpointer data) {
  __tsan_acquire(item);
  const auto* pool = static_cast<Pool*>(data);
  pool->function(item, pool->data);
}

}  // namespace

#define REAL(function) static auto* const real = next<decltype(function)>(#function)

#define TAKES(function, Lock) \
  void function(Lock* lock) { \
    REAL(function);           \
    real(lock);               \
    __tsan_acquire(lock);     \
  }

#define TRIES(function, Lock)          \
  gboolean function(Lock* lock) {      \
    REAL(function);                    \
    const gboolean taken = real(lock); \
    if (taken) {                       \
      __tsan_acquire(lock);            \
    }                                  \
    return taken;                      \
  }

#define GIVES(function, Lock) \
  void function(Lock* lock) { \
    REAL(function);           \
    __tsan_release(lock);     \
    real(lock);               \
  }

extern "C" {

TAKES(g_mutex_lock, GMutex)
TRIES(g_mutex_trylock, GMutex)
GIVES(g_mutex_unlock, GMutex)
TAKES(g_rec_mutex_lock, GRecMutex)
TRIES(g_rec_mutex_trylock, GRecMutex)
GIVES(g_rec_mutex_unlock, GRecMutex)
TAKES(g_rw_lock_writer_lock, GRWLock)
TRIES(g_rw_lock_writer_trylock, GRWLock)
GIVES(g_rw_lock_writer_unlock, GRWLock)
TAKES(g_rw_lock_reader_lock, GRWLock)
TRIES(g_rw_lock_reader_trylock, GRWLock)
GIVES(g_rw_lock_reader_unlock, GRWLock)

void g_cond_wait(GCond* condition, GMutex* mutex) {
  REAL(g_cond_wait);
  __tsan_release(mutex);
  real(condition, mutex);
  __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond* condition, GMutex* mutex, gint64 end) {
  REAL(g_cond_wait_until);
  __tsan_release(mutex);
  const gboolean signalled = real(condition, mutex, end);
  __tsan_acquire(mutex);
  return signalled;
}

#undef g_once_init_leave
void g_once_init_leave(volatile void* location, gsize result) {
  REAL(g_once_init_leave);
  __tsan_release(const_cast<void*>(location));
  real(location, result);
}

// Whoever drops the last reference sees what the others have done before they dropped theirs.
void g_object_unref(gpointer object) {
  REAL(g_object_unref);
  __tsan_release(object);
  __tsan_acquire(object);
  real(object);
}

void gst_mini_object_unref(gpointer object) {
  REAL(gst_mini_object_unref);
  __tsan_release(object);
  __tsan_acquire(object);
  real(object);
}

GThreadPool* g_thread_pool_new(GFunc function, gpointer data, gint max_threads, gboolean exclusive, GError** error) {
  REAL(g_thread_pool_new);
  // As long as the pool, whose end is not seen here: these are few, and for the process.
  return real(run_in_pool, std::make_unique<Pool>(Pool{function, data}).release(), max_threads, exclusive, error);
}

gboolean g_thread_pool_push(GThreadPool* pool, gpointer item, GError** error) {
  REAL(g_thread_pool_push);
  __tsan_release(item);
  return real(pool, item, error);
}

void __real_g_source_set_callback(GSource* source, GSourceFunc function, gpointer data, GDestroyNotify notify);

void __wrap_g_source_set_callback(GSource* source, GSourceFunc function, gpointer data, GDestroyNotify notify) {
  // These stay with the thread that makes them, and have callbacks of another form.
  if (source->source_funcs == &g_unix_fd_source_funcs) {
    __real_g_source_set_callback(source, function, data, notify);
    return;
  }
  gpointer call = std::make_unique<Call>(Call{function, data, notify}).release();
  __tsan_release(call);
  __real_g_source_set_callback(source, run, call, destroy);
}
}
