// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/connect_error.hpp"

#include <libsoup/soup.h>

#include <array>

#include "glib/json.hpp"

namespace rtcmc::socketio {

namespace {

using Kind = ConnectError::Kind;

std::string certificate_problem(GTlsCertificateFlags errors) {
  // First: whoever has signed it does not count yet, either.
  if ((errors & G_TLS_CERTIFICATE_NOT_ACTIVATED) != 0) {
    return "it is not valid yet; check this machine's clock";
  }
  if ((errors & G_TLS_CERTIFICATE_UNKNOWN_CA) != 0) {
    return "no authority that is trusted here has signed it; if it is the right one, name its authority's PEM file in "
           "tls-ca-file";
  }
  if ((errors & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0) {
    return "it is made out to another host name; use the name that stands in it";
  }
  if ((errors & G_TLS_CERTIFICATE_EXPIRED) != 0) {
    return "it has expired; the server needs a new one";
  }
  return "it does not pass the checks; the server needs another one";
}

/// What an Engine.IO server writes when it refuses a request: {"code":…,"message":…}.
std::optional<std::string> engine_refusal(std::string_view body) {
  const auto root = glib::parse_json(body);
  const auto object = root ? glib::object_of(root->get()) : nullptr;
  return glib::number_of(glib::member(object, "code")) ? glib::string_of(glib::member(object, "message"))
                                                       : std::nullopt;
}

bool is_gateway_without_server(unsigned status) {
  return status == SOUP_STATUS_BAD_GATEWAY || status == SOUP_STATUS_SERVICE_UNAVAILABLE ||
         status == SOUP_STATUS_GATEWAY_TIMEOUT;
}

bool speaks_no_http(const GError* error) {
  return g_error_matches(error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING) ||
         g_error_matches(error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_ENCODING) ||
         g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

}  // namespace

std::string seconds_text(std::chrono::milliseconds time) {
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text{};
  g_ascii_formatd(text.data(), static_cast<int>(text.size()), "%.3g", static_cast<double>(time.count()) / 1000);
  return std::string(text.data()) + " s";
}

ConnectError transfer_error(const std::string& url, const GError* error, GTlsCertificateFlags certificate_errors) {
  if (certificate_errors != 0) {
    return {Kind::Tls, "The certificate of the server at " + url +
                           " is not trusted: " + certificate_problem(certificate_errors) + "."};
  }
  const std::string reason = error->message;
  if (error->domain == G_TLS_ERROR) {
    return {Kind::Tls, "No TLS connection to " + url + " can be made (" + reason +
                           "): check that the port is the one for TLS; without TLS the URL begins with http://."};
  }
  if (error->domain == G_RESOLVER_ERROR) {
    return {Kind::Unreachable,
            "The host of " + url + " is not found (" + reason + "): check its name in the URL, and the network."};
  }
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
    return {Kind::Unreachable, "No server listens at " + url + ": check host and port, and that the server runs."};
  }
  if (speaks_no_http(error)) {
    return not_socketio(url, "no HTTP: " + reason);
  }
  return {Kind::Unreachable, "The server at " + url + " cannot be reached (" + reason +
                                 "): check the URL and the network, and that the server runs."};
}

ConnectError another_certificate(const std::string& url) {
  return {Kind::Untrusted, "What answers at " + url + " has another certificate than the one that it must have."};
}

ConnectError unexpected_answer(const std::string& url, unsigned status, std::string_view reason, std::string_view body,
                               const std::string& redirected_to) {
  if (const auto words = engine_refusal(body)) {
    return refused(url, *words);
  }
  const std::string answer = "HTTP " + std::to_string(status) + " " + std::string(reason) +
                             (redirected_to.empty() ? "" : " of " + redirected_to + ", where it sends us");
  if (is_gateway_without_server(status)) {
    return {Kind::Unreachable,
            "The server at " + url + " is not up: its gateway answers " + answer + ". Check that the server runs."};
  }
  return not_socketio(url, answer);
}

ConnectError not_socketio(const std::string& url, const std::string& what_came) {
  return {Kind::NotSocketIo, "What answers at " + url + " is not a Socket.IO server (" + what_came +
                                 "): check host, port and path of the URL."};
}

ConnectError no_answer(const std::string& url, std::chrono::milliseconds waited) {
  return {Kind::Unreachable, "The server at " + url + " did not answer within " + seconds_text(waited) +
                                 ": check the URL and the network, and that the server runs."};
}

ConnectError connection_lost(const std::string& url, const std::string& how) {
  return {Kind::Unreachable, "The connection to " + url + " ended: " + how + "."};
}

ConnectError refused(const std::string& url, const std::string& servers_words) {
  return {Kind::Refused, "The Socket.IO server at " + url + " refuses the connection: " + servers_words};
}

}  // namespace rtcmc::socketio
