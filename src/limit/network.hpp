// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace rtcmc {

/// What limits count in an address's place: an IPv4 address is somebody's, but of IPv6 addresses everybody has 2^64, so
/// that it is their network, written like 2001:db8:0:7::/64. What is no IP address stays as it is.
[[nodiscard]] std::string network_of(const std::string& address);

}  // namespace rtcmc
