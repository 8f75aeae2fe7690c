// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <utility>

#include "glib/json.hpp"

namespace rtcmc::protocol {

/// Makes a JSON object member by member.
class ObjectBuilder {
 public:
  ObjectBuilder& add(const char* name, std::same_as<bool> auto value) {
    json_object_set_boolean_member(object_.get(), name, static_cast<gboolean>(value));
    return *this;
  }
  ObjectBuilder& add(const char* name, std::int64_t value) {
    json_object_set_int_member(object_.get(), name, value);
    return *this;
  }
  ObjectBuilder& add(const char* name, std::string_view text) { return add(name, glib::json_text(text)); }
  ObjectBuilder& add(const char* name, const char* text) { return add(name, std::string_view(text)); }
  ObjectBuilder& add(const char* name, glib::Ref<JsonNode> value) {
    json_object_set_member(object_.get(), name, value.release());
    return *this;
  }

  [[nodiscard]] glib::Ref<JsonNode> build() const { return glib::json_object(object_); }

 private:
  glib::Ref<JsonObject> object_ = glib::Ref<JsonObject>::adopt(json_object_new());
};

}  // namespace rtcmc::protocol
