// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/player.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "element/participation.hpp"
#include "element/rtcmcroom.hpp"
#include "room/room_uri.hpp"

namespace rtcmc::player {

namespace {

using room::RoomUri;

struct StringListDeleter {
  void operator()(GList* list) const { g_list_free_full(list, g_free); }
};

GstURIType direction(GType) {
  return GST_URI_SRC;
}

const gchar* const* protocols(GType) {
  static constexpr std::array<const gchar*, 3> names{RoomUri::kScheme.data(), RoomUri::kTlsScheme.data(), nullptr};
  return names.data();
}

/// What was set, as long as the properties name the same room; otherwise what they say.
gchar* get_uri(GstURIHandler* handler) {
  const Settings settings =
      participation_of(GST_ELEMENT(handler)).with_settings([](const Settings& all) { return all; });
  const auto current = RoomUri::write(settings.room.socket_url, settings.room.room_id);
  const auto given = RoomUri::parse(settings.uri);
  if (const auto* room = std::get_if<RoomUri>(&given);
      room && RoomUri::write(room->socket_url, room->room_id) == current) {
    return g_strdup(settings.uri.c_str());
  }
  return current ? g_strdup(current->c_str()) : nullptr;
}

void set_text(GstElement* element, const char* property, const std::optional<std::string>& text) {
  if (text) {
    g_object_set(element, property, text->c_str(), nullptr);
  }
}

gboolean set_uri(GstURIHandler* handler, const gchar* uri, GError** error) {
  auto* element = GST_ELEMENT(handler);
  if (GST_STATE(element) > GST_STATE_READY) {
    g_set_error_literal(error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                        "The URI cannot change while the element runs. Bring it to READY or NULL first.");
    return FALSE;
  }
  const auto parsed = RoomUri::parse(uri);
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    g_set_error_literal(error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, fault->c_str());
    return FALSE;
  }
  const auto& room = std::get<RoomUri>(parsed);
  g_object_set(element, "socket-url", room.socket_url.c_str(), "room-id", room.room_id.c_str(), "auto-receive", TRUE,
               nullptr);
  set_text(element, "password", room.password);
  set_text(element, "user-id", room.user_id);
  set_text(element, "stun-server", room.stun_server);
  if (room.latency) {
    g_object_set(element, "latency", *room.latency, nullptr);
  }
  participation_of(element).with_settings([uri](Settings& settings) { settings.uri = uri; });
  // A player looks at the flags when it takes the element in. As a sink, it would have to end before the player can.
  update_roles(element);
  return TRUE;
}

gboolean pad_event(GstPad* pad, GstObject* element, GstEvent* event) {
  if (handle_event(GST_ELEMENT(element), event)) {
    const auto held = glib::Ref<GstEvent>::adopt(event);
    return TRUE;
  }
  return gst_pad_event_default(pad, element, event);
}

gboolean pad_query(GstPad* pad, GstObject* element, GstQuery* query) {
  return static_cast<gboolean>(answer_query(GST_ELEMENT(element), query) ||
                               gst_pad_query_default(pad, element, query) != FALSE);
}

}  // namespace

void init_uri_handler(gpointer interface, gpointer) {
  auto* handler = static_cast<GstURIHandlerInterface*>(interface);
  handler->get_type = direction;
  handler->get_protocols = protocols;
  handler->get_uri = get_uri;
  handler->set_uri = set_uri;
}

void let_select(GstPad* pad) {
  gst_pad_set_event_function(pad, pad_event);
  gst_pad_set_query_function(pad, pad_query);
}

bool handle_event(GstElement* element, GstEvent* event) {
  Participation& participation = participation_of(element);
  if (GST_EVENT_TYPE(event) != GST_EVENT_SELECT_STREAMS || !participation.is_selectable()) {
    return false;
  }
  GList* list = nullptr;
  gst_event_parse_select_streams(event, &list);
  const std::unique_ptr<GList, StringListDeleter> held(list);
  std::vector<std::string> ids;
  for (const GList* item = list; item; item = item->next) {
    ids.emplace_back(static_cast<const char*>(item->data));
  }
  participation.select_streams(std::move(ids), gst_event_get_seqnum(event));
  return true;
}

bool answer_query(GstElement* element, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_SELECTABLE || !participation_of(element).is_selectable()) {
    return false;
  }
  gst_query_set_selectable(query, TRUE);
  return true;
}

}  // namespace rtcmc::player
