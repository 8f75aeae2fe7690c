// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

/// Whose programs listen on this machine, as Linux tells (proc(5): /proc/net/tcp and tcp6).
namespace rtcmc::server {

/// Those who take a connection to `address`, an IP address, by what is in these two files. Pure.
[[nodiscard]] std::set<uid_t> listeners_in(std::string_view tcp, std::string_view tcp6, const std::string& address,
                                           std::uint16_t port);

/// Those who do so now; absent if the kernel does not tell.
[[nodiscard]] std::optional<std::set<uid_t>> listeners_at(const std::string& address, std::uint16_t port);

/// A sentence if others than this process's user, or root, listen there, who must not be told secrets; or if nobody can
/// tell. Absent also if nobody listens.
[[nodiscard]] std::optional<std::string> objection_to_listeners_at(const std::string& address, std::uint16_t port);

}  // namespace rtcmc::server
