// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include "glib/ref.hpp"

namespace rtcmc::glib {

using TakeLast = void (*)(Ref<GObject> last);

/// Keeps `object` till nobody else has a reference to it, and gives that last one to `take`, once, on the thread that
/// let go of the last but one: to have an object end on a thread that its users know nothing of. Any thread.
/// See https://docs.gtk.org/gobject/method.Object.add_toggle_ref.html: nobody else may use toggle references to it.
void give_last_reference(GObject* object, TakeLast take);

}  // namespace rtcmc::glib
