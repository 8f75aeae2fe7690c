// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

/// The element's action signals.
namespace rtcmc::actions {

void install(GObjectClass* element_class);

}  // namespace rtcmc::actions
