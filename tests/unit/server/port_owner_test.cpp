// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/port_owner.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <bit>

namespace rtcmc::server {
namespace {

using Users = std::set<uid_t>;

constexpr std::uint16_t kPort = 9001;  // 2329 in hexadecimal digits

const std::string kHead =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::string line(const std::string& local, const std::string& state, const std::string& user) {
  return "   0: " + local + " 00000000:0000 " + state + " 00000000:00000000 00:00000000 00000000 " + user +
         "        0 12345 1 0000000000000000 100 0 0 10 0\n";
}

struct Row {
  const char* what;
  std::string tcp;
  std::string tcp6;
  const char* address;
  Users users;
};

TEST(PortOwner, IsWhoListensWhereOneWouldConnectTo) {
  if constexpr (std::endian::native != std::endian::little) {
    GTEST_SKIP() << "the addresses below are as such machines write them";
  }
  const std::string any6(32, '0');
  const std::string loopback6 = std::string(24, '0') + "01000000";
  const std::string mapped = "0000000000000000FFFF00000100007F";
  const std::array rows{
      Row{"nobody", "", "", "127.0.0.1", {}},
      Row{"at that address", line("0100007F:2329", "0A", " 1000"), "", "127.0.0.1", {1000}},
      Row{"at all", line("00000000:2329", "0A", " 1000"), "", "127.0.0.1", {1000}},
      Row{"root", line("0100007F:2329", "0A", "    0"), "", "127.0.0.1", {0}},
      Row{"a long number", line("0100007F:2329", "0A", "4294967294"), "", "127.0.0.1", {4294967294}},
      Row{"at another address", line("0200007F:2329", "0A", " 1000"), "", "127.0.0.1", {}},
      Row{"at another port", line("0100007F:232A", "0A", " 1000"), "", "127.0.0.1", {}},
      Row{"connected, not listening", line("0100007F:2329", "01", " 1000"), "", "127.0.0.1", {}},
      Row{"several",
          line("0100007F:2329", "01", " 1") + line("00000000:2329", "0A", " 2") + line("0100007F:2329", "0A", " 3"),
          "",
          "127.0.0.1",
          {2, 3}},
      Row{"by IPv6 for all", "", line(any6 + ":2329", "0A", " 1000"), "127.0.0.1", {1000}},
      Row{"by IPv6 for that address", "", line(mapped + ":2329", "0A", " 1000"), "127.0.0.1", {1000}},
      Row{"by IPv6 alone", line("00000000:2329", "0A", " 1"), line(any6 + ":2329", "0A", " 2"), "127.0.0.1", {1}},
      Row{"by IPv6 elsewhere", "", line(loopback6 + ":2329", "0A", " 1000"), "127.0.0.1", {}},
      Row{"IPv6", line("00000000:2329", "0A", " 1"), line(loopback6 + ":2329", "0A", " 2"), "::1", {2}},
      Row{"IPv6 at all", "", line(any6 + ":2329", "0A", " 2"), "::1", {2}},
      Row{"IPv4 only", line("00000000:2329", "0A", " 1"), "", "::1", {}},
      Row{"a network's address", line("0702A8C0:2329", "0A", " 5"), "", "192.168.2.7", {5}},
      Row{"no address", line("00000000:2329", "0A", " 1"), "", "localhost", {}},
  };
  for (const auto& [what, tcp, tcp6, address, users] : rows) {
    EXPECT_EQ(listeners_in(kHead + tcp, kHead + tcp6, address, kPort), users) << what;
  }
}

TEST(PortOwner, LinesThatAreBrokenAreNoListeners) {
  for (const std::string& broken :
       {std::string(), std::string("\n\n"), std::string("0: 0100007F:2329"), line("0100007F", "0A", "1"),
        line("0100007:2329", "0A", "1"), line("0100007G:2329", "0A", "1"), line("0100007F:", "0A", "1"),
        line("0100007F:12329", "0A", "1"), line("0100007F:2329", "0A", "x"), line("0100007F:2329", "0A", "-1"),
        line(":2329", "0A", "1x")}) {
    EXPECT_EQ(listeners_in(kHead + broken, "", "127.0.0.1", kPort), Users()) << broken;
  }
}

/// Listens on a free port of 127.0.0.1.
class Socket {
 public:
  Socket() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* const address = reinterpret_cast<sockaddr*>(&address_);
    is_good_ = bind(fd_, address, size) == 0 && listen(fd_, 1) == 0 && getsockname(fd_, address, &size) == 0;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }
  [[nodiscard]] std::uint16_t port() const { return is_good_ ? ntohs(address_.sin_port) : 0; }

 private:
  int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address_{};
  bool is_good_ = false;
};

TEST(PortOwner, OurOwnIsNoStranger) {
  std::uint16_t port = 0;
  {
    const Socket socket;
    port = socket.port();
    ASSERT_NE(port, 0);
    EXPECT_EQ(listeners_at("127.0.0.1", port), Users{geteuid()});
    EXPECT_EQ(objection_to_listeners_at("127.0.0.1", port), std::nullopt);
  }
  EXPECT_EQ(listeners_at("127.0.0.1", port), Users());
  EXPECT_EQ(objection_to_listeners_at("127.0.0.1", port), std::nullopt) << "nobody is nobody to be afraid of";
}

/// A process of another user, which listens until it is told to end.
class Stranger {
 public:
  explicit Stranger(uid_t user) {
    std::array<int, 2> up{};
    std::array<int, 2> down{};
    if (pipe(up.data()) != 0 || pipe(down.data()) != 0) {
      return;
    }
    child_ = fork();
    if (child_ == 0) {
      close(down[1]);
      const bool is_other = setuid(user) == 0;
      const Socket socket;
      const std::uint16_t port = is_other ? socket.port() : 0;
      char end = 0;
      _exit(write(up[1], &port, sizeof port) == sizeof port && read(down[0], &end, 1) == 0 ? 0 : 1);
    }
    close(up[1]);
    close(down[0]);
    stop_ = down[1];
    if (read(up[0], &port_, sizeof port_) != sizeof port_) {
      port_ = 0;
    }
    close(up[0]);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() {
    close(stop_);
    waitpid(child_, nullptr, 0);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  pid_t child_ = -1;
  int stop_ = -1;
  std::uint16_t port_ = 0;
};

TEST(PortOwner, AnotherUserIsNamed) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can be somebody else";
  }
  constexpr uid_t kNameless = 54321;
  for (const uid_t user : {uid_t{65534}, kNameless}) {
    const Stranger stranger(user);
    ASSERT_NE(stranger.port(), 0);
    EXPECT_EQ(listeners_at("127.0.0.1", stranger.port()), Users{user});
    const auto objection = objection_to_listeners_at("127.0.0.1", stranger.port());
    ASSERT_TRUE(objection);
    EXPECT_NE(objection->find("uid " + std::to_string(user)), std::string::npos) << *objection;
    EXPECT_NE(objection->find("port " + std::to_string(stranger.port())), std::string::npos) << *objection;
    EXPECT_EQ(objection_to_listeners_at("127.0.0.2", stranger.port()), std::nullopt) << "that is not where it listens";
  }
}

/// What an ordinary user's element sees of a server that root runs.
TEST(PortOwner, RootIsTrusted) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can be root";
  }
  const Socket socket;
  ASSERT_NE(socket.port(), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    _exit(setuid(65534) == 0 && !objection_to_listeners_at("127.0.0.1", socket.port()) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace rtcmc::server
