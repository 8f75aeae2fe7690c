// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include "element/participation.hpp"

namespace rtcmc::properties {

/// The element's properties, by ids that count from 1. Any thread.
void install(GObjectClass* element_class);
/// False for an id that there is not.
[[nodiscard]] bool set(Participation& participation, guint id, const GValue* value);
[[nodiscard]] bool get(Participation& participation, guint id, GValue* value);

}  // namespace rtcmc::properties
