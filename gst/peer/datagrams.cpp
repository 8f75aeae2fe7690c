// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/datagrams.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103  // a Linux 4.18 without the headers of one
#endif

namespace rtcmc::datagrams {

namespace {

/// A control message that says where to cut.
union Cut {
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
};

void cut(msghdr& message, Cut& control, std::size_t segment) {
  control.bytes.fill(std::byte{0});
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto size = static_cast<std::uint16_t>(segment);
  std::memcpy(CMSG_DATA(header), &size, sizeof(size));
}

/// A kernel that does not know the control message would take no notice of it, and send all in one datagram.
bool can_segment(int socket) {
  int value = 0;
  socklen_t length = sizeof(value);
  return getsockopt(socket, SOL_UDP, UDP_SEGMENT, &value, &length) == 0;
}

/// Of what only a run meets: a network card or a tunnel that cannot do it, or a packet that is longer than the path's
/// MTU and would be sent in fragments alone.
bool is_refusal(int error) {
  return error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP || error == ENOPROTOOPT;
}

template <typename Sockaddr>
const Sockaddr& as(const Path::Address& address) {
  return reinterpret_cast<const Sockaddr&>(address.storage);
}

bool is_same(const Path::Address& a, const Path::Address& b) {
  if (a.storage.ss_family != b.storage.ss_family) {
    return false;
  }
  if (a.storage.ss_family == AF_INET) {
    return as<sockaddr_in>(a).sin_port == as<sockaddr_in>(b).sin_port &&
           as<sockaddr_in>(a).sin_addr.s_addr == as<sockaddr_in>(b).sin_addr.s_addr;
  }
  return a.storage.ss_family == AF_INET6 && as<sockaddr_in6>(a).sin6_port == as<sockaddr_in6>(b).sin6_port &&
         as<sockaddr_in6>(a).sin6_scope_id == as<sockaddr_in6>(b).sin6_scope_id &&
         IN6_ARE_ADDR_EQUAL(&as<sockaddr_in6>(a).sin6_addr, &as<sockaddr_in6>(b).sin6_addr);
}

bool is_bound_to(int socket, const Path::Address& local) {
  int type = 0;
  socklen_t type_length = sizeof(type);
  Path::Address bound;
  bound.length = sizeof(bound.storage);
  return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &type_length) == 0 && type == SOCK_DGRAM &&
         getsockname(socket, reinterpret_cast<sockaddr*>(&bound.storage), &bound.length) == 0 && is_same(bound, local);
}

}  // namespace

Run first_run(std::span<const Packet> packets, std::size_t max_segments) {
  const std::size_t segment = packets.front().size();
  Run run{.packets = 1, .segment = segment};
  std::size_t bytes = segment;
  // One that is shorter ends it. The kernel has no empty segments.
  for (const Packet& packet : packets.subspan(1)) {
    const bool has_ended = packets[run.packets - 1].size() < segment;
    if (has_ended || packet.empty() || packet.size() > segment || run.packets == max_segments ||
        bytes + packet.size() > kMaxRunBytes) {
      break;
    }
    bytes += packet.size();
    ++run.packets;
  }
  return run;
}

std::optional<Path> Path::from(int socket, const Address& local, const Address& remote) {
  const int descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (descriptor < 0) {
    return std::nullopt;
  }
  Path path(descriptor, remote);
  // Of our descriptor: the other one's number may mean something else by now.
  return is_bound_to(descriptor, local) ? std::optional(std::move(path)) : std::nullopt;
}

Path::Path(int descriptor, const Address& remote)
    : descriptor_(descriptor), remote_(remote), max_segments_(can_segment(descriptor) ? kMaxSegments : 1) {}

Path::Path(Path&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), remote_(other.remote_), max_segments_(other.max_segments_) {}

Path::~Path() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

std::size_t Path::send(std::span<const Packet> packets) {
  std::size_t sent = 0;
  while (sent < packets.size()) {
    const Run run = first_run(packets.subspan(sent), max_segments_);
    if (send(packets.subspan(sent, run.packets), run.segment)) {
      sent += run.packets;
    } else if (run.packets > 1 && is_refusal(errno)) {
      max_segments_ = 1;
    } else {
      break;
    }
  }
  return sent;
}

bool Path::send(std::span<const Packet> packets, std::size_t segment) {
  std::array<iovec, kMaxSegments> pieces;
  std::ranges::transform(packets, pieces.begin(), [](const Packet& packet) {
    return iovec{.iov_base = const_cast<std::uint8_t*>(packet.data()), .iov_len = packet.size()};
  });
  msghdr message{};
  message.msg_name = &remote_.storage;
  message.msg_namelen = remote_.length;
  message.msg_iov = pieces.data();
  message.msg_iovlen = packets.size();
  Cut control;
  if (packets.size() > 1) {
    cut(message, control, segment);
  }
  return sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

}  // namespace rtcmc::datagrams
