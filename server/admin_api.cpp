// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin_api.hpp"

#include <functional>
#include <optional>
#include <utility>

#include "limit/network.hpp"
#include "metrics.hpp"
#include "server/directory.hpp"
#include "server/fact.hpp"
#include "server/http.hpp"
#include "server/secret.hpp"

namespace rtcmc::program {

using glib::json_quoted;
using server::Directory;
using server::HttpRequest;
using server::HttpResponse;
using server::Room;
using server::SocketServer;
using server::User;

namespace {

constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kAdmin = "/admin/";

enum class Detail { Brief, Full };

const char* json_bool(bool value) {
  return value ? "true" : "false";
}

std::string room_json(const Room& room, Detail detail) {
  std::string text = "{\"id\":" + json_quoted(room.id) + ",\"owner\":" + json_quoted(room.owner->id);
  text += ",\"participants\":[";
  for (const User* participant : room.participants) {
    text += (participant == room.participants.front() ? "" : ",") + json_quoted(participant->id);
  }
  text += "],\"maxParticipants\":" + std::to_string(room.max_participants);
  text += std::string(",\"hasPassword\":") + json_bool(!room.password.empty());
  text += ",\"identifier\":" + json_quoted(room.identifier);
  if (detail == Detail::Full) {
    text += ",\"session\":" + room.session + ",\"extra\":" + room.extra;
  }
  return text + "}";
}

std::string user_json(const User& user, const SocketServer& sockets, Detail detail) {
  std::string text = "{\"id\":" + json_quoted(user.id) + ",\"room\":";
  text += user.room ? json_quoted(user.room->id) : "null";
  text += ",\"address\":" + json_quoted(sockets.address_of(user.client));
  text += ",\"connectedWith\":" + std::to_string(user.connected_with.size());
  if (detail == Detail::Full) {
    text += ",\"extra\":" + user.extra;
  }
  return text + "}";
}

HttpResponse json_response(unsigned status, std::string json) {
  return {status, "application/json", std::move(json) + "\n", {{"Cache-Control", "no-store"}}};
}

HttpResponse fault(unsigned status, std::string_view text) {
  return json_response(status, "{\"error\":" + json_quoted(text) + "}");
}

HttpResponse not_found() {
  return fault(404, "Nothing has that id.");
}

HttpResponse method_not_allowed(const char* allowed) {
  auto response = fault(405, std::string("Only ") + allowed + ".");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

bool reads(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// Things of one kind, and the one of them that is asked for.
struct Collection {
  std::function<std::string()> list;
  std::function<std::optional<std::string>()> one;
  std::function<bool()> remove;
};

/// `id`: empty for all of them.
/// An object with one member, an array of what `to_json` makes of each entry.
template <typename Entries, typename ToJson>
std::string list_json(const std::string& name, const Entries& entries, ToJson to_json) {
  std::string list = "{\"" + name + "\":[";
  for (const auto& entry : entries) {
    (list += list.ends_with('[') ? "" : ",") += to_json(entry);
  }
  return list + "]}";
}

HttpResponse serve(const HttpRequest& request, std::string_view id, const Collection& collection) {
  if (reads(request)) {
    auto json = id.empty() ? collection.list() : collection.one();
    return json ? json_response(200, *std::move(json)) : not_found();
  }
  if (request.method == "DELETE" && !id.empty()) {
    return collection.remove() ? HttpResponse{204, "", ""} : not_found();
  }
  return method_not_allowed(id.empty() ? "GET, HEAD" : "GET, HEAD, DELETE");
}

/// What follows `prefix`; absent if `path` does not begin with it.
std::optional<std::string_view> behind(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) ? std::optional(path.substr(prefix.size())) : std::nullopt;
}

}  // namespace

std::optional<HttpResponse> AdminApi::handle(const HttpRequest& request, const std::string& address) {
  const bool is_metrics = request.path == kMetrics;
  const bool is_open = is_metrics && access_.metrics_public;
  if (!is_open && (access_.token.empty() || (!is_metrics && !behind(request.path, kAdmin)))) {
    return std::nullopt;
  }
  if (!is_open) {
    if (auto response = refusal(request, address)) {
      return response;
    }
  }
  return is_metrics ? metrics(request) : answer(request);
}

std::optional<HttpResponse> AdminApi::refusal(const HttpRequest& request, const std::string& address) {
  const std::string header = request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  const bool is_guess = g_ascii_strncasecmp(header.c_str(), kScheme.data(), kScheme.size()) == 0;
  const std::string network = network_of(address);
  const bool may_guess = !is_guess || guesses_.may_guess(network);
  if (is_guess && may_guess && server::is_same_secret(std::string_view(header).substr(kScheme.size()), access_.token)) {
    guesses_.forget(network);
    return std::nullopt;
  }
  if (const auto verdict = log_limiter_.count(network); verdict != LogLimiter::Verdict::Skip) {
    const std::string why =
        std::string(may_guess ? "no or a wrong token" : "too many wrong tokens") + LogLimiter::suffix(verdict);
    g_message("%s", server::fact("admin-refused", {{"address", address}, {"reason", why}}).c_str());
  }
  if (!may_guess) {
    auto response = fault(429, "Too many wrong tokens came from your address. Try again later.");
    response.headers.emplace_back("Retry-After", std::to_string(GuessLimiter::kInterval.count()));
    return response;
  }
  auto response = fault(401, "This needs the header \"Authorization: Bearer TOKEN\".");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse AdminApi::metrics(const HttpRequest& request) const {
  if (!reads(request)) {
    return method_not_allowed("GET, HEAD");
  }
  return {200, kMetricsMimeType, metrics_text(server_.stats(), started_)};
}

HttpResponse AdminApi::answer(const HttpRequest& request) const {
  const std::string_view path = *behind(request.path, kAdmin);
  if (path == "rooms") {
    return rooms(request, {});
  }
  if (path == "users") {
    return users(request, {});
  }
  if (const auto id = behind(path, "rooms/"); id && !id->empty()) {
    return rooms(request, *id);
  }
  if (const auto id = behind(path, "users/"); id && !id->empty()) {
    return users(request, *id);
  }
  return fault(404, "There are /admin/rooms and /admin/users.");
}

HttpResponse AdminApi::rooms(const HttpRequest& request, std::string_view id) const {
  SocketServer& sockets = *server_.sockets();
  const Directory& directory = sockets.directory();
  return serve(request, id,
               {[&] {
                  return list_json("rooms", directory.rooms(),
                                   [](const auto& entry) { return room_json(*entry.second, Detail::Brief); });
                },
                [&] {
                  const Room* const room = directory.room(id);
                  return room ? std::optional(room_json(*room, Detail::Full)) : std::nullopt;
                },
                [&] { return sockets.close_room(id); }});
}

HttpResponse AdminApi::users(const HttpRequest& request, std::string_view id) const {
  SocketServer& sockets = *server_.sockets();
  const Directory& directory = sockets.directory();
  return serve(request, id,
               {[&] {
                  return list_json("users", directory.users(),
                                   [&](const auto& entry) { return user_json(*entry.second, sockets, Detail::Brief); });
                },
                [&] {
                  const User* const user = directory.user(id);
                  return user ? std::optional(user_json(*user, sockets, Detail::Full)) : std::nullopt;
                },
                [&] { return sockets.disconnect_user(id); }});
}

}  // namespace rtcmc::program
