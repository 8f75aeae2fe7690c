// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/net_stream.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace rtcmc::server {

namespace {

constexpr std::size_t kMaxParts = 64;

NetStream::Result system_result(ssize_t bytes) {
  if (bytes > 0) {
    return {NetStream::Status::Done, static_cast<std::size_t>(bytes)};
  }
  const bool again = bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  return {again ? NetStream::Status::WouldBlock : NetStream::Status::Lost, 0};
}

}  // namespace

NetStream& NetStream::operator=(NetStream&& other) noexcept {
  drop();
  socket_ = std::move(other.socket_);
  tls_ = std::move(other.tls_);
  ticket_ = std::move(other.ticket_);
  return *this;
}

NetStream::Result NetStream::read(std::span<char> into) {
  if (!tls_) {
    return system_result(recv(fd(), into.data(), into.size(), MSG_DONTWAIT));
  }
  auto* input = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(G_IO_STREAM(tls_.get())));
  glib::Error error;
  const auto bytes = g_pollable_input_stream_read_nonblocking(input, into.data(), into.size(), nullptr, error.out());
  if (bytes > 0) {
    return {Status::Done, static_cast<std::size_t>(bytes)};
  }
  return {error.matches(G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? Status::WouldBlock : Status::Lost, 0};
}

NetStream::Result NetStream::write(std::span<const GOutputVector> parts) {
  if (!tls_) {
    std::array<iovec, kMaxParts> vectors{};
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = std::min(parts.size(), kMaxParts);
    std::transform(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(message.msg_iovlen), vectors.begin(),
                   [](const GOutputVector& part) {
                     return iovec{const_cast<void*>(part.buffer), part.size};  // sendmsg() does not write to it
                   });
    return system_result(sendmsg(fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  auto* output = G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(G_IO_STREAM(tls_.get())));
  gsize written = 0;
  const auto result =
      g_pollable_output_stream_writev_nonblocking(output, parts.data(), parts.size(), &written, nullptr, nullptr);
  if (written > 0) {
    return {Status::Done, written};
  }
  return {result == G_POLLABLE_RETURN_WOULD_BLOCK ? Status::WouldBlock : Status::Lost, 0};
}

void NetStream::end_output() {
  g_socket_shutdown(socket_.get(), FALSE, TRUE, nullptr);
}

void NetStream::drop() {
  if (socket_) {
    // Closing a TLS connection would else wait for room to say goodbye in.
    g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr);
    tls_.reset();
    g_socket_close(socket_.get(), nullptr);
    socket_.reset();
    ticket_ = {};
  }
}

}  // namespace rtcmc::server
