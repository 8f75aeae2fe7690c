// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http_connection.hpp"
#include "socketio/server_url.hpp"

/// What handlers of HTTP requests share. Pure.
namespace rtcmc::server {

using socketio::Query;
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// As application/x-www-form-urlencoded. What is no UTF-8 is left out.
[[nodiscard]] Query parse_query(std::string_view text);
/// Of the last parameter of that name.
[[nodiscard]] std::optional<std::string> parameter(const Query& query, std::string_view name);

/// Whether a request asks for a WebSocket.
[[nodiscard]] bool asks_for_websocket(const HttpRequest& request);
/// The headers of the answer that grants it (RFC 6455, section 4.2.2); absent if the request is wrong.
[[nodiscard]] std::optional<HttpHeaders> websocket_handshake(const HttpRequest& request);

/// What lets the page that asks read the answer (Fetch Standard, CORS protocol). For pages that AccessPolicy allows.
[[nodiscard]] HttpHeaders cors_headers(const HttpRequest& request);
/// The answer to an OPTIONS request.
[[nodiscard]] HttpResponse cors_preflight(const HttpRequest& request);

}  // namespace rtcmc::server
