// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/extra.hpp"

#include <string_view>

namespace rtcmc {

namespace {

/// A GValue that is unset when it goes.
class Value {
 public:
  Value() = default;
  explicit Value(GType type) { g_value_init(&value_, type); }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value() {
    if (G_IS_VALUE(&value_)) {
      g_value_unset(&value_);
    }
  }
  [[nodiscard]] GValue* get() { return &value_; }

 private:
  GValue value_ = G_VALUE_INIT;
};

/// Bounds for hostile participants.
constexpr guint kMaxFields = 64;
constexpr unsigned kMaxNewNames = 4096;
/// The field for members whose names are too many.
constexpr const char* kJson = "json";

bool fill_from_json(GValue* value, JsonNode* node, FieldNames& names);

/// The elements of a GST_TYPE_ARRAY have one type: those of a mixed array become text.
void append_from_json(GValue* array, JsonArray* elements, FieldNames& names) {
  bool is_mixed = false;
  for (guint i = 1; i < json_array_get_length(elements); ++i) {
    is_mixed = is_mixed || json_node_get_value_type(json_array_get_element(elements, i)) !=
                               json_node_get_value_type(json_array_get_element(elements, 0));
  }
  for (guint i = 0; i < json_array_get_length(elements); ++i) {
    JsonNode* node = json_array_get_element(elements, i);
    Value element;
    if (is_mixed) {
      g_value_init(element.get(), G_TYPE_STRING);
      g_value_take_string(element.get(), json_to_string(node, FALSE));
    } else if (!fill_from_json(element.get(), node, names)) {
      continue;
    }
    gst_value_array_append_value(array, element.get());
  }
}

/// False for null.
bool fill_from_json(GValue* value, JsonNode* node, FieldNames& names) {
  switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT: {
      const StructurePtr nested = structure_from_json("object", json_node_get_object(node), names);
      g_value_init(value, GST_TYPE_STRUCTURE);
      gst_value_set_structure(value, nested.get());
      return true;
    }
    case JSON_NODE_ARRAY:
      g_value_init(value, GST_TYPE_ARRAY);
      append_from_json(value, json_node_get_array(node), names);
      return true;
    case JSON_NODE_VALUE: {
      Value plain;
      json_node_get_value(node, plain.get());
      g_value_init(value, G_VALUE_TYPE(plain.get()));
      g_value_copy(plain.get(), value);
      return true;
    }
    default:
      return false;
  }
}

glib::Ref<JsonNode> to_json(const GValue* value) {
  auto node = glib::Ref<JsonNode>::adopt(json_node_alloc());
  if (GST_VALUE_HOLDS_STRUCTURE(value)) {
    json_node_init_object(node.get(), json_from_structure(gst_value_get_structure(value)).get());
  } else if (GST_VALUE_HOLDS_ARRAY(value)) {
    auto array = glib::Ref<JsonArray>::adopt(json_array_new());
    for (guint i = 0; i < gst_value_array_get_size(value); ++i) {
      json_array_add_element(array.get(), to_json(gst_value_array_get_value(value, i)).release());
    }
    json_node_init_array(node.get(), array.get());
  } else if (G_VALUE_HOLDS_STRING(value)) {
    json_node_init_string(node.get(), g_value_get_string(value));
  } else if (G_VALUE_HOLDS_BOOLEAN(value)) {
    json_node_init_boolean(node.get(), g_value_get_boolean(value));
  } else if (Value number(G_TYPE_DOUBLE); G_VALUE_HOLDS_DOUBLE(value) || G_VALUE_HOLDS_FLOAT(value)) {
    g_value_transform(value, number.get());
    json_node_init_double(node.get(), g_value_get_double(number.get()));
  } else if (Value integer(G_TYPE_INT64);
             g_value_type_transformable(G_VALUE_TYPE(value), G_TYPE_INT64) && g_value_transform(value, integer.get())) {
    json_node_init_int(node.get(), g_value_get_int64(integer.get()));
  } else {
    const glib::String text(gst_value_serialize(value));
    json_node_init_string(node.get(), text ? text.get() : "");
  }
  return node;
}

}  // namespace

FieldNames& names_in_extra() {
  static FieldNames names(kMaxNewNames);
  return names;
}

StructurePtr structure_from_json(const char* name, JsonObject* object, FieldNames& names) {
  StructurePtr structure(gst_structure_new_empty(name));
  if (!object || json_object_get_size(object) > kMaxFields) {
    return structure;
  }
  struct Parts {
    GstStructure* structure;
    JsonObject* rest;
    FieldNames& names;
  };
  const auto rest = glib::Ref<JsonObject>::adopt(json_object_new());
  Parts parts{structure.get(), rest.get(), names};
  json_object_foreach_member(
      object,
      [](JsonObject*, const gchar* member, JsonNode* node, gpointer data) {
        const auto& [fields, others, names_left] = *static_cast<Parts*>(data);
        Value value;
        if (json_node_is_null(node)) {
          return;
        }
        if (!names_left.admit(member)) {
          json_object_set_member(others, member, json_node_copy(node));
        } else if (fill_from_json(value.get(), node, names_left)) {
          gst_structure_set_value(fields, member, value.get());
        }
      },
      &parts);
  if (json_object_get_size(rest.get()) > 0) {
    if (json_object_has_member(object, kJson)) {
      json_object_set_member(rest.get(), kJson, json_object_dup_member(object, kJson));
    }
    const auto node = glib::Ref<JsonNode>::adopt(json_node_alloc());
    json_node_init_object(node.get(), rest.get());
    const glib::String text(json_to_string(node.get(), FALSE));
    gst_structure_set(structure.get(), kJson, G_TYPE_STRING, text.get(), nullptr);
  }
  return structure;
}

glib::Ref<JsonObject> json_from_structure(const GstStructure* structure) {
  auto object = glib::Ref<JsonObject>::adopt(json_object_new());
  if (structure) {
    gst_structure_foreach(
        structure,
        [](GQuark field, const GValue* value, gpointer data) -> gboolean {
          json_object_set_member(static_cast<JsonObject*>(data), g_quark_to_string(field), to_json(value).release());
          return TRUE;
        },
        object.get());
  }
  return object;
}

}  // namespace rtcmc
