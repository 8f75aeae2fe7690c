// SPDX-License-Identifier: LGPL-2.1-or-later
#include "udp_socket.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>
#include <system_error>

namespace rtcmc::bench {

namespace {

constexpr int kReceiveBuffer = 1 << 20;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::chrono::nanoseconds arrival_of(msghdr& header) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      const auto* time = reinterpret_cast<const timespec*>(CMSG_DATA(part));
      return std::chrono::seconds(time->tv_sec) + std::chrono::nanoseconds(time->tv_nsec);
    }
  }
  return std::chrono::system_clock::now().time_since_epoch();
}

}  // namespace

in_addr local_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) {
    fail("getifaddrs");
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr != nullptr && entry->ifa_addr->sa_family == AF_INET && (entry->ifa_flags & IFF_LOOPBACK) == 0 &&
        (entry->ifa_flags & IFF_UP) != 0) {
      return reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
    }
  }
  return in_addr{htonl(INADDR_LOOPBACK)};
}

UdpSocket::UdpSocket(in_addr address) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) {
    fail("socket");
  }
  constexpr int kOn = 1;
  // As root, more than the system's limit.
  if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer)) != 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  }
  setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &kOn, sizeof(kOn));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr = address;
  socklen_t size = sizeof(name);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&name), size) != 0 ||
      getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    close(fd_);
    fail("bind");
  }
  port_ = ntohs(name.sin_port);
}

UdpSocket::~UdpSocket() {
  close(fd_);
}

void UdpSocket::send(std::span<const std::uint8_t> bytes, const sockaddr_in& destination) const {
  // What is lost here is lost as on any network.
  [[maybe_unused]] const auto sent =
      sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&destination), sizeof(destination));
}

DatagramReader::DatagramReader() {
  for (std::size_t i = 0; i < kBatch; ++i) {
    Slot& slot = slots_[i];
    slot.vector = {.iov_base = slot.bytes.data(), .iov_len = slot.bytes.size()};
    headers_[i].msg_hdr.msg_iov = &slot.vector;
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = &slot.source;
    headers_[i].msg_hdr.msg_control = slot.control.data();
  }
}

void DatagramReader::read(const UdpSocket& socket, const std::function<void(const Datagram&)>& take) {
  std::size_t count = kBatch;
  while (count == kBatch) {
    for (mmsghdr& header : headers_) {
      header.msg_hdr.msg_namelen = sizeof(sockaddr_in);
      header.msg_hdr.msg_controllen = sizeof(Slot::control);
    }
    const int received = recvmmsg(socket.fd(), headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
    count = received > 0 ? static_cast<std::size_t>(received) : 0;
    for (std::size_t i = 0; i < count; ++i) {
      Slot& slot = slots_[i];
      take({.bytes = {slot.bytes.data(), headers_[i].msg_len},
            .source = slot.source,
            .arrived = arrival_of(headers_[i].msg_hdr)});
    }
  }
}

}  // namespace rtcmc::bench
