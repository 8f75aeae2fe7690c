// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>

#include "glib/ref.hpp"
#include "structures.hpp"

namespace rtcmc {

/// Names of a GstStructure's fields are never freed again, and participants invent them: how many more we take.
///
/// Threads: any.
class FieldNames {
 public:
  explicit FieldNames(unsigned max_new) : left_(max_new) {}
  /// Memory is the process's, whichever element uses it up.
  static FieldNames& of_process();

  /// Whether `name` may be a field's: it is one already, or there is a place for it, which it takes.
  [[nodiscard]] bool admit(const char* name);

 private:
  std::atomic<unsigned> left_;
};

/// RTCMultiConnection's "extra" as applications of GStreamer see it: an object is a GstStructure, an array a
/// GST_TYPE_ARRAY (of JSON texts if its elements differ in type), null is left out. An object with more than 64 members
/// comes out empty. Members whose names are too many stand in a field "json", as the text of one object. `object` may
/// be null.
[[nodiscard]] StructurePtr structure_from_json(const char* name, JsonObject* object,
                                               FieldNames& names = FieldNames::of_process());

/// The inverse. Fields of types that JSON has no word for become strings in GStreamer's serialisation. `structure` may
/// be null.
[[nodiscard]] glib::Ref<JsonObject> json_from_structure(const GstStructure* structure);

}  // namespace rtcmc
