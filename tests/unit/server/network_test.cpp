// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/network.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace rtcmc::server {
namespace {

TEST(Network, IsAnAddressOrTheHalfOfOneThatASubscriberGets) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
      {"2001:db8:1:2::", "2001:db8:1:2::/64"},
      {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
      {"::1", "::/64"},
      {"fe80::1%eth0", "fe80::/64"},
      {"", ""},
      {"no address", "no address"},
  };
  for (const auto& [address, network] : cases) {
    EXPECT_EQ(network_of(address), network) << address;
  }
}

}  // namespace
}  // namespace rtcmc::server
