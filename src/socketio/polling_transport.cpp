// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/polling_transport.hpp"

#include <utility>

#include "socketio/polling_payload.hpp"

namespace rtcmc::socketio {

namespace {

/// What is wrong with the answer to a request of a running session, if something is.
std::optional<ConnectError> session_error(const std::string& url, const HttpRequest::Result& result) {
  if (const auto* error = std::get_if<ConnectError>(&result)) {
    return *error;
  }
  const auto& answer = std::get<HttpAnswer>(result);
  if (answer.status == SOUP_STATUS_OK) {
    return std::nullopt;
  }
  return connection_lost(url, "the server answered HTTP " + std::to_string(answer.status) + " " + answer.reason);
}

}  // namespace

PollingTransport::PollingTransport(Endpoint endpoint, Listener& listener)
    : listener_(listener), endpoint_(std::move(endpoint)) {
  poll();
}

void PollingTransport::use(const Handshake& handshake) {
  sid_ = handshake.sid;
  max_payload_ = handshake.max_payload;
}

void PollingTransport::send(std::string packet) {
  unsent_.push_back(std::move(packet));
  post();
}

void PollingTransport::close(std::function<void()> done) {
  on_closed_ = std::move(done);
  post_last();
}

/// The close packet gets a body of its own: servers hand on the messages of one body only after having read all of it,
/// and none once it has closed the session.
void PollingTransport::post_last() {
  if (!post_ && unsent_.empty()) {
    said_goodbye_ = true;
    unsent_.push_back(encode_engine_packet(EnginePacket::Type::Close));
  }
  post();
}

void PollingTransport::pause(std::function<void()> done) {
  paused_ = true;
  on_paused_ = std::move(done);
}

void PollingTransport::resume() {
  paused_ = false;
  on_paused_ = nullptr;
  go_on();
}

std::deque<std::string> PollingTransport::take_unsent() {
  return std::exchange(unsent_, {});
}

void PollingTransport::go_on() {
  if (paused_) {
    if (on_paused_ && !get_ && !post_) {
      const auto done = std::exchange(on_paused_, nullptr);
      done();
    }
    return;
  }
  if (!get_) {
    poll();
  }
  post();
}

void PollingTransport::poll() {
  get_ = std::make_unique<HttpRequest>(endpoint_.session, message(SOUP_METHOD_GET), endpoint_.url.text(),
                                       [this](HttpRequest::Result result) { on_polled(std::move(result)); });
}

void PollingTransport::post() {
  if (paused_ || post_ || sid_.empty() || unsent_.empty()) {
    return;
  }
  const auto message = this->message(SOUP_METHOD_POST);
  const std::string body = join_payload(*version_, take_one_body());
  const auto bytes = glib::Ref<GBytes>::adopt(g_bytes_new(body.data(), body.size()));
  soup_message_set_request_body_from_bytes(message.get(), "text/plain;charset=UTF-8", bytes.get());
  post_ = std::make_unique<HttpRequest>(endpoint_.session, message, endpoint_.url.text(),
                                        [this](const HttpRequest::Result& result) { on_posted(result); });
}

void PollingTransport::on_polled(HttpRequest::Result result) {
  get_.reset();
  if (on_closed_) {
    return;
  }
  const std::string& url = endpoint_.url.text();
  const auto* answer = std::get_if<HttpAnswer>(&result);
  if (!version_ && answer) {
    version_ = answer->status == SOUP_STATUS_OK ? version_of_first_payload(answer->body) : std::nullopt;
    if (!version_) {
      fail(unexpected_answer(url, answer->status, answer->reason, answer->body, answer->redirected_to));
      return;
    }
  }
  if (const auto error = session_error(url, result)) {
    fail(*error);
    return;
  }
  if (!answer->redirected_to.empty()) {
    move_to(answer->redirected_to);
  }
  const auto packets = split_payload(*version_, answer->body);
  if (!packets) {
    fail(connection_lost(url, "the server sent a polling answer that is not framed as Engine.IO asks"));
    return;
  }
  const std::weak_ptr<char> alive = alive_;
  for (const auto packet : *packets) {
    listener_.on_transport_packet(*this, packet);
    if (alive.expired() || on_closed_) {
      return;
    }
  }
  go_on();
}

void PollingTransport::on_posted(const HttpRequest::Result& result) {
  post_.reset();
  const auto error = session_error(endpoint_.url.text(), result);
  if (on_closed_ && (error || said_goodbye_)) {
    const auto done = std::exchange(on_closed_, nullptr);
    done();
  } else if (error) {
    fail(*error);
  } else if (on_closed_) {
    post_last();
  } else {
    go_on();
  }
}

void PollingTransport::fail(const ConnectError& error) {
  get_.reset();
  post_.reset();
  listener_.on_transport_closed(*this, error);
}

void PollingTransport::move_to(const std::string& location) {
  const auto url = ServerUrl::parse(location);
  if (const auto* parsed = std::get_if<ServerUrl>(&url)) {
    endpoint_.url = *parsed;
  }
}

glib::Ref<SoupMessage> PollingTransport::message(const char* method) {
  // b64: socket.io 2 would otherwise answer in a binary framing as soon as an attachment comes along.
  // t: no cache on the way may answer in the server's place.
  Query query{{"EIO", "4"}, {"transport", "polling"}, {"b64", "1"}, {"t", std::to_string(g_get_monotonic_time())}};
  if (!sid_.empty()) {
    query.emplace_back("sid", sid_);
  }
  query.insert(query.end(), endpoint_.query.begin(), endpoint_.query.end());
  return endpoint_.session.message(method, endpoint_.url.request(Scheme::Http, query));
}

std::vector<std::string> PollingTransport::take_one_body() {
  std::vector<std::string> packets;
  std::size_t size = 0;
  while (!unsent_.empty()) {
    constexpr std::size_t kFraming = 1;  // max_payload is V4's, whose packets are separated by one byte
    size += unsent_.front().size() + kFraming;
    if (!packets.empty() && max_payload_ && size > *max_payload_ + kFraming) {
      break;
    }
    packets.push_back(std::move(unsent_.front()));
    unsent_.pop_front();
  }
  return packets;
}

}  // namespace rtcmc::socketio
