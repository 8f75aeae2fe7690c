// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/display_name.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rtcmc {

namespace {

constexpr const char* kFullName = "fullName";

/// web/rtcmc/protocol.js has the same.
constexpr std::array kNames{"name", kFullName, "userFullName", "fullname", "username"};

}  // namespace

glib::Ref<JsonObject> with_display_name(JsonObject* extra, std::string_view name) {
  if (extra && std::ranges::any_of(kNames, [extra](const char* each) { return json_object_has_member(extra, each); })) {
    return glib::Ref<JsonObject>::share(extra);
  }
  auto named = glib::Ref<JsonObject>::adopt(json_object_new());
  if (extra) {
    json_object_foreach_member(
        extra,
        [](JsonObject*, const gchar* member, JsonNode* value, gpointer copy) {
          json_object_set_member(static_cast<JsonObject*>(copy), member, json_node_copy(value));
        },
        named.get());
  }
  json_object_set_string_member(named.get(), kFullName, std::string(name).c_str());
  return named;
}

}  // namespace rtcmc
