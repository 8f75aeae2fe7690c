// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/timer.hpp"

#include <memory>
#include <utility>

namespace rtcmc::glib {

namespace {

struct Shot {
  Timer::Callback callback;
  GSource** slot;  // the timer's source_, cleared before a one-shot callback runs; only read while not cancelled
  bool repeat;
};

}  // namespace

void Timer::start_once(std::chrono::milliseconds delay, Callback callback) {
  start(delay, std::move(callback), false);
}

void Timer::start_repeating(std::chrono::milliseconds interval, Callback callback) {
  start(interval, std::move(callback), true);
}

void Timer::start(std::chrono::milliseconds interval, Callback callback, bool repeat) {
  cancel();
  auto shot = std::make_unique<Shot>(Shot{std::move(callback), &source_, repeat});
  source_ = g_timeout_source_new(static_cast<guint>(interval.count()));
  g_source_set_callback(
      source_,
      [](gpointer data) -> gboolean {
        auto* shot = static_cast<Shot*>(data);
        if (shot->repeat) {
          shot->callback();
          return G_SOURCE_CONTINUE;
        }
        GSource* source = std::exchange(*shot->slot, nullptr);
        shot->callback();
        g_source_unref(source);
        return G_SOURCE_REMOVE;
      },
      shot.release(), [](gpointer data) { delete static_cast<Shot*>(data); });
  g_source_attach(source_, g_main_context_get_thread_default());
}

void Timer::cancel() {
  if (GSource* source = std::exchange(source_, nullptr)) {
    g_source_destroy(source);
    g_source_unref(source);
  }
}

}  // namespace rtcmc::glib
