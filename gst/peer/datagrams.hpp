// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Many datagrams to one place, in few system calls. Nothing here blocks.
namespace rtcmc::datagrams {

/// What the kernel cuts into datagrams in one go (UDP_MAX_SEGMENTS), and how much of it, headers left aside.
inline constexpr std::size_t kMaxSegments = 64;
inline constexpr std::size_t kMaxRunBytes = 65'000;

using Packet = std::span<const std::uint8_t>;

/// That many packets that follow each other and may go as one piece, to be cut after each `segment` bytes: all have
/// this size, but for the last, which may be shorter.
struct Run {
  std::size_t packets = 0;
  std::size_t segment = 0;
  friend bool operator==(const Run&, const Run&) = default;
};

/// The first of the runs that the packets are sent in. There is at least one packet.
[[nodiscard]] Run first_run(std::span<const Packet> packets, std::size_t max_segments = kMaxSegments);

/// A way from a datagram socket to an address. Threads: one at a time.
class Path {
 public:
  struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
  };

  /// Has a descriptor of its own for the socket: whoever opened it may close it at any time, and another file may get
  /// its number. Nothing if it is no datagram socket, or is not bound to `local` (any more).
  [[nodiscard]] static std::optional<Path> from(int socket, const Address& local, const Address& remote);

  Path(Path&& other) noexcept;
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  Path& operator=(Path&&) = delete;
  ~Path();

  /// How many of them, from the first on, are sent. What is left the socket does not take now, or not at all.
  [[nodiscard]] std::size_t send(std::span<const Packet> packets);

  /// Whether runs of packets go in one piece. Not once the kernel, or the way that the packets take, has refused it.
  [[nodiscard]] bool is_segmenting() const { return max_segments_ > 1; }

 private:
  Path(int descriptor, const Address& remote);
  /// As one piece, if they are more than one.
  [[nodiscard]] bool send(std::span<const Packet> packets, std::size_t segment);

  int descriptor_;
  Address remote_;
  std::size_t max_segments_;
};

}  // namespace rtcmc::datagrams
