// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/room_uri.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::room {

namespace {

/// The parts stay as they are, so that %2F is no slash.
constexpr auto kUriFlags = GUriFlags(G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY);

std::string fault(const std::string& what) {
  return what + ". Write it like rtcmc://example.org:9001/garden, or rtcmcs://… for a server with TLS.";
}

std::string text_of(const char* text) {
  return text ? text : "";
}

bool can_be_host(std::string_view host) {
  // GUri lets spaces pass in a host's name.
  return !host.empty() && std::ranges::none_of(host, [](char c) { return c == ' ' || g_ascii_iscntrl(c); });
}

/// Absent if it is no text: malformed, not UTF-8, with a NUL, or empty.
std::optional<std::string> unescaped(std::string_view escaped) {
  const glib::String text(g_uri_unescape_segment(escaped.data(), escaped.data() + escaped.size(), nullptr));
  if (!text || *text == '\0' || g_utf8_validate(text.get(), -1, nullptr) == FALSE) {
    return std::nullopt;
  }
  return text.get();
}

/// What is up to the last slash, and what is after it.
std::pair<std::string_view, std::string_view> split(std::string_view path) {
  const auto length = path.find_last_of('/') + 1;
  return {path.substr(0, length), path.substr(length)};
}

std::string join(std::string_view scheme, const char* host, int port, const std::string& path) {
  return glib::String(g_uri_join(G_URI_FLAGS_ENCODED_PATH, std::string(scheme).c_str(), nullptr, host, port,
                                 path.c_str(), nullptr, nullptr))
      .get();
}

/// What is wrong with it, if anything is.
std::optional<std::string> set_option(RoomUri& room, const std::string& name, const std::string& value) {
  const auto set = [&value](std::optional<std::string>& option) -> std::optional<std::string> {
    if (option || value.empty()) {
      return option ? "is there twice" : "has no value";
    }
    option = value;
    return std::nullopt;
  };
  if (name == "password") {
    return set(room.password);
  }
  if (name == "user-id") {
    return set(room.user_id);
  }
  if (name == "stun-server") {
    return set(room.stun_server);
  }
  if (name == "latency") {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (room.latency || error != std::errc() || end != value.data() + value.size() ||
        number > std::numeric_limits<std::int32_t>::max()) {
      return room.latency ? "is there twice" : "is no number of milliseconds";
    }
    room.latency = number;
    return std::nullopt;
  }
  return "is none of password, user-id, stun-server and latency, which are the options there are";
}

/// What is wrong with it, if anything is.
std::optional<std::string> set_options(RoomUri& room, const char* query) {
  GUriParamsIter iterator;
  g_uri_params_iter_init(&iterator, query, -1, "&", G_URI_PARAMS_NONE);
  glib::Error error;
  gchar* name = nullptr;
  gchar* value = nullptr;
  while (g_uri_params_iter_next(&iterator, &name, &value, error.out()) != FALSE) {
    const glib::String held_name(name);
    const glib::String held_value(value);
    if (const auto what = set_option(room, name, value)) {
      return "The option \"" + std::string(name) + "\" " + *what;
    }
  }
  return error ? std::optional("The options after \"?\" are not like password=secret&latency=100: " +
                               std::string(error.message()))
               : std::nullopt;
}

}  // namespace

std::variant<RoomUri, std::string> RoomUri::parse(const std::string& text) {
  glib::Error error;
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(text.c_str(), kUriFlags, error.out()));
  if (!uri) {
    return fault("This is no URI (" + std::string(error.message()) + ")");
  }
  const std::string_view scheme = g_uri_get_scheme(uri.get());
  if (scheme != kScheme && scheme != kTlsScheme) {
    return fault("The URI of a room does not begin with " + std::string(scheme) + ":");
  }
  if (g_uri_get_userinfo(uri.get())) {
    return fault(
        "There is a user or a password before the host; the password of a room goes to the end, as "
        "?password=secret");
  }
  const char* host = g_uri_get_host(uri.get());
  if (!can_be_host(text_of(host))) {
    return fault("The URI names no host");
  }
  const int port = g_uri_get_port(uri.get());
  if (port == 0) {
    return fault("There is no port 0");
  }
  if (g_uri_get_fragment(uri.get())) {
    return fault("There is a part after \"#\", which means nothing; a # in the room's name is %23");
  }
  const std::string_view path = g_uri_get_path(uri.get());
  const auto [folder, segment] = split(path);
  if (segment.empty()) {
    return fault(folder.size() > 1 ? "The URI ends with a slash, before the room's name; one in the name is %2F"
                                   : "The URI names no room");
  }
  if (folder.find("//") != std::string_view::npos) {
    return fault("There are two slashes, one after the other; one in the room's name is %2F");
  }
  auto room_id = unescaped(segment);
  if (!room_id) {
    return fault("The room's name is not text in UTF-8, percent-encoded");
  }
  RoomUri room{.socket_url = join(scheme == kTlsScheme ? "https" : "http", host, port == -1 ? kDefaultPort : port,
                                  std::string(folder)),
               .room_id = std::move(*room_id)};
  if (const char* query = g_uri_get_query(uri.get())) {
    if (const auto what = set_options(room, query)) {
      return fault(*what);
    }
  }
  return room;
}

std::optional<std::string> RoomUri::write(const std::string& socket_url, const std::string& room_id) {
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(socket_url.c_str(), kUriFlags, nullptr));
  // Dots alone are steps in any URI, escaped or not.
  if (!uri || room_id.empty() || room_id == "." || room_id == ".." || g_uri_get_userinfo(uri.get()) ||
      g_uri_get_query(uri.get()) || g_uri_get_fragment(uri.get()) || !can_be_host(text_of(g_uri_get_host(uri.get())))) {
    return std::nullopt;
  }
  const std::string_view scheme = g_uri_get_scheme(uri.get());
  const bool tls = scheme == "https" || scheme == "wss";
  const std::string_view path = g_uri_get_path(uri.get());
  if ((!tls && scheme != "http" && scheme != "ws") || path.find("//") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string folder = std::string(path) + (path.ends_with('/') ? "" : "/");
  const int own_port = g_uri_get_port(uri.get());
  const int port = own_port == -1 ? (tls ? 443 : 80) : own_port;
  const glib::String segment(g_uri_escape_string(room_id.c_str(), nullptr, FALSE));
  return join(tls ? kTlsScheme : kScheme, g_uri_get_host(uri.get()), port, folder + segment.get());
}

}  // namespace rtcmc::room
