// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>
#include <vector>

namespace rtcmc {

struct StructureDeleter {
  void operator()(GstStructure* structure) const { gst_structure_free(structure); }
};
using StructurePtr = std::unique_ptr<GstStructure, StructureDeleter>;

/// To a value that holds a GST_TYPE_ARRAY.
inline void append(GValue* array, const std::string& text) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_TYPE_STRING);
  g_value_set_string(&value, text.c_str());
  gst_value_array_append_and_take_value(array, &value);
}

inline void append(GValue* array, StructurePtr structure) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed(&value, structure.release());
  gst_value_array_append_and_take_value(array, &value);
}

/// `convert` makes a text or a structure of an element.
template <typename Type, typename Convert>
void set_list(GstStructure* structure, const char* field, const std::vector<Type>& elements, Convert convert) {
  GValue list = G_VALUE_INIT;
  gst_value_array_init(&list, static_cast<guint>(elements.size()));
  for (const Type& element : elements) {
    append(&list, convert(element));
  }
  gst_structure_take_value(structure, field, &list);
}

}  // namespace rtcmc
