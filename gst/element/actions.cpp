// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/actions.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "element/participation.hpp"
#include "element/promise_reply.hpp"
#include "element/rtcmcroom.hpp"
#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc::actions {

namespace {

std::string text_of(const gchar* text) {
  return text ? text : "";
}

void open_or_join(GstElement* element, const gchar* room_id) {
  participation_of(element).open_or_join(room_id);
}

void leave(GstElement* element) {
  participation_of(element).leave();
}

void close_room(GstElement* element) {
  participation_of(element).close_room();
}

void disconnect_with(GstElement* element, const gchar* user_id) {
  participation_of(element).disconnect_with(text_of(user_id));
}

void call(GstElement* element, const gchar* user_id) {
  participation_of(element).call(text_of(user_id));
}

void set_password(GstElement* element, const gchar* password) {
  participation_of(element).set_password(text_of(password));
}

void mute(GstElement* element, const gchar* kind, gboolean muted) {
  const std::string name = text_of(kind);
  if (name == "both") {
    participation_of(element).mute(std::nullopt, muted != FALSE);
  } else if (name == "audio" || name == "video") {
    participation_of(element).mute(name == "audio" ? rtp::Kind::Audio : rtp::Kind::Video, muted != FALSE);
  } else {
    GST_WARNING_OBJECT(element, "mute: \"%s\" is not audio, video or both", name.c_str());
  }
}

void check_presence(GstElement* element, const gchar* room_id, GstPromise* promise) {
  participation_of(element).check_presence(text_of(room_id), std::make_shared<PromiseReply>(promise));
}

void get_public_rooms(GstElement* element, const gchar* identifier, GstPromise* promise) {
  participation_of(element).get_public_rooms(text_of(identifier), std::make_shared<PromiseReply>(promise));
}

void get_stats(GstElement* element, GstPromise* promise) {
  if (promise) {
    participation_of(element).get_stats(std::make_shared<PromiseReply>(promise));
  }
}

template <typename... Arguments, typename... Types>
void add(GObjectClass* element_class, const char* name, void (*handler)(GstElement*, Arguments...), Types... types) {
  static_assert(sizeof...(Arguments) == sizeof...(Types));
  g_signal_new_class_handler(name, G_OBJECT_CLASS_TYPE(element_class),
                             GSignalFlags(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION), G_CALLBACK(handler), nullptr, nullptr,
                             nullptr, G_TYPE_NONE, sizeof...(Types), types...);
}

}  // namespace

void install(GObjectClass* element_class) {
  add(element_class, "open-or-join", open_or_join, G_TYPE_STRING);
  add(element_class, "leave", leave);
  add(element_class, "close-room", close_room);
  add(element_class, "disconnect-with", disconnect_with, G_TYPE_STRING);
  add(element_class, "call", call, G_TYPE_STRING);
  add(element_class, "set-password", set_password, G_TYPE_STRING);
  add(element_class, "mute", mute, G_TYPE_STRING, G_TYPE_BOOLEAN);
  add(element_class, "check-presence", check_presence, G_TYPE_STRING, GST_TYPE_PROMISE);
  add(element_class, "get-public-rooms", get_public_rooms, G_TYPE_STRING, GST_TYPE_PROMISE);
  add(element_class, "get-stats", get_stats, GST_TYPE_PROMISE);
}

}  // namespace rtcmc::actions
