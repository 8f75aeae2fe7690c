// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/datagrams.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <numeric>
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

std::vector<Run> runs_of(std::span<const std::size_t> sizes, std::size_t max_segments) {
  std::vector<Run> runs;
  std::size_t bytes = 0;
  bool is_open = false;  // the last run may have more
  for (const std::size_t size : sizes) {
    if (is_open && size > 0 && size <= runs.back().segment && runs.back().packets < max_segments &&
        bytes + size <= kMaxRunBytes) {
      ++runs.back().packets;
      bytes += size;
    } else {
      runs.push_back({.packets = 1, .segment = size});
      bytes = size;
    }
    is_open = size > 0 && size == runs.back().segment;
  }
  return runs;
}

void Packets::add(std::span<const iovec> pieces) {
  pieces_.insert(pieces_.end(), pieces.begin(), pieces.end());
  starts_.push_back(pieces_.size());
  sizes_.push_back(std::transform_reduce(pieces.begin(), pieces.end(), std::size_t{0}, std::plus(),
                                         [](const iovec& piece) { return piece.iov_len; }));
}

std::span<iovec> Packets::pieces(std::size_t first, std::size_t count) {
  return std::span(pieces_).subspan(starts_[first], starts_[first + count] - starts_[first]);
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

std::size_t Path::send(Packets& packets) {
  std::size_t sent = 0;
  while (sent < packets.count()) {
    const std::vector<Run> runs = runs_of(packets.sizes().subspan(sent), max_segments_);
    std::vector<mmsghdr> messages(runs.size());
    std::vector<Cut> cuts(runs.size());
    std::size_t first = sent;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto pieces = packets.pieces(first, runs[i].packets);
      msghdr& message = messages[i].msg_hdr;
      message.msg_name = &remote_.storage;
      message.msg_namelen = remote_.length;
      message.msg_iov = pieces.data();
      message.msg_iovlen = pieces.size();
      if (runs[i].packets > 1) {
        cut(message, cuts[i], runs[i].segment);
      }
      first += runs[i].packets;
    }
    const int done =
        sendmmsg(descriptor_, messages.data(), static_cast<unsigned>(messages.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done > 0) {
      // What stopped it is told by the next try.
      for (const Run& run : std::span(runs).first(static_cast<std::size_t>(done))) {
        sent += run.packets;
      }
    } else if (runs.front().packets > 1 && is_refusal(errno)) {
      max_segments_ = 1;
    } else {
      break;
    }
  }
  return sent;
}

}  // namespace rtcmc::datagrams
