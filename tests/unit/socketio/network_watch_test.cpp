// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/network_watch.hpp"

#include <gio/gio.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

namespace rtcmc {
namespace {

using socketio::NetworkWatch;

std::optional<std::string> source_towards(const char* address) {
  const auto destination = glib::Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string(address, 9));
  return NetworkWatch::source_towards(destination.get());
}

int run(const std::string& command) {
  return std::system(("PATH=$PATH:/usr/sbin:/sbin " + command).c_str());
}

TEST(NetworkWatchTest, AddressesOfThisMachineAreKnown) {
  EXPECT_EQ(source_towards("127.0.0.1"), "127.0.0.1");
}

TEST(NetworkWatchTest, AnAddressThatGivesWayToAnotherOneIsNoticed) {
  bool is_possible = true;
  // A thread that is in a network of its own, as are the programs that it runs.
  std::thread([&] {
    is_possible = unshare(CLONE_NEWNET) == 0 && run("ip link set lo up") == 0;
    if (!is_possible) {
      return;
    }
    ASSERT_EQ(run("ip address add 192.0.2.10/24 dev lo"), 0);
    unsigned changes = 0;
    NetworkWatch watch([&] { ++changes; });
    EXPECT_EQ(source_towards("192.0.2.200"), "192.0.2.10");
    ASSERT_EQ(run("ip address add 192.0.2.11/24 dev lo && ip address del 192.0.2.10/24 dev lo"), 0);
    bool is_late = false;
    glib::Timer deadline;
    deadline.start_once(std::chrono::seconds(20), [&is_late] { is_late = true; });
    while (changes == 0 && !is_late) {
      g_main_context_iteration(nullptr, TRUE);
    }
    EXPECT_GT(changes, 0U);
  }).join();
  if (!is_possible) {
    GTEST_SKIP() << "network namespaces take root";
  }
}

}  // namespace
}  // namespace rtcmc
