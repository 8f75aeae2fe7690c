// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/socket_server.hpp"

#include <algorithm>
#include <utility>

#include "glib/random.hpp"
#include "server/fact.hpp"
#include "server/packet_text.hpp"

namespace rtcmc::server {

using socketio::EngineVersion;
using socketio::Packet;
using socketio::RawPacket;

namespace {

constexpr double kBytesPerToken = 4096;
/// Of what a message costs who sends it, its receiver may send more: whom many ask must not be dropped for answering
/// all of them. Less than all of it, so that two who only write to each other come to an end.
constexpr double kForAnswer = 0.9;
constexpr std::chrono::milliseconds kAdminInterval{250};

SharedText message_packet(std::string_view socket_io_packet) {
  return std::make_shared<const std::string>(
      socketio::encode_engine_packet(socketio::EnginePacket::Type::Message, socket_io_packet));
}

/// In the shape of the client's version.
SharedText connect_error_packet(EngineVersion version, std::string_view name_space, std::string_view text) {
  std::string packet = "4";
  if (name_space != "/") {
    (packet += name_space) += ',';
  }
  packet += version == EngineVersion::V3 ? glib::json_quoted(text) : "{\"message\":" + glib::json_quoted(text) + "}";
  return message_packet(packet);
}

}  // namespace

/// While the rooms handle something, nobody is taken out of them: that waits until the outermost turn ends.
class SocketServer::Turn {
 public:
  explicit Turn(SocketServer& server) : server_(server) { ++server_.turns_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (--server_.turns_ == 0) {
      server_.end_turn();
    }
  }

