// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "element/participation.hpp"

namespace rtcmc::properties {

/// One property. Most of them show one member of Settings or of room::RoomOptions, and are made from it: text(),
/// flag(), number(), list().
struct Property {
  const char* name;
  const char* nick;
  const char* blurb;
  GParamSpec* (*spec)(const Property&);
  void (*set)(Participation&, const GValue*);  // null: it can only be read
  void (*get)(Participation&, GValue*);
  const char* element = nullptr;  // of a list: what each of it is called
};

constexpr auto kSetting = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kReading = GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

template <typename Value>
Value& member_of(Settings& settings, Value Settings::*member) {
  return settings.*member;
}

template <typename Value>
Value& member_of(Settings& settings, Value room::RoomOptions::*member) {
  return settings.room.*member;
}

/// A string that is null counts as an empty or absent one, and the other way round.
void take(const GValue* value, std::string& text);
void take(const GValue* value, std::optional<std::string>& text);
void take(const GValue* value, bool& flag);
void take(const GValue* value, std::uint16_t& number);
void take(const GValue* value, std::uint32_t& number);
void take(const GValue* array, std::vector<std::string>& list);
void give(GValue* value, const std::string& text);
void give(GValue* value, const std::optional<std::string>& text);
void give(GValue* value, bool flag);
void give(GValue* value, std::uint16_t number);
void give(GValue* value, std::uint32_t number);
void give(GValue* array, const std::vector<std::string>& list);

template <auto kMember>
void set_member(Participation& participation, const GValue* value) {
  participation.with_settings([value](Settings& settings) { take(value, member_of(settings, kMember)); });
}

template <auto kMember>
void get_member(Participation& participation, GValue* value) {
  participation.with_settings([value](Settings& settings) { give(value, member_of(settings, kMember)); });
}

/// What holds a secret can be set, and a change be noticed, but gst-launch -v and dumps of the pipeline show nothing.
inline void show_nothing(Participation&, GValue*) {}

GParamSpec* text_spec(const Property& property, const std::optional<std::string>& initial);
GParamSpec* list_spec(const Property& property);

template <auto kMember>
constexpr Property text(const char* name, const char* nick, const char* blurb) {
  const auto spec = [](const Property& property) {
    Settings settings;
    return text_spec(property, member_of(settings, kMember));
  };
  return {name, nick, blurb, spec, set_member<kMember>, get_member<kMember>};
}

template <auto kMember>
constexpr Property flag(const char* name, const char* nick, const char* blurb) {
  const auto spec = [](const Property& property) {
    Settings settings;
    return g_param_spec_boolean(property.name, property.nick, property.blurb, member_of(settings, kMember), kSetting);
  };
  return {name, nick, blurb, spec, set_member<kMember>, get_member<kMember>};
}

template <auto kMember, guint kMin = 0, guint kMax = std::numeric_limits<gint>::max()>
constexpr Property number(const char* name, const char* nick, const char* blurb) {
  const auto spec = [](const Property& property) {
    Settings settings;
    return g_param_spec_uint(property.name, property.nick, property.blurb, kMin, kMax, member_of(settings, kMember),
                             kSetting);
  };
  return {name, nick, blurb, spec, set_member<kMember>, get_member<kMember>};
}

template <auto kMember>
constexpr Property list(const char* name, const char* nick, const char* blurb, const char* element) {
  return {name, nick, blurb, list_spec, set_member<kMember>, get_member<kMember>, element};
}

/// The same, of a secret.
constexpr Property hidden(Property property) {
  property.get = show_nothing;
  return property;
}

}  // namespace rtcmc::properties
