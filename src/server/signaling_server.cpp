// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/signaling_server.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "limit/network.hpp"
#include "server/engine_server.hpp"
#include "server/fact.hpp"
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

AccessPolicy::Rules access_rules(const Options& options) {
  const auto is_loopback = [](const std::string& text) {
    const auto address = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(text.c_str()));
    return address && g_inet_address_get_is_loopback(address.get());
  };
  return {.origins = options.allowed_origins,
          .own_pages_only = options.own_pages_only,
          .has_tls = static_cast<bool>(options.tls_certificate),
          .on_loopback = std::ranges::all_of(options.addresses, is_loopback),
          .host_name = g_get_host_name()};
}

/// Parts are not to be had: pages of rooms need none, and who asks for a part may be given the whole.
HttpResponse content_response(const HttpRequest& request, const Content::Item& item) {
  HttpResponse response{200, item.mime_type, "", {{"Cache-Control", "no-cache"}}, item.body};
  if (!item.validators.etag.empty()) {
    response.headers.emplace_back("ETag", item.validators.etag);
  }
  if (!item.security_policy.empty()) {
    // With a 304 as well: a new server's may be another one for the same page.
    response.headers.emplace_back("Content-Security-Policy", item.security_policy);
  }
  if (client_has(request, item.validators)) {
    return {304, "", "", std::move(response.headers)};
  }
  response.headers.emplace_back("Accept-Ranges", "none");
  if (item.validators.modified) {
    // A date to come is no date of a version (RFC 9110, section 8.8.2.1).
    const std::int64_t now = g_get_real_time() / G_USEC_PER_SEC;
    response.headers.emplace_back("Last-Modified", http_date(std::min(*item.validators.modified, now)));
  }
  return response;
}

/// What a stranger wrote, for the log.
std::string shown(const std::string& text) {
  constexpr std::size_t kMost = 200;
  const auto size = static_cast<gssize>(std::min(text.size(), kMost));
  return glib::String(g_utf8_make_valid(text.c_str(), size)).get();
}

}  // namespace

std::string server_url(const std::string& host, std::uint16_t port, bool has_tls) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (has_tls ? "https://" : "http://") + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/";
}

SignalingServer::SignalingServer(Options options, std::unique_ptr<Content> content)
    : options_(std::move(options)), access_(access_rules(options_)), content_(std::move(content)) {}

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
  const bool is_signaling = is_engine_path(connection.request().path);
  if (refuse(connection, is_signaling)) {
    return;
  }
  if (is_signaling) {
    engine_->handle(connection);
    return;
  }
  auto response = handler_ ? handler_(connection.request(), connection.address()) : std::nullopt;
  connection.respond(response ? *std::move(response) : serve(connection.request()));
}

bool SignalingServer::refuse(HttpConnection& connection, bool is_signaling) {
  const HttpRequest& request = connection.request();
  const bool is_known_host = access_.allows_host(request);
  if (is_known_host && (!is_signaling || access_.allows_page(request))) {
    return false;
  }
  if (const auto verdict = log_limiter_.count(network_of(connection.address())); verdict != LogLimiter::Verdict::Skip) {
    const std::string advice =
        std::string(is_known_host ? "name its origin in allow-origins to let it in"
                                  : "if this is a name of the server, put http://NAME:PORT into allow-origins") +
        LogLimiter::suffix(verdict);
    g_message("%s", fact("page-refused", {{"address", connection.address()},
                                          {"host", shown(request.header("host"))},
                                          {"origin", shown(request.header("origin"))},
                                          {"advice", advice}})
                        .c_str());
  }
  if (is_known_host) {
    EngineServer::forbid(connection, "Origin not allowed");
  } else {
    connection.respond({403, kPlainText,
                        "This server does not know itself by the name in the address. Use its IP address; or, if you "
                        "run it, put what is in front of the path, like http://example.org:9001, into its "
                        "allow-origins.\n"});
  }
  return true;
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
  return content_response(request, *item);
}

}  // namespace rtcmc::server
