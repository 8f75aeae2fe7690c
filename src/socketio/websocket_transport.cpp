// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/websocket_transport.hpp"

#include <utility>

namespace rtcmc::socketio {

namespace {

WebSocketTransport* self(gpointer data) {
  return static_cast<WebSocketTransport*>(data);
}

Query handshake_query(const Endpoint& endpoint, const std::optional<std::string>& sid) {
  Query query{{"EIO", "4"}, {"transport", "websocket"}};
  if (sid) {
    query.emplace_back("sid", *sid);
  }
  query.insert(query.end(), endpoint.query.begin(), endpoint.query.end());
  return query;
}

}  // namespace

WebSocketTransport::WebSocketTransport(const Endpoint& endpoint, const std::optional<std::string>& sid,
                                       Listener& listener)
    : listener_(listener),
      session_(endpoint.session),
      url_(endpoint.url.text()),
      handshake_(
          endpoint.session.message("GET", endpoint.url.request(Scheme::WebSocket, handshake_query(endpoint, sid)))) {
  soup_session_websocket_connect_async(
      endpoint.session.get(), handshake_.get(), nullptr, nullptr, G_PRIORITY_DEFAULT, async_.cancellable(),
      glib::AsyncScope::ready, async_.callback([this](GObject* source, GAsyncResult* result) {
        glib::Error error;
        auto connection = glib::Ref<SoupWebsocketConnection>::adopt(
            soup_session_websocket_connect_finish(SOUP_SESSION(source), result, error.out()));
        if (const auto failure = session_.failure(handshake_, error.get(), url_)) {
          listener_.on_transport_closed(*this, *failure);
        } else {
          on_connected(std::move(connection));
        }
      }));
}

void WebSocketTransport::on_connected(glib::Ref<SoupWebsocketConnection> connection) {
  connection_ = std::move(connection);
  if (GSocketAddress* server = soup_message_get_remote_address(handshake_.get())) {
    server_ = glib::Ref<GSocketAddress>::share(server);
  }
  soup_websocket_connection_set_max_incoming_payload_size(connection_.get(), kMaxIncoming);
  // Older versions of libsoup bound single frames only.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(connection_.get()), "max-total-message-size")) {
    g_object_set(connection_.get(), "max-total-message-size", guint64{kMaxIncoming}, nullptr);
  }
  message_signal_ =
      glib::SignalConnection(connection_.get(), "message",
                             G_CALLBACK(+[](SoupWebsocketConnection*, SoupWebsocketDataType type, GBytes* message,
                                            gpointer data) { self(data)->on_message(type, message); }),
                             this);
  error_signal_ = glib::SignalConnection(connection_.get(), "error",
                                         G_CALLBACK(+[](SoupWebsocketConnection*, GError* error, gpointer data) {
                                           self(data)->protocol_error_ = error->message;
                                         }),
                                         this);
  closed_signal_ = glib::SignalConnection(
      connection_.get(), "closed",
      G_CALLBACK(+[](SoupWebsocketConnection*, gpointer data) { self(data)->on_closed(); }), this);
  for (const auto& packet : std::exchange(unsent_, {})) {
    write(packet);
  }
}

void WebSocketTransport::send(std::string packet) {
  if (connection_) {
    write(packet);
  } else {
    unsent_.push_back(std::move(packet));
  }
}

void WebSocketTransport::write(const std::string& packet) {
  if (soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_send_text(connection_.get(), packet.c_str());
  }
}

void WebSocketTransport::close(std::function<void()> done) {
  closed_ = std::move(done);
  if (connection_ && soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_close(connection_.get(), SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
  }
}

void WebSocketTransport::on_message(SoupWebsocketDataType type, GBytes* message) {
  if (type != SOUP_WEBSOCKET_DATA_TEXT || closed_) {
    return;
  }
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(message, &size));
  listener_.on_transport_packet(*this, std::string_view(data, size));
}

void WebSocketTransport::on_closed() {
  if (const auto done = std::move(closed_)) {
    done();
    return;
  }
  listener_.on_transport_closed(
      *this, connection_lost(url_, protocol_error_.empty() ? "the server closed it" : protocol_error_));
}

}  // namespace rtcmc::socketio
