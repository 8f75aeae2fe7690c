// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service_manager.hpp"

#include <glib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace rtcmc::program {

void tell_service_manager(std::string_view state) {
  const char* const path = g_getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view name = path ? path : "";
  if (name.empty() || name.size() >= sizeof(address.sun_path)) {
    return;
  }
  std::ranges::copy(name, address.sun_path);
  if (name.front() == '@') {
    address.sun_path[0] = '\0';  // an abstract one
  }
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (fd < 0 ||
      sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size) < 0) {
    g_warning("The service manager is not told \"%.*s\": %s", static_cast<int>(state.size()), state.data(),
              g_strerror(errno));
  }
  if (fd >= 0) {
    close(fd);
  }
}

}  // namespace rtcmc::program
