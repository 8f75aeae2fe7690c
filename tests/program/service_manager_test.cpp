// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service_manager.hpp"

#include <glib.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace rtcmc::program {

namespace {

TEST(ServiceManager, IsToldOnItsSocket) {
  // An abstract one, as systemd may use.
  const std::string name = "@rtcmc-test-" + std::to_string(getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(name, address.sun_path);
  address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  g_setenv("NOTIFY_SOCKET", name.c_str(), TRUE);
  tell_service_manager("READY=1");
  std::array<char, 64> buffer{};
  const ssize_t got = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))), "READY=1");
  g_unsetenv("NOTIFY_SOCKET");
  tell_service_manager("STOPPING=1");
  EXPECT_LT(recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT), 0);
  close(fd);
}

}  // namespace

}  // namespace rtcmc::program
