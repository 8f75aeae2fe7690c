// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/room_client.hpp"

#include <utility>

#include "glib/json.hpp"
#include "glib/random.hpp"
#include "protocol/object_builder.hpp"
#include "room/answer.hpp"
#include "room/registration.hpp"

namespace rtcmc::room {

namespace {

using namespace std::chrono_literals;

constexpr auto kRetryDelay = 5s;
/// A server takes up to 45 s to notice that a connection is dead, and the userid is taken for so long.
constexpr auto kUserIdInterval = 10s;

/// Participants answer at once; a page may still be asking for its camera.
constexpr auto kAnswerPatience = 10s;

RoomError::Kind kind_of(socketio::ConnectError::Kind kind) {
  using From = socketio::ConnectError::Kind;
  switch (kind) {
    case From::InvalidUrl:
      return RoomError::Kind::InvalidUrl;
    case From::Tls:
      return RoomError::Kind::Tls;
    case From::Untrusted:
      return RoomError::Kind::Untrusted;
    case From::NotSocketIo:
      return RoomError::Kind::NotSocketIo;
    case From::Refused:
      return RoomError::Kind::Refused;
    case From::Unreachable:
      break;
  }
  return RoomError::Kind::Unreachable;
}

}  // namespace

RoomClient::RoomClient(RoomOptions options, Listener& listener)
    : options_(std::move(options)),
      listener_(listener),
      voices_(
          options_.message_event,
          [this](const std::string& message_event) {
            return client_options(registration::voice_query(options_, message_event));
          },
          [this](const std::string& user_id, std::function<void()> done) { introduce(user_id, std::move(done)); }),
      entry_(options_, *this) {
  is_user_id_given_ = !options_.user_id.empty();
  if (!is_user_id_given_) {
    options_.user_id = glib::random_id();
  }
}

RoomClient::~RoomClient() = default;

void RoomClient::enter() {
  socketio::Client::Listener& listener = *this;
  client_ = std::make_unique<socketio::Client>(client_options(registration::url_query(options_)), listener);
  client_->connect();
}

socketio::ClientOptions RoomClient::client_options(UrlQuery query) const {
  return {.url = options_.socket_url,
          .query = std::move(query),
          .tls_ca_file = options_.tls_ca_file,
          .tls_insecure = options_.tls_insecure,
          .tls_certificate = options_.tls_certificate,
          .objection = options_.objection};
}

void RoomClient::leave(const std::vector<std::string>& participants, std::chrono::milliseconds timeout,
                       std::function<void()> done) {
  say_goodbye(participants, options_.auto_close_session && is_owner_);
  // First, for they are heard as long as the server knows us.
  const auto share = voices_.empty() ? timeout : timeout / 2;
  voices_.close(share, [this, share, done = std::move(done)] {
    if (client_) {
      client_->close(share, done);
    } else {
      done();
    }
  });
}

void RoomClient::close_room(const std::vector<std::string>& participants, std::chrono::milliseconds timeout,
                            std::function<void()> done) {
  const bool was_in_room = in_room_;
  say_goodbye(participants, true);
  if (was_in_room) {
    client_->emit("close-entire-session", {});  // afterwards the server relays nothing between members any more
  }
  leave({}, timeout, std::move(done));
}

void RoomClient::say_goodbye(const std::vector<std::string>& participants, bool closes_room) {
  retry_.cancel();
  answer_due_.cancel();
  until_asked_for_user_id_.cancel();
  entry_.cancel();
  if (in_room_) {
    for (const std::string& user_id : participants) {
      relay(user_id, protocol::to_json(protocol::UserLeft{.close_entire_session = closes_room}));
    }
  }
  in_room_ = false;
}

void RoomClient::on_connected() {
  voices_.begin_anew();
  retry_.cancel();
  entry_.begin(*client_);
}

void RoomClient::on_disconnected(const socketio::ConnectError& error,
                                 std::optional<std::chrono::milliseconds> retry_in) {
  entry_.cancel();
  in_room_ = false;
  answer_due_.cancel();
  const RoomError reason{kind_of(error.kind), error.text,
                         "socket-url is " + options_.socket_url + "; retries=-1 waits until the server is there"};
  if (retry_in && may_try_again()) {
    listener_.on_connection_lost(reason, *retry_in);
  } else {
    fail(reason);
  }
}

void RoomClient::fail(const RoomError& error) {
  entry_.cancel();
  in_room_ = false;
  client_->close(0ms, [] {});
  voices_.end();
  listener_.on_failed(error);
}

bool RoomClient::may_try_again() {
  return entry_.has_succeeded() || !options_.retries || retries_++ < *options_.retries;
}

void RoomClient::try_again_after(const RoomError& error) {
  if (!may_try_again()) {
    fail(error);
    return;
  }
  entry_.cancel();
  in_room_ = false;
  retry_.start_once(kRetryDelay, [this] { client_->reconnect_with(registration::url_query(options_)); });
  listener_.on_connection_lost(error, kRetryDelay);
}

void RoomClient::on_entered(bool created) {
  const bool returns = std::exchange(was_in_room_, true);
  in_room_ = true;
  is_owner_ = created;
  invitation_.clear();
  if (!created && !options_.room_id.empty()) {
    // Of a room, the server passes it on to each of its members.
    invitation_ = glib::random_id();
    request_participation(entry_.host(), invitation_, returns);
    answer_due_.start_once(kAnswerPatience, [this] { listener_.on_unanswered(); });
  }
  if (!wanted_user_id_.empty()) {
    until_asked_for_user_id_.start_once(kUserIdInterval, [this] { take_wanted_user_id(); });
  }
  listener_.on_joined(created);
}

void RoomClient::greet(const std::string& remote_user_id) {
  request_participation(remote_user_id, "", true);
}

std::string RoomClient::call(const std::string& remote_user_id) {
  std::string invitation = glib::random_id();
  request_participation(remote_user_id, invitation, false);
  return invitation;
}

void RoomClient::request_participation(const std::string& remote_user_id, const std::string& invitation,
                                       bool spares_connections) {
  const protocol::Session& session = options_.session;
  const bool has_media = session.audio || session.video || session.screen;
  relay(remote_user_id, protocol::to_json(protocol::ParticipationRequest{.is_one_way = session.oneway,
                                                                         .is_data_only = session.data && !has_media,
                                                                         .invitation = invitation,
                                                                         .spares_connections = spares_connections}));
}

void RoomClient::on_event(std::string_view name, JsonArray* arguments) {
  JsonNode* const first = glib::element(arguments, 0);
  if (entry_.take(name, first)) {
    return;
  }
  // No event of the server's own brings an object first.
  if (name == options_.message_event || glib::object_of(first)) {
    on_relayed(name, first);
    return;
  }
  if (name == "set-isInitiator-true") {
    is_owner_ = true;
    listener_.on_became_owner();
    return;
  }
  if (name == "closed-entire-session") {
    listener_.on_room_said_to_be_closed();
    return;
  }
  const auto user_id = glib::string_of(first);
  if (!user_id || !protocol::is_id(*user_id)) {
    return;
  }
  if (name == "userid-already-taken") {
    on_user_id_taken();
  } else if (name == "user-disconnected") {
    voices_.lost(*user_id);
    if (*user_id == wanted_user_id_) {
      take_wanted_user_id();
    }
    listener_.on_user_disconnected(*user_id);
  } else if (name == "extra-data-updated" && *user_id != options_.user_id) {
    if (const auto extra = protocol::parse_extra(glib::element(arguments, 1))) {
      listener_.on_extra_changed(*user_id, extra);
    }
  }
}

void RoomClient::on_user_id_taken() {
  // Nothing more will ever be answered on this connection.
  if (options_.scalable_broadcast && is_owner_ && options_.user_id == options_.room_id) {
    // By ourselves, until the server notices that our last connection has gone. As anybody else we were but a viewer.
    try_again_after(
        {RoomError::Kind::RoomExists,
         "The server still takes us for connected, and the broadcast \"" + options_.room_id + "\" for going on.",
         "the broadcast's id is taken as userid"});
    return;
  }
  g_info("the userid %s is taken", options_.user_id.c_str());
  if (is_user_id_given_ && !options_.scalable_broadcast) {
    wanted_user_id_ = options_.user_id;
  }
  if (entry_.has_succeeded()) {
    ghost_ = options_.user_id;
  }
  go_by(glib::random_id());
}

void RoomClient::end_ghost(const std::vector<std::string>& participants) {
  if (const std::string ghost = std::exchange(ghost_, ""); !ghost.empty()) {
    for (const std::string& user_id : participants) {
      client_->emit(options_.message_event,
                    {protocol::make_envelope(ghost, user_id, protocol::to_json(protocol::UserLeft{}))});
    }
  }
}

void RoomClient::take_wanted_user_id() {
  if (wanted_user_id_.empty() || !in_room_) {
    return;
  }
  until_asked_for_user_id_.start_once(kUserIdInterval, [this] { take_wanted_user_id(); });
  find_user(wanted_user_id_, [this, attempt = entry_.attempt()](bool exists) {
    if (!exists && attempt == entry_.attempt() && in_room_) {
      g_info("the userid %s is free again", wanted_user_id_.c_str());
      go_by(std::exchange(wanted_user_id_, ""));
    }
  });
}

void RoomClient::go_by(std::string user_id) {
  const std::string old_id = std::exchange(options_.user_id, std::move(user_id));
  entry_.cancel();
  in_room_ = false;
  client_->reconnect_with(registration::url_query(options_));
  listener_.on_user_id_changed(old_id, std::string(options_.user_id));
}

void RoomClient::on_relayed(std::string_view event, JsonNode* node) {
  const bool is_our_name = event == options_.message_event;
  auto parsed = protocol::parse_envelope(node);
  const auto* envelope = std::get_if<protocol::Envelope>(&parsed);
  if (!envelope) {
    if (is_our_name) {
      drop("the server", std::get<std::string>(parsed));
    }
    return;
  }
  if (envelope->remote_user_id != options_.user_id || envelope->sender == options_.user_id || !in_room_) {
    g_debug("ignored a message of %s to %s", envelope->sender.c_str(), envelope->remote_user_id.c_str());
    return;
  }
  auto message = protocol::parse_message(envelope->message);
  if (const auto* fault = std::get_if<std::string>(&message)) {
    drop(envelope->sender, *fault);
    return;
  }
  if (!understands(event, *envelope, std::get<protocol::Message>(message))) {
    return;
  }
  answer_due_.cancel();
  listener_.on_message({envelope->sender, envelope->extra, envelope->came_through_room},
                       std::get<protocol::Message>(std::move(message)));
}

bool RoomClient::understands(std::string_view event, const protocol::Envelope& envelope,
                             const protocol::Message& message) {
  const bool is_our_name = event == options_.message_event;
  if (is_our_name || ((envelope.came_through_room || options_.accepts_calls) &&
                      std::holds_alternative<protocol::ParticipationRequest>(message) && protocol::is_id(event))) {
    voices_.learn(envelope.sender, event);
  }
  return is_our_name || voices_.have_learned(envelope.sender, event);
}

void RoomClient::drop(const std::string& sender, const std::string& fault) {
  const auto verdict = log_limiter_.count(sender);
  if (verdict != LogLimiter::Verdict::Skip) {
    g_message("dropped a message of %s: %s%s", sender.c_str(), fault.c_str(), LogLimiter::suffix(verdict));
  }
}

void RoomClient::relay(std::string_view remote_user_id, glib::Ref<JsonNode> message) {
  if (!client_ || !client_->connected()) {
    g_info("no connection to the server: a message to %s is lost", std::string(remote_user_id).c_str());
    return;
  }
  auto envelope = protocol::make_envelope(options_.user_id, remote_user_id, std::move(message));
  if (voices_.are_needed_for(remote_user_id)) {
    voices_.say(std::string(remote_user_id), std::move(envelope));
  } else {
    client_->emit(options_.message_event, {std::move(envelope)});
  }
}

void RoomClient::introduce(const std::string& user_id, std::function<void()> done) {
  client_->emit(options_.message_event,
                {protocol::make_envelope(options_.user_id, user_id, protocol::ObjectBuilder().build())});
  query("check-presence", options_.room_id, [done = std::move(done)](const Arguments&) { done(); });
}

void RoomClient::send(const std::string& remote_user_id, const protocol::SessionDescription& description) {
  relay(remote_user_id, protocol::to_json(description, options_.extra));
}

void RoomClient::send(const std::string& remote_user_id, const protocol::IceCandidate& candidate) {
  relay(remote_user_id, protocol::to_json(candidate));
}

void RoomClient::send(const std::string& remote_user_id, const protocol::StreamSync& sync) {
  relay(remote_user_id, protocol::to_json(sync));
}

void RoomClient::send(const std::string& remote_user_id, const protocol::OfferRequest& request) {
  relay(remote_user_id, protocol::to_json(request));
}

void RoomClient::set_extra(glib::Ref<JsonObject> extra) {
  options_.extra = std::move(extra);
  if (client_ && client_->connected()) {
    client_->emit("extra-data-updated", {registration::extra(options_)});
    voices_.set_extra(registration::extra(options_));
  }
}

void RoomClient::query(const char* event, const std::string& argument, std::function<void(const Arguments&)> next) {
  if (!client_ || !client_->connected()) {
    g_info("no connection to the server: %s is not asked", event);
    return;
  }
  client_->emit_with_ack(event, {glib::json_text(argument)}, kAckTimeout,
                         [event, next = std::move(next)](const std::optional<Arguments>& answer) {
                           if (answer) {
                             next(*answer);
                           } else {
                             g_message("the server does not answer %s", event);
                           }
                         });
}

void RoomClient::disconnect_with(const std::string& user_id) {
  // The server needs the question for an answer, though it says nothing.
  query("disconnect-with", user_id, [](const Arguments&) {});
}

void RoomClient::find_presence(const std::string& room_id, std::function<void(const protocol::Presence&)> callback) {
  query("check-presence", room_id, [callback = std::move(callback)](const Arguments& answer) {
    callback(protocol::parse_presence(answer.get()));
  });
}

void RoomClient::ask_whether_room_exists(std::function<void(bool)> callback) {
  if (options_.room_id.empty()) {
    callback(true);
  } else if (options_.scalable_broadcast) {
    query("check-broadcast-presence", options_.room_id,
          [callback = std::move(callback)](const Arguments& answer) { callback(is_yes(answer)); });
  } else {
    find_presence(options_.room_id,
                  [callback = std::move(callback)](const protocol::Presence& presence) { callback(presence.exists); });
  }
}

void RoomClient::find_user(const std::string& user_id, std::function<void(bool)> callback) {
  query("get-remote-user-extra-data", user_id, [callback = std::move(callback)](const Arguments& answer) {
    // Who is there has an extra, if an empty one; who is not has a sentence in its place.
    callback(!glib::string_of(glib::element(answer.get(), 0)));
  });
}

void RoomClient::find_public_rooms(const std::string& identifier,
                                   std::function<void(const std::vector<protocol::PublicRoom>&)> callback) {
  query("get-public-rooms", identifier, [callback = std::move(callback)](const Arguments& answer) {
    callback(protocol::parse_public_rooms(answer.get()));
  });
}

void RoomClient::set_password(const std::string& password,
                              std::function<void(const std::optional<std::string>&)> callback) {
  query("set-password", password, [this, password, callback = std::move(callback)](const Arguments& answer) {
    if (is_yes(answer)) {
      options_.password = password;
      callback(std::nullopt);
      return;
    }
    callback(glib::string_of(glib::element(answer.get(), 2)).value_or("no reason given").substr(0, 200));
  });
}

}  // namespace rtcmc::room
