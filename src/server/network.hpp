// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace rtcmc::server {

/// What one subscriber is given, and limits therefore count: an IPv4 address, the /64 of an IPv6 address.
[[nodiscard]] std::string network_of(const std::string& address);

}  // namespace rtcmc::server
