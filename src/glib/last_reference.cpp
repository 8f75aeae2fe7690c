// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/last_reference.hpp"

#include <utility>

namespace rtcmc::glib {

namespace {

/// Threads: whichever lets go of the last but one reference, or adds one to the last.
void on_toggle(gpointer take, GObject* object, gboolean is_last) {
  if (is_last == FALSE) {
    return;
  }
  auto last = Ref<GObject>::share(object);
  g_object_remove_toggle_ref(object, on_toggle, take);
  reinterpret_cast<TakeLast>(take)(std::move(last));
}

}  // namespace

void give_last_reference(GObject* object, TakeLast take) {
  g_object_add_toggle_ref(object, on_toggle, reinterpret_cast<gpointer>(take));
}

}  // namespace rtcmc::glib
