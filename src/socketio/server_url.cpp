// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/server_url.hpp"

#include <libsoup/soup.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace rtcmc::socketio {

namespace {

constexpr std::string_view kEndpoint = "/socket.io";
constexpr auto kUriFlags = GUriFlags(SOUP_HTTP_URI_FLAGS);

/// Whether the scheme asks for TLS; absent if it is none that we speak.
std::optional<bool> wants_tls(std::string_view scheme) {
  if (scheme == "https" || scheme == "wss") {
    return true;
  }
  return scheme == "http" || scheme == "ws" ? std::optional(false) : std::nullopt;
}

/// GUri lets spaces pass in a host's name.
bool is_host(const char* host) {
  const std::string_view name = host ? host : "";
  return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) { return c == ' ' || g_ascii_iscntrl(c); });
}

std::string endpoint_path(std::string path) {
  path.erase(path.find_last_not_of('/') + 1);
  if (!path.ends_with(kEndpoint)) {
    path += kEndpoint;
  }
  return path + '/';
}

std::string escaped(const std::string& text) {
  return glib::String(g_uri_escape_string(text.c_str(), nullptr, FALSE)).get();
}

const char* scheme_name(Scheme scheme, bool tls) {
  if (scheme == Scheme::WebSocket) {
    return tls ? "wss" : "ws";
  }
  return tls ? "https" : "http";
}

}  // namespace

std::variant<ServerUrl, std::string> ServerUrl::parse(const std::string& url) {
  glib::Error error;
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(url.c_str(), kUriFlags, error.out()));
  const auto tls = uri ? wants_tls(g_uri_get_scheme(uri.get())) : std::nullopt;
  if (tls && is_host(g_uri_get_host(uri.get()))) {
    return ServerUrl(uri, *tls);
  }
  const std::string reason = error ? std::string(" (") + error.message() + ")" : "";
  return "\"" + url + "\" is not the URL of a server" + reason +
         ": write it like https://example.org:9001/, beginning with https://, http://, wss:// or ws://.";
}

ServerUrl::ServerUrl(glib::Ref<GUri> uri, bool tls)
    : uri_(std::move(uri)), tls_(tls), path_(endpoint_path(g_uri_get_path(uri_.get()))) {
  constexpr auto kHidden = GUriHideFlags(G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
  text_ = glib::String(g_uri_to_string_partial(uri_.get(), kHidden)).get();
}

glib::Ref<GUri> ServerUrl::request(Scheme scheme, const Query& query) const {
  std::string text;
  for (const auto& [key, value] : query) {
    text += (text.empty() ? "" : "&") + escaped(key) + '=' + escaped(value);
  }
  if (const char* own = g_uri_get_query(uri_.get()); own && *own) {
    text += std::string("&") + own;
  }
  return glib::Ref<GUri>::adopt(g_uri_build_with_user(
      kUriFlags, scheme_name(scheme, tls_), g_uri_get_user(uri_.get()), g_uri_get_password(uri_.get()), nullptr,
      g_uri_get_host(uri_.get()), g_uri_get_port(uri_.get()), path_.c_str(), text.c_str(), nullptr));
}

}  // namespace rtcmc::socketio
