// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/port_owner.hpp"

#include <gio/gio.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "glib/ref.hpp"

namespace rtcmc::server {

namespace {

using Bytes = std::vector<std::uint8_t>;  // of an IP address, as on the network

struct Listener {
  Bytes address;
  std::uint16_t port;
  uid_t user;
};

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base) {
  Number number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The kernel writes each four bytes as a number of this machine's byte order.
std::optional<Bytes> address_in(std::string_view text) {
  constexpr std::size_t kDigits = 8;
  Bytes bytes;
  for (; text.size() >= kDigits; text.remove_prefix(kDigits)) {
    const auto word = number_of<std::uint32_t>(text.substr(0, kDigits), 16);
    if (!word) {
      return std::nullopt;
    }
    std::array<std::uint8_t, sizeof *word> part{};
    std::memcpy(part.data(), &*word, part.size());
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return text.empty() ? std::optional(bytes) : std::nullopt;
}

/// "  0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 …"
std::optional<Listener> listener_in(std::string_view line) {
  constexpr std::size_t kLocal = 1;
  constexpr std::size_t kState = 3;
  constexpr std::size_t kUser = 7;
  std::vector<std::string_view> words;
  while (words.size() <= kUser) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) {
      return std::nullopt;
    }
    words.push_back(line.substr(0, line.find(' ')));
    line.remove_prefix(words.back().size());
  }
  const auto colon = words[kLocal].find(':');
  const auto address = address_in(words[kLocal].substr(0, colon));
  const auto port = number_of<std::uint16_t>(words[kLocal].substr(std::min(colon + 1, words[kLocal].size())), 16);
  const auto user = number_of<uid_t>(words[kUser], 10);
  constexpr std::string_view kListens = "0A";
  if (colon == std::string_view::npos || words[kState] != kListens || !address || !port || !user) {
    return std::nullopt;
  }
  return Listener{*address, *port, *user};
}

bool is_any(const Bytes& address) {
  return std::ranges::all_of(address, [](std::uint8_t byte) { return byte == 0; });
}

std::set<uid_t> users_in(std::string_view table, std::uint16_t port, const Bytes& address) {
  std::set<uid_t> users;
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    const auto listener = listener_in(line);
    if (listener && listener->port == port && (listener->address == address || is_any(listener->address))) {
      users.insert(listener->user);
    }
  }
  return users;
}

/// Absent if it cannot be read; empty if it is not there, as without IPv6.
std::optional<std::string> text_of(const char* path) {
  std::ifstream file(path);
  if (!file) {
    return errno == ENOENT ? std::optional<std::string>("") : std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string name_of(uid_t user) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
  const std::string number = "uid " + std::to_string(user);
  return found ? std::string("\"") + found->pw_name + "\" (" + number + ")" : number;
}

}  // namespace

std::set<uid_t> listeners_in(std::string_view tcp, std::string_view tcp6, const std::string& address,
                             std::uint16_t port) {
  const auto parsed = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  if (!parsed) {
    return {};
  }
  const guint8* const bytes = g_inet_address_to_bytes(parsed.get());
  const Bytes wanted(bytes, bytes + g_inet_address_get_native_size(parsed.get()));
  if (g_inet_address_get_family(parsed.get()) == G_SOCKET_FAMILY_IPV6) {
    return users_in(tcp6, port, wanted);
  }
  auto users = users_in(tcp, port, wanted);
  if (users.empty()) {
    // An IPv6 socket takes IPv4 connections where no IPv4 socket does.
    Bytes mapped(10, 0);
    mapped.insert(mapped.end(), 2, 0xFF);
    mapped.insert(mapped.end(), wanted.begin(), wanted.end());
    users = users_in(tcp6, port, mapped);
  }
  return users;
}

std::optional<std::set<uid_t>> listeners_at(const std::string& address, std::uint16_t port) {
  const auto tcp = text_of("/proc/net/tcp");
  const auto tcp6 = text_of("/proc/net/tcp6");
  if (!tcp || tcp->empty() || !tcp6) {
    return std::nullopt;
  }
  return listeners_in(*tcp, *tcp6, address, port);
}

std::optional<std::string> objection_to_listeners_at(const std::string& address, std::uint16_t port) {
  const auto users = listeners_at(address, port);
  const std::string where = "port " + std::to_string(port) + " of " + address;
  if (!users) {
    return "Nobody can tell whose program has " + where + ": /proc/net/tcp cannot be read.";
  }
  const auto other = std::ranges::find_if(*users, [](uid_t user) { return user != 0 && user != geteuid(); });
  if (other == users->end()) {
    return std::nullopt;
  }
  return "A program of the user " + name_of(*other) + " has " + where + ", and would be told the room's password.";
}

}  // namespace rtcmc::server
