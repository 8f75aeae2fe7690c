// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <cstddef>
#include <span>
#include <utility>

#include "glib/ref.hpp"
#include "server/connection_counter.hpp"

namespace rtcmc::server {

/// A TCP connection, with TLS or without, that is read and written without waiting. Destroying it drops the connection
/// at once.
class NetStream {
 public:
  enum class Status { Done, WouldBlock, Lost };
  struct Result {
    Status status;
    std::size_t bytes;
  };

  NetStream() = default;
  NetStream(glib::Ref<GSocket> socket, ConnectionCounter::Ticket ticket)
      : socket_(std::move(socket)), ticket_(std::move(ticket)) {}
  NetStream(NetStream&&) noexcept = default;
  NetStream& operator=(NetStream&& other) noexcept;
  NetStream(const NetStream&) = delete;
  NetStream& operator=(const NetStream&) = delete;
  ~NetStream() { drop(); }

  [[nodiscard]] GSocket* socket() const { return socket_.get(); }
  [[nodiscard]] int fd() const { return g_socket_get_fd(socket_.get()); }

  /// From then on everything goes through `tls`, whose handshake is done.
  void use_tls(glib::Ref<GTlsConnection> tls) { tls_ = std::move(tls); }
  /// Whether bytes may wait in here although the descriptor is not ready.
  [[nodiscard]] bool buffers() const { return static_cast<bool>(tls_); }

  /// Lost also at the end of what the peer sends.
  [[nodiscard]] Result read(std::span<char> into);
  [[nodiscard]] Result write(std::span<const GOutputVector> parts);
  /// The peer sees the end behind what has been written.
  void end_output();

 private:
  void drop();

  glib::Ref<GSocket> socket_;
  glib::Ref<GTlsConnection> tls_;
  ConnectionCounter::Ticket ticket_;
};

}  // namespace rtcmc::server
