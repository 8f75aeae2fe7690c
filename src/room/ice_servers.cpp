// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/ice_servers.hpp"

#include <algorithm>

#include "glib/json.hpp"

namespace rtcmc::room {

namespace {

constexpr int kPort = 3478;
constexpr int kTlsPort = 5349;

/// Without user and password, since it is for messages.
std::string shown(const std::string& uri) {
  const auto at = uri.rfind('@');
  return at == std::string::npos ? uri : uri.substr(0, uri.find(':') + 1) + "…" + uri.substr(at);
}

std::string fault(const std::string& uri, const std::string& what) {
  return "The ICE server \"" + shown(uri) + "\" " + what +
         ". Write it like stun://example.org:3478 or turn://user:password@example.org:3478.";
}

std::string list_fault() {
  return R"(ice-servers is not like [{"urls":"stun:example.org"},)"
         R"({"urls":["turn:example.org"],"username":"user","credential":"password"}], )"
         "which is JSON as in connection.iceServers.";
}

std::string_view view(const char* text) {
  return text ? text : "";
}

bool is_host(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return g_ascii_isalnum(c) || std::string_view(".-_:").find(c) != std::string_view::npos;
  });
}

std::string with_slashes(const std::string& uri) {
  const auto colon = uri.find(':');
  return colon == std::string::npos || uri.compare(colon + 1, 2, "//") == 0
             ? uri
             : uri.substr(0, colon + 1) + "//" + uri.substr(colon + 1);
}

std::string escaped(const std::string& text) {
  return glib::String(g_uri_escape_string(text.c_str(), nullptr, FALSE)).get();
}

/// Of one RTCIceServer; empty: it has none.
std::vector<std::string> urls_of(const glib::Ref<JsonObject>& server) {
  JsonNode* urls = glib::member(server, "urls");
  if (auto url = glib::string_of(urls)) {
    return {*url};
  }
  std::vector<std::string> result;
  if (const auto list = glib::array_of(urls)) {
    for (guint i = 0; i < json_array_get_length(list.get()); ++i) {
      result.push_back(glib::string_of(glib::element(list.get(), i)).value_or(""));
    }
  }
  return result;
}

std::string userinfo_of(const glib::Ref<JsonObject>& server) {
  const auto user = glib::string_of(glib::member(server, "username"));
  const auto password = glib::string_of(glib::member(server, "credential"));
  return user && password ? escaped(*user) + ":" + escaped(*password) : std::string();
}

}  // namespace

std::optional<std::string> IceServers::add(const std::string& uri, const std::string& userinfo) {
  const auto parsed = glib::Ref<GUri>::adopt(g_uri_parse(with_slashes(uri).c_str(), G_URI_FLAGS_ENCODED, nullptr));
  const std::string_view scheme = parsed ? g_uri_get_scheme(parsed.get()) : "";
  if (scheme == "stuns") {
    return fault(uri, "is one with TLS, which GStreamer can use for TURN (turns:) alone");
  }
  const bool is_turn = scheme == "turn" || scheme == "turns";
  if (!is_turn && scheme != "stun") {
    return fault(uri, "is neither of STUN nor of TURN");
  }
  const std::string_view query = view(g_uri_get_query(parsed.get()));
  if (!is_host(view(g_uri_get_host(parsed.get()))) || !view(g_uri_get_path(parsed.get())).empty() ||
      g_uri_get_port(parsed.get()) == 0) {
    return fault(uri, "names no host, or something after it that is not a port");
  }
  if (!query.empty() && !(is_turn && (query == "transport=udp" || query == "transport=tcp"))) {
    return fault(uri, "has an option that is not ?transport=udp or ?transport=tcp of TURN");
  }
  const std::string_view own = view(g_uri_get_userinfo(parsed.get()));
  const std::string user = std::string(own.empty() && is_turn ? userinfo : own);
  if (is_turn != (user.find(':') != std::string::npos)) {
    return fault(uri, is_turn ? "has no user and password" : "has a user, which STUN knows not");
  }
  const int port =
      g_uri_get_port(parsed.get()) != -1 ? g_uri_get_port(parsed.get()) : (scheme == "turns" ? kTlsPort : kPort);
  const glib::String joined(g_uri_join(G_URI_FLAGS_ENCODED, g_uri_get_scheme(parsed.get()),
                                       user.empty() ? nullptr : user.c_str(), g_uri_get_host(parsed.get()), port, "",
                                       query.empty() ? nullptr : g_uri_get_query(parsed.get()), nullptr));
  (is_turn ? turn : stun).emplace_back(joined.get());
  return std::nullopt;
}

std::optional<std::string> IceServers::add_list(std::string_view json) {
  const auto root = glib::parse_json(json);
  const auto list = root ? glib::array_of(root->get()) : nullptr;
  if (!list) {
    return list_fault();
  }
  for (guint i = 0; i < json_array_get_length(list.get()); ++i) {
    const auto server = glib::object_of(glib::element(list.get(), i));
    const auto urls = server ? urls_of(server) : std::vector<std::string>();
    if (urls.empty()) {
      return list_fault();
    }
    for (const std::string& url : urls) {
      if (auto what = add(url, userinfo_of(server))) {
        return what;
      }
    }
  }
  return std::nullopt;
}

}  // namespace rtcmc::room
