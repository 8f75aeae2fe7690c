// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glib/ref.hpp"
#include "glib/worker_thread.hpp"
#include "room/room_client.hpp"
#include "server/signaling_server.hpp"

namespace rtcmc {

struct EmbeddedServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 9001;                   // 0: any that is free
  glib::Ref<GTlsCertificate> tls_certificate;  // null: no TLS
  /// Of web pages that may use it besides its own; kAllOrigins among them: all.
  std::vector<std::string> allowed_origins{};

  static constexpr std::string_view kAllOrigins = "*";
};

/// Null with `error` set if the files (PEM) are not a certificate and its private key. `key_file` may be empty: then
/// the key is in the same file.
[[nodiscard]] glib::Ref<GTlsCertificate> load_certificate(const std::string& certificate_file,
                                                          const std::string& key_file, glib::Error& error);

/// The signaling server that an element brings along if it was given none. One serves all elements of a machine: who
/// finds the port taken joins the one that has it, and may take over when that is gone.
///
/// Threads: any. The server has a thread of its own, so that neither the connections of participants nor the
/// application's handlers hold up what others say to one another.
class EmbeddedServer {
 public:
  enum class Outcome { Serving, SomebodyElseServes };

  explicit EmbeddedServer(EmbeddedServerSettings settings);
  EmbeddedServer(const EmbeddedServer&) = delete;
  EmbeddedServer& operator=(const EmbeddedServer&) = delete;
  ~EmbeddedServer();

  /// Listens, if it does not yet and nobody else does. Waits for no network.
  [[nodiscard]] std::variant<Outcome, server::StartError> serve();
  [[nodiscard]] bool is_serving() const { return is_serving_; }

  /// Has a client connect to it, and to nobody else who may have the port: to whoever has our certificate; without TLS,
  /// to programs of our user or of root.
  void lead_here(room::RoomOptions& client) const;

  /// For a browser, here or elsewhere on the network, as far as the server can be reached from there.
  [[nodiscard]] std::string page_url(const std::string& room_id) const;

 private:
  [[nodiscard]] std::string url(const std::string& host) const;
  /// On the worker's thread.
  [[nodiscard]] std::optional<server::StartError> start();

  const EmbeddedServerSettings settings_;
  // Written on the worker's thread, read on any.
  std::atomic<bool> is_serving_ = false;
  std::atomic<std::uint16_t> port_;
  std::unique_ptr<server::SignalingServer> server_;  // on the worker's thread only
  glib::WorkerThread worker_{"rtcmc-server"};
};

}  // namespace rtcmc
