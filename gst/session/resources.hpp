// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// Whether the process can afford one more connection. Without file descriptors, GLib ends the process; without
/// threads, too.
namespace rtcmc::resources {

/// What is left of a limit, and what the limit is. Absent: there is none, or it is not known.
struct Left {
  std::optional<std::uint64_t> descriptors = {};
  std::uint64_t descriptor_limit = 0;
  std::optional<std::uint64_t> threads = {};
  std::uint64_t thread_limit = 0;
};

/// Reads it from the kernel (getrlimit(2), proc(5), the cgroup's pids.max). Any thread.
[[nodiscard]] Left measure();

/// Pure. Why there is none, and what to do about it; absent: there is place for another connection.
/// `connecting`: connections that are being made, and have not taken all that they will.
[[nodiscard]] std::optional<std::string> shortage(const Left& left, unsigned connecting);

}  // namespace rtcmc::resources
