// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/network.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace {

using rtcmc::network_of;

TEST(Network, IsTheAddressOrOfIpv6ItsFirstHalf) {
  constexpr std::array<std::pair<const char*, const char*>, 13> kNetworks{{
      {"127.0.0.1", "127.0.0.1"},
      {"192.0.2.7", "192.0.2.7"},
      {"192.0.2.8", "192.0.2.8"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
      {"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"},
      {"2001:DB8:1:2::", "2001:db8:1:2::/64"},
      {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
      {"2001:db8::1", "2001:db8::/64"},
      {"fe80::1", "fe80::/64"},
      {"fe80::1%eth0", "fe80::/64"},
      {"::1", "::1"},
      {"", ""},
      {"somebody", "somebody"},
  }};
  for (const auto& [address, network] : kNetworks) {
    EXPECT_EQ(network_of(address), network) << address;
  }
}

}  // namespace
