// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

namespace rtcmc::server {

std::string network_of(const std::string& address) {
  // A zone, as in fe80::1%eth0, is ours to know and no part of what the other side is given.
  const std::string plain = address.substr(0, address.find('%'));
  in6_addr bytes{};
  if (inet_pton(AF_INET6, plain.c_str(), &bytes) != 1) {
    return address;
  }
  std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  return std::string(inet_ntop(AF_INET6, &bytes, text.data(), text.size())) + "/64";
}

}  // namespace rtcmc::server
