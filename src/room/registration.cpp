// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/registration.hpp"

#include "glib/json.hpp"
#include "glib/random.hpp"
#include "protocol/object_builder.hpp"

namespace rtcmc::room::registration {

namespace {

using protocol::ObjectBuilder;

constexpr const char* kCustomEvent = "RTCMultiConnection-Custom-Message";

ObjectBuilder room_request(const RoomOptions& options) {
  ObjectBuilder request;
  request.add("sessionid", options.room_id)
      .add("session", protocol::to_json(options.session))
      .add("mediaConstraints", ObjectBuilder().build())
      .add("sdpConstraints", ObjectBuilder().build())
      .add("streams", glib::json_array())
      .add("extra", extra(options))
      .add("password", options.password);
  return request;
}

}  // namespace

UrlQuery url_query(const RoomOptions& options) {
  UrlQuery query{{"userid", options.user_id},
                 {"sessionid", options.room_id},
                 {"msgEvent", options.message_event},
                 {"socketCustomEvent", kCustomEvent},
                 {"autoCloseEntireSession", options.auto_close_session ? "true" : "false"},
                 {"maxParticipantsAllowed", std::to_string(options.max_participants)},
                 {"extra", glib::to_text(extra(options).get())}};
  if (options.accepts_calls) {
    query.emplace_back("acceptCalls", "true");
  }
  if (options.scalable_broadcast) {
    query.emplace_back("enableScalableBroadcast", "true");
    query.emplace_back("maxRelayLimitPerUser", std::to_string(options.max_relay_limit));
  }
  return query;
}

UrlQuery voice_query(const RoomOptions& options, const std::string& message_event) {
  return {{"userid", glib::random_id()}, {"msgEvent", message_event}, {"extra", glib::to_text(extra(options).get())}};
}

glib::Ref<JsonNode> extra(const RoomOptions& options) {
  if (!options.scalable_broadcast) {
    return options.extra ? glib::json_object(options.extra) : ObjectBuilder().build();
  }
  ObjectBuilder with_id;
  if (options.extra) {
    json_object_foreach_member(
        options.extra.get(),
        [](JsonObject*, const gchar* name, JsonNode* value, gpointer target) {
          static_cast<ObjectBuilder*>(target)->add(name, glib::Ref<JsonNode>::share(value));
        },
        &with_id);
  }
  return with_id.add("broadcastId", options.room_id).build();
}

glib::Ref<JsonNode> request_to_open(const RoomOptions& options) {
  return room_request(options).add("identifier", options.public_identifier).build();
}

glib::Ref<JsonNode> request_to_join(const RoomOptions& options) {
  return room_request(options).build();
}

}  // namespace rtcmc::room::registration
