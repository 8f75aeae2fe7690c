// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls.hpp"

#include <sys/socket.h>

#include <array>
#include <thread>

#include "file_text.hpp"

namespace rtcmc::program {

namespace {

glib::Ref<GIOStream> stream_of(int fd) {
  constexpr guint kPatience = 10;  // seconds
  const auto socket = glib::Ref<GSocket>::adopt(g_socket_new_from_fd(fd, nullptr));
  g_socket_set_timeout(socket.get(), kPatience);
  return glib::Ref<GIOStream>::adopt(G_IO_STREAM(g_socket_connection_factory_create_connection(socket.get())));
}

/// Waits. The other side learns of a failure by the end of the stream.
bool shake_hands(GIOStream* connection, GIOStream* below) {
  const bool done = g_tls_connection_handshake(G_TLS_CONNECTION(connection), nullptr, nullptr) != FALSE;
  if (!done) {
    g_io_stream_close(below, nullptr, nullptr);
  }
  return done;
}

/// Meets a client within the process: that a key is another certificate's shows in no other way.
bool serves_clients(GTlsCertificate* certificate) {
  std::array<int, 2> fds{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return true;
  }
  const auto server_below = stream_of(fds[0]);
  const auto client_below = stream_of(fds[1]);
  const auto server =
      glib::Ref<GIOStream>::adopt(g_tls_server_connection_new(server_below.get(), certificate, nullptr));
  const auto client = glib::Ref<GIOStream>::adopt(g_tls_client_connection_new(client_below.get(), nullptr, nullptr));
  if (!server || !client) {
    return false;
  }
  // Whether it is trusted is for browsers to say.
  g_signal_connect(
      client.get(), "accept-certificate",
      G_CALLBACK(+[](GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags, gpointer) -> gboolean { return TRUE; }),
      nullptr);
  bool client_is_served = false;
  std::thread other([&] { client_is_served = shake_hands(client.get(), client_below.get()); });
  const bool serves = shake_hands(server.get(), server_below.get());
  other.join();
  return serves && client_is_served;
}

}  // namespace

std::variant<glib::Ref<GTlsCertificate>, std::string> load_certificate(const std::string& certificate,
                                                                       const std::string& key) {
  if (!g_tls_backend_supports_tls(g_tls_backend_get_default())) {
    return "There is no TLS on this machine: install glib-networking.";
  }
  const auto certificate_text = read_file("The TLS certificate", certificate);
  if (const auto* fault = std::get_if<std::string>(&certificate_text)) {
    return *fault;
  }
  const auto key_text = read_file("The TLS key", key);
  if (const auto* fault = std::get_if<std::string>(&key_text)) {
    return *fault;
  }
  const std::string& pem = std::get<FileText>(key_text).text;
  if (pem.find("ENCRYPTED") != std::string::npos) {
    return "The TLS key " + key + " is protected by a pass phrase. Remove it: openssl pkey -in " + key + " -out NEW";
  }
  if (pem.find("PRIVATE KEY-----") == std::string::npos) {
    return "The TLS key " + key + " holds no private key in PEM form.";
  }
  glib::Error error;
  auto loaded = glib::Ref<GTlsCertificate>::adopt(
      g_tls_certificate_new_from_files(certificate.c_str(), key.c_str(), error.out()));
  if (!loaded) {
    return "The TLS certificate " + certificate + " and its key " + key + " cannot be used: " + error.message() + ".";
  }
  if (!serves_clients(loaded.get())) {
    return "The TLS key " + key + " is not that of the certificate " + certificate + ": no client could connect.";
  }
  return loaded;
}

std::string valid_until(GTlsCertificate* certificate) {
  const auto time = glib::Ref<GDateTime>::adopt(g_tls_certificate_get_not_valid_after(certificate));
  const glib::String text(time ? g_date_time_format_iso8601(time.get()) : g_strdup(""));
  return text.get();
}

bool has_expired(GTlsCertificate* certificate) {
  const auto time = glib::Ref<GDateTime>::adopt(g_tls_certificate_get_not_valid_after(certificate));
  const auto now = glib::Ref<GDateTime>::adopt(g_date_time_new_now_utc());
  return time && g_date_time_compare(time.get(), now.get()) < 0;
}

}  // namespace rtcmc::program
