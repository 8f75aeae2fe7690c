// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tap.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace rtcmc::net {

namespace {

constexpr std::size_t kLargestFrame = 65'536;

int checked(int result, const std::string& what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

Descriptor open_tap(const std::string& network_namespace, const std::string& interface) {
  const std::string path = "/run/netns/" + network_namespace;
  const Descriptor space(checked(open(path.c_str(), O_RDONLY | O_CLOEXEC), path));
  checked(setns(space.get(), CLONE_NEWNET), "setns " + network_namespace);
  Descriptor tap(checked(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "/dev/net/tun"));
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  checked(ioctl(tap.get(), TUNSETIFF, &request), "TUNSETIFF " + interface);
  return tap;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Tap::Tap(const std::string& network_namespace, const std::string& interface)
    : descriptor_(open_tap(network_namespace, interface)) {}

std::optional<Frame> Tap::read() const {
  Frame frame(kLargestFrame);
  const auto size = ::read(fd(), frame.data(), frame.size());
  if (size <= 0) {
    return std::nullopt;
  }
  return Frame(frame.begin(), frame.begin() + size);
}

void Tap::write(const Frame& frame) const {
  if (::write(fd(), frame.data(), frame.size()) < 0 && errno != EIO) {
    throw std::system_error(errno, std::generic_category(), "writing to an interface");
  }
}

}  // namespace rtcmc::net
