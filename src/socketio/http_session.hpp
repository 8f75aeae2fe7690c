// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "glib/ref.hpp"
#include "socketio/connect_error.hpp"

namespace rtcmc::socketio {

/// Which certificates of the server are good.
struct CertificateRules {
  std::optional<std::string> ca_file;  // PEM, of the authorities; absent: the system's
  bool takes_any = false;              // whoever vouches for it
  glib::Ref<GTlsCertificate> only{};   // not null: no other one, whoever vouches for it
};

/// A SoupSession with its way of checking certificates. Copies share the session.
class HttpSession {
 public:
  /// Or a sentence that says why the authorities' file cannot be used. `host`: of the URLs that it is for. For this
  /// machine's own no proxy is looked for, which where settings cannot be read (a service's user has no home) GIO is
  /// loud about.
  [[nodiscard]] static std::variant<HttpSession, std::string> create(CertificateRules rules, const std::string& host);

  [[nodiscard]] glib::Ref<SoupMessage> message(const char* method, const glib::Ref<GUri>& uri) const;

  /// Why the message failed: the certificate that answered it, or `error`; absent if neither is wrong. To be asked
  /// after success, too: GIO resumes TLS sessions within a process, those of clients that trusted others included, and
  /// only notes what the checks found. `url`: the server's.
  [[nodiscard]] std::optional<ConnectError> failure(const glib::Ref<SoupMessage>& message, const GError* error,
                                                    const std::string& url) const;

  [[nodiscard]] SoupSession* get() const { return session_.get(); }

 private:
  HttpSession(glib::Ref<SoupSession> session, CertificateRules rules)
      : session_(std::move(session)), rules_(std::move(rules)) {}

  glib::Ref<SoupSession> session_;
  CertificateRules rules_;
};

}  // namespace rtcmc::socketio
