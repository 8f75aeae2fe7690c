// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "element/structures.hpp"
#include "glib/ref.hpp"

namespace rtcmc {

/// RTCMultiConnection's "extra" as applications of GStreamer see it: an object is a GstStructure, an array a
/// GST_TYPE_ARRAY (of JSON texts if its elements differ in type), null is left out. An object with more than 64 members
/// comes out empty. `object` may be null.
[[nodiscard]] StructurePtr structure_from_json(const char* name, JsonObject* object);

/// The inverse. Fields of types that JSON has no word for become strings in GStreamer's serialisation. `structure` may
/// be null.
[[nodiscard]] glib::Ref<JsonObject> json_from_structure(const GstStructure* structure);

}  // namespace rtcmc
