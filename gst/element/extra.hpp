// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "field_names.hpp"
#include "glib/ref.hpp"
#include "structures.hpp"

namespace rtcmc {

/// Those that all elements of the process may still make of what participants invent.
[[nodiscard]] FieldNames& names_in_extra();

/// RTCMultiConnection's "extra" as applications of GStreamer see it: an object is a GstStructure, an array a
/// GST_TYPE_ARRAY (of JSON texts if its elements differ in type), null is left out. An object with more than 64 members
/// comes out empty. Members whose names are too many stand in a field "json", as the text of one object. `object` may
/// be null.
[[nodiscard]] StructurePtr structure_from_json(const char* name, JsonObject* object,
                                               FieldNames& names = names_in_extra());

/// The inverse. Fields of types that JSON has no word for become strings in GStreamer's serialisation. `structure` may
/// be null.
[[nodiscard]] glib::Ref<JsonObject> json_from_structure(const GstStructure* structure);

}  // namespace rtcmc
