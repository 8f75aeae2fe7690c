// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <string>
#include <string_view>

namespace rtcmc::socketio {

/// Why there is no connection. `text` is a sentence for a person, with the server's own words where it sent some.
struct ConnectError {
  enum class Kind {
    InvalidUrl,   // retrying cannot help
    Unreachable,  // DNS, refused, timed out, closed
    Tls,          // certificate or handshake
    Untrusted,    // it is not who it should be
    NotSocketIo,  // something answers, but not a Socket.IO server
    Refused,      // the Socket.IO server said no
  };
  Kind kind;
  std::string text;
};

/// `url` is the server's, as it shall be shown, here and below. `error` may be null if there are certificate errors.
[[nodiscard]] ConnectError transfer_error(const std::string& url, const GError* error,
                                          GTlsCertificateFlags certificate_errors);
[[nodiscard]] ConnectError another_certificate(const std::string& url);
/// The HTTP answer to a handshake was no handshake. `redirected_to`: whose it is; empty: that of what was asked.
[[nodiscard]] ConnectError unexpected_answer(const std::string& url, unsigned status, std::string_view reason,
                                             std::string_view body, const std::string& redirected_to);
[[nodiscard]] ConnectError not_socketio(const std::string& url, const std::string& what_came);
[[nodiscard]] ConnectError no_answer(const std::string& url, std::chrono::milliseconds waited);
/// A connection that was up, or nearly so, ended.
[[nodiscard]] ConnectError connection_lost(const std::string& url, const std::string& how);
[[nodiscard]] ConnectError refused(const std::string& url, const std::string& servers_words);

/// A length of time for a sentence: "10 s", "0.5 s".
[[nodiscard]] std::string seconds_text(std::chrono::milliseconds time);

}  // namespace rtcmc::socketio
