// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <optional>
#include <string>
#include <string_view>

#include "glib/json_grammar.hpp"
#include "glib/ref.hpp"

/// JSON from strangers: parsing with a bound on nesting, and member access that never trusts a type.
namespace rtcmc::glib {

/// Absent if `text` is not one valid JSON value in UTF-8, nested deeper than kMaxJsonDepth, or if a string in it has
/// NUL or half a surrogate pair.
[[nodiscard]] std::optional<Ref<JsonNode>> parse_json(std::string_view text);
[[nodiscard]] std::string to_text(JsonNode* node);

[[nodiscard]] Ref<JsonNode> json_text(std::string_view text);
[[nodiscard]] Ref<JsonNode> json_object(const Ref<JsonObject>& object);
/// An empty one.
[[nodiscard]] Ref<JsonNode> json_array();

/// The node's value if it is of that type; null nodes hold nothing.
[[nodiscard]] std::optional<std::string> string_of(JsonNode* node);
[[nodiscard]] std::optional<bool> bool_of(JsonNode* node);
[[nodiscard]] std::optional<double> number_of(JsonNode* node);
[[nodiscard]] Ref<JsonObject> object_of(JsonNode* node);
[[nodiscard]] Ref<JsonArray> array_of(JsonNode* node);

/// Null if there is no such member. Borrowed from the object.
[[nodiscard]] JsonNode* member(const Ref<JsonObject>& object, const char* name);
/// Null if the array is shorter. Borrowed from the array.
[[nodiscard]] JsonNode* element(JsonArray* array, unsigned index);

}  // namespace rtcmc::glib
