// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/json.hpp"

namespace rtcmc::glib {

namespace {

/// Whether a string in it, which is JSON, has a character that json-glib cannot give out: NUL ends the string for it,
/// and half a surrogate pair makes it leak, or swallow what follows.
bool has_unusable_escapes(std::string_view json) {
  for (auto at = json.find('\\'); at != std::string_view::npos; at = json.find('\\')) {
    const bool is_unicode = json[at + 1] == 'u';
    json.remove_prefix(at + 2);
    if (is_unicode && take_unicode_escape(json).value_or(0) == 0) {
      return true;
    }
  }
  return false;
}

bool holds(JsonNode* node, GType type) {
  return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

}  // namespace

std::optional<Ref<JsonNode>> parse_json(std::string_view text) {
  // json-glib's parser recurses with the nesting, takes several values in a row for one, and leaks all but one of them.
  if (!is_json(text) || has_unusable_escapes(text) ||
      !g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) {
    return std::nullopt;
  }
  const auto parser = Ref<JsonParser>::adopt(json_parser_new_immutable());
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()), nullptr)) {
    return std::nullopt;
  }
  JsonNode* root = json_parser_get_root(parser.get());
  return root ? std::optional(Ref<JsonNode>::share(root)) : std::nullopt;
}

std::string to_text(JsonNode* node) {
  const String text(json_to_string(node, FALSE));
  return text.get();
}

Ref<JsonNode> json_text(std::string_view text) {
  auto node = Ref<JsonNode>::adopt(json_node_new(JSON_NODE_VALUE));
  json_node_set_string(node.get(), std::string(text).c_str());
  return node;
}

Ref<JsonNode> json_object(const Ref<JsonObject>& object) {
  auto node = Ref<JsonNode>::adopt(json_node_new(JSON_NODE_OBJECT));
  json_node_set_object(node.get(), object.get());
  return node;
}

Ref<JsonNode> json_array() {
  auto node = Ref<JsonNode>::adopt(json_node_new(JSON_NODE_ARRAY));
  json_node_take_array(node.get(), json_array_new());
  return node;
}

std::optional<std::string> string_of(JsonNode* node) {
  return holds(node, G_TYPE_STRING) ? std::optional<std::string>(json_node_get_string(node)) : std::nullopt;
}

std::optional<bool> bool_of(JsonNode* node) {
  return holds(node, G_TYPE_BOOLEAN) ? std::optional(json_node_get_boolean(node) != FALSE) : std::nullopt;
}

std::optional<double> number_of(JsonNode* node) {
  return holds(node, G_TYPE_INT64) || holds(node, G_TYPE_DOUBLE) ? std::optional(json_node_get_double(node))
                                                                 : std::nullopt;
}

Ref<JsonObject> object_of(JsonNode* node) {
  return node && JSON_NODE_HOLDS_OBJECT(node) ? Ref<JsonObject>::share(json_node_get_object(node)) : nullptr;
}

Ref<JsonArray> array_of(JsonNode* node) {
  return node && JSON_NODE_HOLDS_ARRAY(node) ? Ref<JsonArray>::share(json_node_get_array(node)) : nullptr;
}

JsonNode* member(const Ref<JsonObject>& object, const char* name) {
  return object ? json_object_get_member(object.get(), name) : nullptr;
}

JsonNode* element(JsonArray* array, unsigned index) {
  return array && index < json_array_get_length(array) ? json_array_get_element(array, index) : nullptr;
}

}  // namespace rtcmc::glib
