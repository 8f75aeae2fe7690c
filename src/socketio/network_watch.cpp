// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/network_watch.hpp"

#include <glib-unix.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace rtcmc::socketio {

namespace {

using namespace std::chrono_literals;

constexpr auto kSettling = 200ms;

std::string text_of(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  const int failed = getnameinfo(address, length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST);
  return failed ? std::string() : std::string(host.data());
}

std::optional<std::string> source_towards_native(const sockaddr* destination, socklen_t length) {
  const int socket = ::socket(destination->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return std::nullopt;
  }
  sockaddr_storage source{};
  socklen_t size = sizeof source;
  // Nothing is sent by that.
  const bool is_known = connect(socket, destination, length) == 0 &&
                        getsockname(socket, reinterpret_cast<sockaddr*>(&source), &size) == 0;
  close(socket);
  return is_known ? std::optional(text_of(reinterpret_cast<sockaddr*>(&source), size)) : std::nullopt;
}

std::string source_towards(const char* address) {
  constexpr std::uint16_t kAnyPort = 9;
  const auto destination = glib::Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string(address, kAnyPort));
  return NetworkWatch::source_towards(destination.get()).value_or("");
}

/// All that matters, as a text to compare.
std::string state_of_network() {
  std::set<std::string> addresses;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) == 0) {
    for (const ifaddrs* each = first; each; each = each->ifa_next) {
      const bool is_inet =
          each->ifa_addr && (each->ifa_addr->sa_family == AF_INET || each->ifa_addr->sa_family == AF_INET6);
      if (is_inet && (each->ifa_flags & IFF_UP) && (each->ifa_flags & IFF_RUNNING)) {
        addresses.insert(
            text_of(each->ifa_addr, each->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6)));
      }
    }
    freeifaddrs(first);
  }
  // Of the blocks for documentation: whatever the default route is.
  std::string state = source_towards("192.0.2.1") + " " + source_towards("2001:db8::1");
  for (const std::string& address : addresses) {
    state += " " + address;
  }
  return state;
}

glib::Ref<GSocket> subscribe() {
  const int descriptor = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (descriptor < 0) {
    return nullptr;
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  GSocket* const socket = bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0
                              ? g_socket_new_from_fd(descriptor, nullptr)
                              : nullptr;
  if (!socket) {
    close(descriptor);
    return nullptr;
  }
  g_socket_set_blocking(socket, FALSE);
  return glib::Ref<GSocket>::adopt(socket);
}

}  // namespace

void NetworkWatch::SourceDeleter::operator()(GSource* source) const {
  g_source_destroy(source);
  g_source_unref(source);
}

NetworkWatch::NetworkWatch(std::function<void()> changed)
    : changed_(std::move(changed)), known_(state_of_network()), socket_(subscribe()) {
  if (!socket_) {
    g_info("changes of the network are not noticed: there is no netlink socket");
    return;
  }
  source_.reset(g_unix_fd_source_new(g_socket_get_fd(socket_.get()), G_IO_IN));
  const GUnixFDSourceFunc readable = [](gint, GIOCondition, gpointer self) -> gboolean {
    static_cast<NetworkWatch*>(self)->read();
    return G_SOURCE_CONTINUE;
  };
  g_source_set_callback(source_.get(), G_SOURCE_FUNC(readable), this, nullptr);
  g_source_attach(source_.get(), g_main_context_get_thread_default());
}

NetworkWatch::~NetworkWatch() = default;

std::optional<std::string> NetworkWatch::source_towards(GSocketAddress* destination) {
  sockaddr_storage native{};
  const gssize size = g_socket_address_get_native_size(destination);
  if (size < 0 || static_cast<std::size_t>(size) > sizeof native ||
      !g_socket_address_to_native(destination, &native, sizeof native, nullptr)) {
    return std::nullopt;
  }
  return source_towards_native(reinterpret_cast<sockaddr*>(&native), static_cast<socklen_t>(size));
}

void NetworkWatch::read() {
  std::array<char, 8192> ignored{};
  while (g_socket_receive(socket_.get(), ignored.data(), ignored.size(), nullptr, nullptr) > 0) {
  }
  if (!next_look_.active()) {
    next_look_.start_once(kSettling, [this] { look(); });
  }
}

void NetworkWatch::look() {
  std::string state = state_of_network();
  if (state != known_) {
    known_ = std::move(state);
    const auto changed = changed_;  // which may destroy us
    changed();
  }
}

}  // namespace rtcmc::socketio
