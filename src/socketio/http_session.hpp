// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <optional>
#include <string>
#include <variant>

#include "glib/ref.hpp"

namespace rtcmc::socketio {

/// A SoupSession with its way of checking certificates. Copies share the session.
class HttpSession {
 public:
  /// Or a sentence that says why the authorities' file cannot be used.
  [[nodiscard]] static std::variant<HttpSession, std::string> create(const std::optional<std::string>& tls_ca_file,
                                                                     bool tls_insecure);

  [[nodiscard]] glib::Ref<SoupMessage> message(const char* method, const glib::Ref<GUri>& uri) const;

  /// What is wrong with the certificate that answered the message; nothing if any is accepted. To be asked after
  /// success, too: GIO resumes TLS sessions within a process, those of clients that trusted others included, and only
  /// notes what the checks found.
  [[nodiscard]] GTlsCertificateFlags certificate_errors(const glib::Ref<SoupMessage>& message) const;

  [[nodiscard]] SoupSession* get() const { return session_.get(); }

 private:
  HttpSession(glib::Ref<SoupSession> session, bool tls_insecure)
      : session_(std::move(session)), tls_insecure_(tls_insecure) {}

  glib::Ref<SoupSession> session_;
  bool tls_insecure_;
};

}  // namespace rtcmc::socketio
