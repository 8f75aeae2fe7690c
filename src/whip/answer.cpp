// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/answer.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "glib/ref.hpp"
#include "whip/links.hpp"

namespace rtcmc::whip {

namespace {

using Kind = Refused::Kind;

constexpr std::size_t kMaxUrl = 4096;
/// Of what a server says about itself.
constexpr std::size_t kMaxWords = 80;

constexpr unsigned kCreated = 201;
constexpr unsigned kUnauthorized = 401;
constexpr unsigned kForbidden = 403;
constexpr unsigned kNotFound = 404;
constexpr unsigned kMethodNotAllowed = 405;
constexpr unsigned kGone = 410;
constexpr unsigned kTooManyRequests = 429;
constexpr unsigned kUnavailable = 503;
constexpr std::array kRedirections{307U, 308U};

/// Without spaces and control characters: they would end a request's first line.
bool is_clean(const std::string& url) {
  return url.size() <= kMaxUrl && std::ranges::all_of(url, [](char c) { return g_ascii_isgraph(c); });
}

glib::Ref<GUri> parsed_url(const std::string& url) {
  auto uri = is_clean(url) ? glib::Ref<GUri>::adopt(g_uri_parse(url.c_str(), G_URI_FLAGS_ENCODED, nullptr)) : nullptr;
  const std::string_view scheme = uri ? g_uri_get_scheme(uri.get()) : "";
  const char* host = uri ? g_uri_get_host(uri.get()) : nullptr;
  const bool is_http = scheme == "http" || scheme == "https";
  return is_http && host && *host && g_uri_get_port(uri.get()) != 0 ? uri : nullptr;
}

int port_of(GUri* uri) {
  constexpr int kHttp = 80;
  constexpr int kHttps = 443;
  return g_uri_get_port(uri) != -1                            ? g_uri_get_port(uri)
         : std::string_view(g_uri_get_scheme(uri)) == "https" ? kHttps
                                                              : kHttp;
}

bool is_https(GUri* uri) {
  return std::string_view(g_uri_get_scheme(uri)) == "https";
}

bool is_sdp(std::string_view content_type) {
  constexpr std::string_view kType = "application/sdp";
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  return type.size() == kType.size() && g_ascii_strncasecmp(type.data(), kType.data(), kType.size()) == 0;
}

/// One line of it.
std::string words(std::string_view text) {
  std::string line(text.substr(0, std::min(text.find_first_of("\r\n"), kMaxWords)));
  std::erase_if(line, [](char c) { return !g_ascii_isprint(c); });
  return line;
}

std::string status_line(const Answer& answer) {
  return "HTTP " + std::to_string(answer.status) + (answer.reason.empty() ? "" : " " + words(answer.reason));
}

std::optional<std::chrono::seconds> retry_after(const std::string& text) {
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) {
    return kMaxRetryAfter;
  }
  // A date is not understood: then we come again when we would.
  return error == std::errc() && end == text.data() + text.size()
             ? std::optional(std::min(std::chrono::seconds(seconds), kMaxRetryAfter))
             : std::nullopt;
}

Refused refusal(const std::string& url, const Answer& answer) {
  const std::string what = "The media server at " + shown_url(url);
  const std::string how = " (" + status_line(answer) + "): ";
  switch (answer.status) {
    case kUnauthorized:
    case kForbidden:
      return {Kind::NotAuthorized,
              what + " does not let us publish" + how + "set publish-token to a token that it takes for this URL."};
    case kNotFound:
    case kMethodNotAllowed:
    case kGone:
      return {Kind::NotFound, what + " has nothing there that one can publish to" + how +
                                  "check the path in publish-url; it must be the server's WHIP endpoint."};
    case kTooManyRequests:
    case kUnavailable:
      return {Kind::Busy, what + " has no room for us now" + how + "check its load and its limits.",
              retry_after(answer.retry_after)};
    default:
      break;
  }
  const bool is_redirection = answer.status >= 300 && answer.status < 400;
  if (is_redirection) {
    return {Kind::NotFound, what + " sends us elsewhere in a way that takes no offer along" + how +
                                "set publish-url to where the WHIP endpoint is."};
  }
  const std::string said = words(answer.body);
  return {Kind::Nonsense, what + " refuses what we offer" + how +
                              "check that publish-url is its WHIP endpoint and that it takes our codecs" +
                              (said.empty() ? "." : ". It says: " + said)};
}

Verdict acceptance(const std::string& url, const Answer& answer) {
  const std::string what = "What answers at " + shown_url(url);
  const std::string todo = ": check that publish-url is the URL of a WHIP endpoint (RFC 9725).";
  if (!is_sdp(answer.content_type)) {
    return Refused{
        Kind::Nonsense,
        what + " answers with no session description, but with " +
            (answer.content_type.empty() ? "something of no type" : "\"" + words(answer.content_type) + "\"") + todo};
  }
  if (!answer.body.starts_with("v=0")) {
    return Refused{Kind::Nonsense, what + " calls something a session description that is none" + todo};
  }
  const auto session_url = resolve(url, answer.location);
  if (!session_url) {
    return Refused{Kind::Nonsense,
                   what +
                       (answer.location.empty() ? " does not say where the session is"
                                                : " says that the session is where we do not go, at another server "
                                                  "without https") +
                       " (header Location)" + todo};
  }
  return Accepted{*session_url, answer.body, ice_servers_in(parse_links(answer.links))};
}

}  // namespace