 private:
  SocketServer& server_;
};

SocketServer::SocketServer(const Options& options, Stats& stats)
    : options_(options), stats_(stats), rooms_(options, *this) {
  const auto glance =
      std::clamp(options.handshake_timeout / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
  handshake_timer_.start_repeating(glance, [this] { drop_the_silent(); });
  if (options.admin) {
    admin_timer_.start_repeating(kAdminInterval, [this] {
      const Turn turn(*this);
      rooms_.update_administrators();
    });
  }
}

void SocketServer::on_session_opened(EngineSession& session) {
  const auto now = Clock::now();
  const TokenBucket bucket(options_.limits.messages_per_second, options_.limits.message_burst, now);
  Client& client = clients_.emplace(session.identity().id, Client{&session, now, bucket}).first->second;
  if (session.identity().version == EngineVersion::V3) {
    client.session->send(message_packet("0"));
    const Turn turn(*this);
    enter(client);
  }
}

void SocketServer::on_session_message(EngineSession& from, std::string_view text) {
  const auto found = clients_.find(from.identity().id);
  if (found == clients_.end()) {
    return;
  }
  Client& client = found->second;
  const Turn turn(*this);
  if (!client.bucket.take(1 + static_cast<double>(text.size()) / kBytesPerToken, Clock::now())) {
    from.send(event_packet("logs", {glib::json_quoted("You are disconnected: you send too many messages.")}));
    drop(client, "it sends too many messages");
    return;
  }
  const auto packet = socketio::split_packet(text);
  if (const auto* raw = std::get_if<RawPacket>(&packet)) {
    handle_packet(client, *raw);
  } else {
    drop(client, "its packet is broken: " + std::get<std::string>(packet));
  }
}

void SocketServer::on_session_binary(EngineSession& from) {
  const auto found = clients_.find(from.identity().id);
  if (found != clients_.end() && !found->second.bucket.take(1, Clock::now())) {
    const Turn turn(*this);
    drop(found->second, "it sends too many attachments");
  }
}

void SocketServer::on_session_closed(EngineSession& from, std::string_view reason) {
  note_departure(from.identity(), reason);
  const Turn turn(*this);
  gone_.push_back(from.identity().id);
}

void SocketServer::note_departure(const EngineSession::Identity& identity, std::string_view reason) const {
  if (const User* const user = directory().user_of(identity.id)) {
    g_info("%s",
           fact("user-disconnected", {{"user", user->id}, {"address", identity.address}, {"reason", reason}}).c_str());
  }
}

void SocketServer::send(ClientId to, OutgoingText packet) {
  if (const auto found = clients_.find(to); found != clients_.end() && !found->second.left) {
    found->second.session->send(std::move(packet));
  }
}

bool SocketServer::charge(ClientId client, std::size_t bytes) {
  const auto found = clients_.find(client);
  return found == clients_.end() ||
         found->second.bucket.take(static_cast<double>(bytes) / kBytesPerToken, Clock::now());
}

void SocketServer::allow_answer(ClientId client, std::size_t bytes) {
  if (const auto found = clients_.find(client); found != clients_.end()) {
    found->second.bucket.give(kForAnswer * (1 + static_cast<double>(bytes) / kBytesPerToken), Clock::now());
  }
}

void SocketServer::disconnect(ClientId client, std::string_view reason) {
  expelled_.push_back({client, std::string(reason)});
}

std::string SocketServer::address_of(ClientId client) const {
  const auto found = clients_.find(client);
  return found == clients_.end() ? std::string() : found->second.session->identity().address;
}

bool SocketServer::disconnect_user(std::string_view id) {
  const Turn turn(*this);
  const User* const user = directory().user(id);
  if (user) {
    disconnect(user->client, "an administrator wants it");
  }
  return user != nullptr;
}

bool SocketServer::close_room(std::string_view id) {
  const Turn turn(*this);
  return rooms_.close(id);
}

void SocketServer::handle_packet(Client& client, const RawPacket& packet) {
  if (packet.type == Packet::Type::Connect) {
    connect(client, packet);
    return;
  }
  if (packet.type == Packet::Type::Ack || (client.left && client.session->identity().version == EngineVersion::V3)) {
    return;
  }
  if (!client.connected || client.left || packet.name_space != "/" || packet.type == Packet::Type::ConnectError) {
    drop(client, "a packet for a namespace that it has not joined");
  } else if (packet.type == Packet::Type::Disconnect) {
    client.left = true;
    note_departure(client.session->identity(), "it says goodbye");
    rooms_.remove(client.session->identity().id);
  } else {
    handle_event(client, packet);
  }
}

void SocketServer::handle_event(Client& client, const RawPacket& packet) {
  const auto json = glib::JsonText::parse(packet.json);
  ClientEvent event;
  event.arguments = json ? json->elements() : std::vector<glib::JsonText>();
  const auto name = event.arguments.empty() ? std::nullopt : event.arguments.front().string();
  if (!name) {
    drop(client, "its event is broken, nested too deeply, or has no name");
    return;
  }
  event.name = *name;
  event.ack_id = packet.ack_id;
  event.arguments.erase(event.arguments.begin());
  rooms_.handle(client.session->identity().id, event);
}

void SocketServer::connect(Client& client, const RawPacket& packet) {
  const auto name_space = packet.name_space.substr(0, packet.name_space.find('?'));
  const bool is_old = client.session->identity().version == EngineVersion::V3;
  if (name_space != "/") {
    refuse_namespace(client, name_space);
  } else if (client.connected) {
    if (!is_old) {
      drop(client, "it connects twice");
    }
  } else if (!packet.json.empty() && !glib::JsonText::parse(packet.json)) {
    drop(client, "its packet is broken");
  } else {
    client.session->send(message_packet("0{\"sid\":" + glib::json_quoted(glib::random_id()) + "}"));
    enter(client);
  }
}

void SocketServer::refuse_namespace(Client& client, std::string_view name_space) {
  client.session->send(connect_error_packet(client.session->identity().version, name_space, "Invalid namespace"));
}

void SocketServer::enter(Client& client) {
  client.connected = true;
  const auto& identity = client.session->identity();
  if (const auto fault = rooms_.add(identity.id, identity.query)) {
    client.session->send(connect_error_packet(identity.version, "/", *fault));
    drop(client, *fault);
  } else if (const User* const user = directory().user_of(identity.id)) {
    g_info("%s", fact("user-connected", {{"user", user->id}, {"address", identity.address}}).c_str());
  }
}

/// Once what it is being told has been said.
void SocketServer::drop(Client& client, std::string_view reason) {
  ++stats_.sessions_dropped;
  const auto& identity = client.session->identity();
  if (const auto verdict = log_limiter_.count(identity.address); verdict != LogLimiter::Verdict::Skip) {
    const std::string why = std::string(reason) + LogLimiter::suffix(verdict);
    g_info("%s", fact("client-dropped", {{"address", identity.address}, {"reason", why}}).c_str());
  }
  client.session->close(reason, WebSocketStatus::PolicyViolation);
}

void SocketServer::drop_the_silent() {
  const auto now = Clock::now();
  const Turn turn(*this);
  for (auto& [id, client] : clients_) {
    if (!client.connected && now - client.since > options_.handshake_timeout && !client.session->closed()) {
      drop(client, "it does not connect to the namespace");
    }
  }
}

void SocketServer::end_turn() {
  while (!gone_.empty() || !expelled_.empty()) {
    ++turns_;
    for (const auto& [id, reason] : std::exchange(expelled_, {})) {
      if (const auto found = clients_.find(id); found != clients_.end()) {
        found->second.session->send(message_packet("1"));
        drop(found->second, reason);
      }
    }
    for (const ClientId id : std::exchange(gone_, {})) {
      rooms_.remove(id);
      clients_.erase(id);
    }
    --turns_;
  }
  stats_.users = rooms_.directory().users().size();
  stats_.rooms = rooms_.directory().rooms().size();
}

}  // namespace rtcmc::server
