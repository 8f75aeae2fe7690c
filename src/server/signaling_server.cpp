// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/signaling_server.hpp"

#include <string_view>
#include <utility>

#include "server/engine_server.hpp"
#include "server/http.hpp"
#include "server/socket_server.hpp"

namespace rtcmc::server {

namespace {

constexpr const char* kPlainText = "text/plain; charset=utf-8";

/// Pages load Socket.IO's client from there.
constexpr std::string_view kClientScript = "/socket.io/socket.io.js";

bool is_engine_path(std::string_view path) {
  return path == "/socket.io" || (path.starts_with("/socket.io/") && path != kClientScript);
}

}  // namespace

std::string server_url(const std::string& host, std::uint16_t port, bool has_tls) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (has_tls ? "https://" : "http://") + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/";
}

SignalingServer::SignalingServer(Options options, std::unique_ptr<Content> content)
    : options_(std::move(options)), content_(std::move(content)) {}

SignalingServer::~SignalingServer() {
  stop();
}

std::optional<StartError> SignalingServer::start() {
  stop();
  poller_ = std::make_unique<Poller>();
  sockets_ = std::make_unique<SocketServer>(options_, stats_);
  budget_ = std::make_unique<QueueBudget>(options_.limits);
  engine_ = std::make_unique<EngineServer>(options_, *poller_, *budget_, stats_, *sockets_);
  http_ = std::make_unique<HttpServer>(options_, *poller_, *budget_, stats_,
                                       [this](HttpConnection& connection) { handle(connection); });
  std::uint16_t port = options_.port;
  for (const std::string& address : options_.addresses) {
    const auto result = http_->listen(address, port);
    if (const auto* error = std::get_if<StartError>(&result)) {
      StartError copy = *error;
      stop();
      return copy;
    }
    port = std::get<std::uint16_t>(result);
  }
  port_ = port;
  return std::nullopt;
}

void SignalingServer::set_tls_certificate(glib::Ref<GTlsCertificate> certificate) {
  options_.tls_certificate = std::move(certificate);
}

void SignalingServer::stop() {
  if (engine_) {
    engine_->stop();
  }
  http_.reset();
  engine_.reset();
  budget_.reset();
  sockets_.reset();
  poller_.reset();
  port_ = 0;
  stats_.users = stats_.rooms = stats_.sessions = 0;
}

std::string SignalingServer::url() const {
  return server_url(options_.addresses.front(), port_, static_cast<bool>(options_.tls_certificate));
}

Stats SignalingServer::stats() const {
  Stats stats = stats_;
  stats.connections = http_ ? http_->connections() : 0;
  return stats;
}

void SignalingServer::handle(HttpConnection& connection) {
  if (is_engine_path(connection.request().path)) {
    engine_->handle(connection);
    return;
  }
  auto response = handler_ ? handler_(connection.request(), connection.address()) : std::nullopt;
  connection.respond(response ? *std::move(response) : serve(connection.request()));
}

HttpResponse SignalingServer::serve(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return {405, kPlainText, "Only GET and HEAD.\n", {{"Allow", "GET, HEAD"}}};
  }
  if (request.path == "/healthz") {
    return {200, kPlainText, "ok\n"};
  }
  const auto item = content_ ? content_->find(request.path) : std::nullopt;
  if (!item) {
    return {404, kPlainText, "Not here.\n"};
  }
  if (!item->location.empty()) {
    return {302, kPlainText, "Elsewhere.\n", {{"Location", item->location}}};
  }
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(item->bytes.get(), &size));
  HttpResponse response{200, item->mime_type, std::string(data, size), {{"Cache-Control", "no-cache"}}};
  if (!item->security_policy.empty()) {
    response.headers.emplace_back("Content-Security-Policy", item->security_policy);
  }
  return response;
}

}  // namespace rtcmc::server