Verdict judge(const std::string& url, const Answer& answer) {
  if (answer.status == kCreated) {
    return acceptance(url, answer);
  }
  if (std::ranges::find(kRedirections, answer.status) != kRedirections.end()) {
    if (auto next = resolve(url, answer.location)) {
      return Redirected{*std::move(next)};
    }
    return Refused{Kind::NotFound, "The media server at " + shown_url(url) +
                                       " sends us where we do not go, which is to other servers without https (" +
                                       status_line(answer) + "): set publish-url to where the WHIP endpoint is."};
  }
  if (answer.status >= 200 && answer.status < 300) {
    return Refused{Kind::Nonsense, "What answers at " + shown_url(url) + " is no WHIP endpoint (" +
                                       status_line(answer) + " instead of 201): check the path in publish-url."};
  }
  return refusal(url, answer);
}

std::optional<std::string> url_fault(const std::string& url) {
  const auto uri = parsed_url(url);
  if (!uri) {
    return "publish-url is no URL that can be published to. Write it like https://example.org/whip/garden.";
  }
  if (g_uri_get_userinfo(uri.get())) {
    return "publish-url has a user or password in it, which WHIP does not know. Set publish-token to the token that "
           "the server wants, and leave out what stands before the @.";
  }
  return std::nullopt;
}

bool is_token(std::string_view text) {
  const auto end = text.find_last_not_of('=');
  return end != std::string_view::npos && std::ranges::all_of(text.substr(0, end + 1), [](char c) {
           return g_ascii_isalnum(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
         });
}

bool is_same_origin(const std::string& one, const std::string& other) {
  const auto first = parsed_url(one);
  const auto second = parsed_url(other);
  return first && second && is_https(first.get()) == is_https(second.get()) &&
         port_of(first.get()) == port_of(second.get()) &&
         g_ascii_strcasecmp(g_uri_get_host(first.get()), g_uri_get_host(second.get())) == 0;
}

std::optional<std::string> resolve(const std::string& url, const std::string& location) {
  const auto base = parsed_url(url);
  if (!base || location.empty() || !is_clean(location)) {
    return std::nullopt;
  }
  const auto found =
      glib::Ref<GUri>::adopt(g_uri_parse_relative(base.get(), location.c_str(), G_URI_FLAGS_ENCODED, nullptr));
  // Of one without a host and with a path like //x GLib makes no text.
  const char* host = found ? g_uri_get_host(found.get()) : nullptr;
  const std::string text = host && *host ? glib::String(g_uri_to_string(found.get())).get() : "";
  const auto target = parsed_url(text);
  if (!target || g_uri_get_userinfo(target.get()) || (!is_https(target.get()) && !is_same_origin(url, text))) {
    return std::nullopt;
  }
  return text;
}

std::string shown_url(const std::string& url) {
  const auto uri = parsed_url(url);
  constexpr auto kHidden = GUriHideFlags(G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
  return uri ? glib::String(g_uri_to_string_partial(uri.get(), kHidden)).get() : words(url);
}

}  // namespace rtcmc::whip
