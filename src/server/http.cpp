// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <memory>

namespace rtcmc::server {

namespace {

std::optional<std::string> unescaped(std::string text) {
  std::ranges::replace(text, '+', ' ');
  const glib::String plain(g_uri_unescape_string(text.c_str(), nullptr));
  if (!plain || !g_utf8_validate(plain.get(), -1, nullptr)) {
    return std::nullopt;
  }
  return plain.get();
}

}  // namespace

Query parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = unescaped(std::string(pair.substr(0, equals)));
    auto value = unescaped(std::string(pair.substr(std::min(pair.size(), equals + 1))));
    if (name && value) {
      query.emplace_back(*std::move(name), *std::move(value));
    }
  }
  return query;
}

std::optional<std::string> parameter(const Query& query, std::string_view name) {
  const auto found =
      std::find_if(query.rbegin(), query.rend(), [&](const auto& parameter) { return parameter.first == name; });
  return found == query.rend() ? std::nullopt : std::optional(found->second);
}

bool asks_for_websocket(const HttpRequest& request) {
  return lists(request.header("upgrade"), "websocket") && lists(request.header("connection"), "upgrade");
}

std::optional<HttpHeaders> websocket_handshake(const HttpRequest& request) {
  constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  constexpr std::size_t kKeySize = 16;
  const std::string key = request.header("sec-websocket-key");
  gsize key_size = 0;
  const glib::String decoded_key(reinterpret_cast<gchar*>(g_base64_decode(key.c_str(), &key_size)));
  if (request.method != "GET" || request.header("sec-websocket-version") != "13" || key_size != kKeySize) {
    return std::nullopt;
  }
  const std::string text = key + std::string(kMagic);
  std::array<guint8, 20> digest{};
  gsize size = digest.size();
  const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sha1(g_checksum_new(G_CHECKSUM_SHA1), g_checksum_free);
  g_checksum_update(sha1.get(), reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  g_checksum_get_digest(sha1.get(), digest.data(), &size);
  const glib::String accept(g_base64_encode(digest.data(), size));
  return HttpHeaders{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept.get()}};
}

HttpHeaders cors_headers(const HttpRequest& request) {
  const std::string origin = request.header("origin");
  HttpHeaders headers{{"Vary", "Origin"}};
  if (!origin.empty()) {
    // Not "*": Socket.IO 2's client asks with credentials, although there are none here.
    headers.emplace_back("Access-Control-Allow-Origin", origin);
    headers.emplace_back("Access-Control-Allow-Credentials", "true");
  }
  return headers;
}

HttpResponse cors_preflight(const HttpRequest& request) {
  HttpResponse response{204, "", "", cors_headers(request)};
  const std::string wanted = request.header("access-control-request-headers");
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET,POST");
  response.headers.emplace_back("Access-Control-Allow-Headers", wanted.empty() ? "Content-Type" : wanted);
  return response;
}

}  // namespace rtcmc::server
