// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/property.hpp"

#include "structures.hpp"

namespace rtcmc::properties {

void take(const GValue* value, std::string& text) {
  const char* given = g_value_get_string(value);
  text = given ? given : "";
}

void take(const GValue* value, std::optional<std::string>& text) {
  text.emplace();
  take(value, *text);
  if (text->empty()) {
    text.reset();
  }
}

void take(const GValue* value, bool& flag) {
  flag = g_value_get_boolean(value) != FALSE;
}

void take(const GValue* value, std::uint16_t& number) {
  number = static_cast<std::uint16_t>(g_value_get_uint(value));
}

void take(const GValue* value, std::uint32_t& number) {
  number = g_value_get_uint(value);
}

void take(const GValue* array, std::vector<std::string>& list) {
  list.resize(gst_value_array_get_size(array));
  for (guint i = 0; i < list.size(); ++i) {
    take(gst_value_array_get_value(array, i), list[i]);
  }
}

void give(GValue* value, const std::string& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

void give(GValue* value, const std::optional<std::string>& text) {
  give(value, text.value_or(""));
}

void give(GValue* value, bool flag) {
  g_value_set_boolean(value, static_cast<gboolean>(flag));
}

void give(GValue* value, std::uint16_t number) {
  g_value_set_uint(value, number);
}

void give(GValue* value, std::uint32_t number) {
  g_value_set_uint(value, number);
}

void give(GValue* array, const std::vector<std::string>& list) {
  for (const std::string& text : list) {
    append(array, text);
  }
}

GParamSpec* text_spec(const Property& property, const std::optional<std::string>& initial) {
  return g_param_spec_string(property.name, property.nick, property.blurb,
                             initial && !initial->empty() ? initial->c_str() : nullptr, kSetting);
}

GParamSpec* list_spec(const Property& property) {
  return gst_param_spec_array(
      property.name, property.nick, property.blurb,
      g_param_spec_string(property.element, property.element, property.element, nullptr, kSetting), kSetting);
}

}  // namespace rtcmc::properties
