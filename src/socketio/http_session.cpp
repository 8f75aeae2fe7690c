// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/http_session.hpp"

namespace rtcmc::socketio {

namespace {

/// A poll, a post and the upgrade to WebSocket go on at once; libsoup's own limit is 2.
constexpr int kConnectionsPerHost = 4;

gboolean accept_any_certificate(SoupMessage*, GTlsCertificate*, GTlsCertificateFlags, gpointer) {
  return TRUE;
}

gboolean accept_only(SoupMessage*, GTlsCertificate* given, GTlsCertificateFlags, gpointer good) {
  return g_tls_certificate_is_same(given, G_TLS_CERTIFICATE(good));
}

/// A machine without a clock of its own begins in 1970. That GIO calls its authority unknown then may be all it says.
bool is_before_its_time(GTlsCertificate* certificate) {
  const auto start = glib::Ref<GDateTime>::adopt(g_tls_certificate_get_not_valid_before(certificate));
  const auto now = glib::Ref<GDateTime>::adopt(g_date_time_new_now_utc());
  return start && g_date_time_compare(now.get(), start.get()) < 0;
}

bool is_this_machine(const std::string& host) {
  const auto address = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(host.c_str()));
  return host == "localhost" || (address && g_inet_address_get_is_loopback(address.get()));
}

}  // namespace

std::variant<HttpSession, std::string> HttpSession::create(CertificateRules rules, const std::string& host) {
  const auto session = glib::Ref<SoupSession>::adopt(
      soup_session_new_with_options("max-conns-per-host", kConnectionsPerHost, "user-agent", "rtcmc", nullptr));
  if (is_this_machine(host)) {
    soup_session_set_proxy_resolver(session.get(), nullptr);
  }
  // Load balancers pin the requests of one polling session to one server by a cookie.
  soup_session_add_feature_by_type(session.get(), SOUP_TYPE_COOKIE_JAR);
  if (rules.ca_file) {
    glib::Error error;
    const auto authorities =
        glib::Ref<GTlsDatabase>::adopt(g_tls_file_database_new(rules.ca_file->c_str(), error.out()));
    if (!authorities) {
      return "The certificate authorities in " + *rules.ca_file + " cannot be used (" + error.message() +
             "): tls-ca-file must name a readable PEM file.";
    }
    soup_session_set_tls_database(session.get(), authorities.get());
  }
  return HttpSession(session, std::move(rules));
}

glib::Ref<SoupMessage> HttpSession::message(const char* method, const glib::Ref<GUri>& uri) const {
  auto message = glib::Ref<SoupMessage>::adopt(soup_message_new_from_uri(method, uri.get()));
  if (rules_.only) {
    // If the certificate should end before the message, no other one is accepted either.
    g_signal_connect_object(message.get(), "accept-certificate", G_CALLBACK(accept_only), rules_.only.get(),
                            GConnectFlags(0));
  } else if (rules_.takes_any) {
    g_signal_connect(message.get(), "accept-certificate", G_CALLBACK(accept_any_certificate), nullptr);
  }
  return message;
}

std::optional<ConnectError> HttpSession::failure(const glib::Ref<SoupMessage>& message, const GError* error,
                                                 const std::string& url) const {
  GTlsCertificate* const given = soup_message_get_tls_peer_certificate(message.get());
  auto certificate_errors = soup_message_get_tls_peer_certificate_errors(message.get());
  const bool is_other = !given || !rules_.only || !g_tls_certificate_is_same(given, rules_.only.get());
  if (rules_.only && is_other && (given || !error)) {
    return another_certificate(url);
  }
  if (rules_.only || rules_.takes_any) {
    certificate_errors = G_TLS_CERTIFICATE_NO_FLAGS;
  }
  if (given && certificate_errors != 0 && is_before_its_time(given)) {
    certificate_errors = GTlsCertificateFlags(certificate_errors | G_TLS_CERTIFICATE_NOT_ACTIVATED);
  }
  return error || certificate_errors != 0 ? std::optional(transfer_error(url, error, certificate_errors))
                                          : std::nullopt;
}

}  // namespace rtcmc::socketio
