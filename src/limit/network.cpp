// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit/network.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <array>

#include "glib/ref.hpp"

namespace rtcmc {

std::string network_of(const std::string& address) {
  constexpr std::size_t kPrefix = 8;  // bytes
  // A zone, as in fe80::1%eth0, is ours to know and no part of what the other side is given.
  const std::string plain = address.substr(0, address.find('%'));
  const auto parsed = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(plain.c_str()));
  if (!parsed || g_inet_address_get_family(parsed.get()) != G_SOCKET_FAMILY_IPV6 ||
      g_inet_address_get_is_loopback(parsed.get())) {
    return address;
  }
  std::array<guint8, 16> bytes{};
  std::copy_n(g_inet_address_to_bytes(parsed.get()), kPrefix, bytes.begin());
  const auto network =
      glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_bytes(bytes.data(), G_SOCKET_FAMILY_IPV6));
  return std::string(glib::String(g_inet_address_to_string(network.get())).get()) + "/64";
}

}  // namespace rtcmc
