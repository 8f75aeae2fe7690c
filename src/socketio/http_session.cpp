// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/http_session.hpp"

namespace rtcmc::socketio {

namespace {

/// A poll, a post and the upgrade to WebSocket go on at once; libsoup's own limit is 2.
constexpr int kConnectionsPerHost = 4;

gboolean accept_any_certificate(SoupMessage*, GTlsCertificate*, GTlsCertificateFlags, gpointer) {
  return TRUE;
}

}  // namespace

std::variant<HttpSession, std::string> HttpSession::create(const std::optional<std::string>& tls_ca_file,
                                                           bool tls_insecure) {
  const auto session = glib::Ref<SoupSession>::adopt(
      soup_session_new_with_options("max-conns-per-host", kConnectionsPerHost, "user-agent", "rtcmc", nullptr));
  // Load balancers pin the requests of one polling session to one server by a cookie.
  soup_session_add_feature_by_type(session.get(), SOUP_TYPE_COOKIE_JAR);
  if (tls_ca_file) {
    glib::Error error;
    const auto authorities = glib::Ref<GTlsDatabase>::adopt(g_tls_file_database_new(tls_ca_file->c_str(), error.out()));
    if (!authorities) {
      return "The certificate authorities in " + *tls_ca_file + " cannot be used (" + error.message() +
             "): tls-ca-file must name a readable PEM file.";
    }
    soup_session_set_tls_database(session.get(), authorities.get());
  }
  return HttpSession(session, tls_insecure);
}

glib::Ref<SoupMessage> HttpSession::message(const char* method, const glib::Ref<GUri>& uri) const {
  auto message = glib::Ref<SoupMessage>::adopt(soup_message_new_from_uri(method, uri.get()));
  if (tls_insecure_) {
    g_signal_connect(message.get(), "accept-certificate", G_CALLBACK(accept_any_certificate), nullptr);
  }
  return message;
}

GTlsCertificateFlags HttpSession::certificate_errors(const glib::Ref<SoupMessage>& message) const {
  return tls_insecure_ ? G_TLS_CERTIFICATE_NO_FLAGS : soup_message_get_tls_peer_certificate_errors(message.get());
}

}  // namespace rtcmc::socketio
