// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace rtcmc::bench {

/// This machine's first IPv4 address that is not 127.0.0.1, which ICE agents leave out; that one if there is no other.
[[nodiscard]] in_addr local_address();

struct Datagram {
  std::span<std::uint8_t> bytes;
  sockaddr_in source;
  std::chrono::nanoseconds arrived;  // at the kernel, since 1970
};

/// Non-blocking, bound to a free port.
class UdpSocket {
 public:
  explicit UdpSocket(in_addr address);
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;
  ~UdpSocket();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  void send(std::span<const std::uint8_t> bytes, const sockaddr_in& destination) const;

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

/// Reads datagrams from many sockets, a batch at a time. One for a thread.
class DatagramReader {
 public:
  DatagramReader();
  DatagramReader(const DatagramReader&) = delete;
  DatagramReader& operator=(const DatagramReader&) = delete;
  ~DatagramReader() = default;

  /// All that is there.
  void read(const UdpSocket& socket, const std::function<void(const Datagram&)>& take);

 private:
  static constexpr std::size_t kBatch = 32;
  static constexpr std::size_t kLargest = 2048;

  struct Slot {
    std::array<std::uint8_t, kLargest> bytes;
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(timespec))> control;
    sockaddr_in source;
    iovec vector;
  };
  std::array<Slot, kBatch> slots_{};
  std::array<mmsghdr, kBatch> headers_{};
};

}  // namespace rtcmc::bench
