// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access_policy.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::server {

namespace {

/// The server that a Host header or an origin names.
struct Authority {
  std::string host;  // in small letters; IPv6 addresses in their usual form, without brackets
  bool is_address = false;
  std::optional<std::uint16_t> port;
};

std::optional<std::string> address_of(std::string_view text) {
  const auto address = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(std::string(text).c_str()));
  if (!address) {
    return std::nullopt;
  }
  return glib::String(g_inet_address_to_string(address.get())).get();
}

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = std::min(text.find(']'), text.size() - 1);
    const auto address = address_of(text.substr(1, end - 1));
    if (text[end] != ']' || !address || address->find(':') == std::string::npos) {
      return std::nullopt;
    }
    authority.host = *address;
    authority.is_address = true;
    rest = text.substr(end + 1);
  } else {
    const auto host = text.substr(0, text.find(':'));
    rest = text.substr(host.size());
    const bool is_name =
        std::ranges::all_of(host, [](char c) { return g_ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; });
    std::ranges::transform(host, std::back_inserter(authority.host), g_ascii_tolower);
    if (authority.host.ends_with('.')) {
      authority.host.pop_back();  // the DNS' root, which names the same host
    }
    if (!is_name || authority.host.empty()) {
      return std::nullopt;
    }
    authority.is_address = address_of(authority.host).has_value();
  }
  if (!rest.empty()) {
    const auto digits = rest.substr(1);
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (rest.front() != ':' || fault != std::errc() || end != digits.data() + digits.size()) {
      return std::nullopt;
    }
    authority.port = port;
  }
  return authority;
}

/// What `origin` names, and with which port if it does not say; absent if it is no origin of the web.
std::optional<std::pair<Authority, std::uint16_t>> parse_origin(std::string_view origin, bool has_tls) {
  for (const auto& [scheme, port] : {std::pair("https://", 443), std::pair("http://", 80)}) {
    if (origin.starts_with(scheme) && !(has_tls && port == 80)) {
      const auto authority = parse_authority(origin.substr(std::string_view(scheme).size()));
      return authority ? std::optional(std::pair(*authority, static_cast<std::uint16_t>(port))) : std::nullopt;
    }
  }
  return std::nullopt;
}

/// Behind a proxy with TLS a page's scheme is not the one that we see: Host has no scheme, and the page's tells the
/// port.
bool is_same_origin(std::string_view origin, std::string_view host, bool has_tls) {
  const auto page = parse_origin(origin, has_tls);
  const auto server = parse_authority(host);
  return page && server && page->first.host == server->host &&
         page->first.port.value_or(page->second) == server->port.value_or(page->second);
}

/// Names that the public DNS does not have (RFC 6762, appendix G; RFC 8375): whoever answers for them is on the
/// network.
bool is_private_name(std::string_view host) {
  constexpr std::array<std::string_view, 9> kEnds{".local",   ".lan",  ".home",        ".internal", ".intranet",
                                                  ".private", ".corp", ".localdomain", ".home.arpa"};
  return host.find('.') == std::string_view::npos ||
         std::ranges::any_of(kEnds, [host](std::string_view end) { return host.ends_with(end); });
}

}  // namespace

bool is_origin(const std::string& text) {
  glib::Error error;
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(text.c_str(), G_URI_FLAGS_NONE, error.out()));
  if (!uri || !g_uri_get_host(uri.get()) || std::string_view(g_uri_get_host(uri.get())).empty()) {
    return false;
  }
  const glib::String lower(g_ascii_strdown(text.c_str(), -1));
  const int port = g_uri_get_port(uri.get());
  const std::string_view scheme = g_uri_get_scheme(uri.get());
  const bool has_default_port = (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
  return text == lower.get() && !has_default_port && std::string_view(g_uri_get_path(uri.get())).empty() &&
         !g_uri_get_query(uri.get()) && !g_uri_get_fragment(uri.get()) && !g_uri_get_userinfo(uri.get());
}

AccessPolicy::AccessPolicy(Rules rules) : rules_(std::move(rules)) {
  std::ranges::transform(rules_.host_name, rules_.host_name.begin(), g_ascii_tolower);
}

bool AccessPolicy::allows_host(const HttpRequest& request) const {
  const std::string host = request.header("host");
  // With TLS the browser has compared the name with the certificate. Without a name it is no browser.
  if (!rules_.own_pages_only || rules_.has_tls || host.empty()) {
    return true;
  }
  const auto authority = parse_authority(host);
  // An address is no name that somebody could make point here; it may be another one than ours behind a router.
  return authority && (authority->is_address || is_ours(authority->host));
}

bool AccessPolicy::is_ours(const std::string& host) const {
  return host == "localhost" || host.ends_with(".localhost") || host == rules_.host_name ||
         (!rules_.on_loopback && is_private_name(host)) ||
         std::ranges::any_of(rules_.origins, [&](const std::string& origin) {
           const auto named = parse_origin(origin, false);
           return named && named->first.host == host;
         });
}

bool AccessPolicy::allows_page(const HttpRequest& request) const {
  if (!rules_.own_pages_only && rules_.origins.empty()) {
    return true;
  }
  const std::string origin = request.header("origin");
  if (origin.empty()) {
    // Pages load scripts and pictures from elsewhere without an Origin; browsers since 2023 tell that they do.
    const std::string site = request.header("sec-fetch-site");
    return site != "cross-site" && site != "same-site";
  }
  return std::ranges::find(rules_.origins, origin) != rules_.origins.end() ||
         (rules_.own_pages_only && is_same_origin(origin, request.header("host"), rules_.has_tls));
}

}  // namespace rtcmc::server
