// SPDX-License-Identifier: LGPL-2.1-or-later
// A cable between two network namespaces, as bad as it is told to be.
//
//   cable NAMESPACE INTERFACE NAMESPACE INTERFACE [SEED]
//
// makes an interface in each and carries frames between them until its input ends. One command a line:
//
//   NAMESPACE rate=500000 delay=50 …    what happens to frames that come from there: commands.hpp; answer {"done":true}
//   count                               {"ms": a clock, "NAMESPACE": {…}, …}: frames and bytes that came from there
//
// or {"error": text}. {"ready":true} is the first line.

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "commands.hpp"
#include "link.hpp"
#include "tap.hpp"

namespace rtcmc::net {

namespace {

using Clock = std::chrono::steady_clock;

class Cable {
 public:
  struct End {
    std::string network_namespace;
    std::string interface;
  };

  Cable(const End& a, const End& b, std::uint64_t seed)
      : sides_{Side{a.network_namespace, Tap(a.network_namespace, a.interface), Link(seed)},
               Side{b.network_namespace, Tap(b.network_namespace, b.interface), Link(seed + 1)}} {}

  /// Until the input ends.
  void run() {
    std::cout << R"({"ready":true})" << std::endl;
    while (wait()) {
      carry();
    }
  }

 private:
  struct Side {
    std::string name;
    Tap tap;
    Link outgoing;
  };

  /// False: there are no more commands.
  bool wait() {
    std::array<pollfd, 3> watched{pollfd{sides_[0].tap.fd(), POLLIN, 0}, pollfd{sides_[1].tap.fd(), POLLIN, 0},
                                  pollfd{STDIN_FILENO, POLLIN, 0}};
    const auto pause = until_next();
    const timespec timeout{pause ? pause->count() / std::nano::den : 0, pause ? pause->count() % std::nano::den : 0};
    if (ppoll(watched.data(), watched.size(), pause ? &timeout : nullptr, nullptr) < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "ppoll");
    }
    return watched[2].revents == 0 || read_commands();
  }

  [[nodiscard]] std::optional<std::chrono::nanoseconds> until_next() const {
    std::optional<std::chrono::nanoseconds> pause;
    const auto now = Clock::now();
    for (const Side& side : sides_) {
      if (const auto next = side.outgoing.next()) {
        const std::chrono::nanoseconds left = std::max(*next - now, Clock::duration(0));
        pause = std::min(pause.value_or(left), left);
      }
    }
    return pause;
  }

  void carry() {
    for (Side& side : sides_) {
      while (auto frame = side.tap.read()) {
        side.outgoing.offer(*std::move(frame), Clock::now());
      }
      const Side& other = &side == &sides_[0] ? sides_[1] : sides_[0];
      for (const Frame& frame : side.outgoing.take(Clock::now())) {
        other.tap.write(frame);
      }
    }
  }

  bool read_commands() {
    std::array<char, 4096> bytes{};
    const auto size = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size <= 0) {
      return false;
    }
    unread_.append(bytes.data(), static_cast<std::size_t>(size));
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
      std::cout << answer(std::string_view(unread_).substr(0, end)) << std::endl;
      unread_.erase(0, end + 1);
    }
    return true;
  }

  std::string answer(std::string_view command) {
    const auto space = command.find(' ');
    const auto word = command.substr(0, space);
    if (word == "count") {
      return counts();
    }
    for (Side& side : sides_) {
      if (side.name == word) {
        LinkSettings settings = side.outgoing.settings();
        const auto fault = change(settings, space == std::string_view::npos ? "" : command.substr(space));
        side.outgoing.set(settings);
        return fault.empty() ? R"({"done":true})" : R"({"error":")" + fault + "\"}";
      }
    }
    return R"({"error":"no such command"})";
  }

  [[nodiscard]] std::string counts() const {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch());
    std::string json = R"({"ms":)" + std::to_string(now.count());
    for (const Side& side : sides_) {
      json += ",\"" + side.name + "\":" + to_json(side.outgoing.count());
    }
    return json + "}";
  }

  std::array<Side, 2> sides_;
  std::string unread_;
};

int run(std::span<char*> arguments) {
  constexpr std::size_t kNeeded = 5;
  if (arguments.size() < kNeeded) {
    std::cerr << "Usage: cable NAMESPACE INTERFACE NAMESPACE INTERFACE [SEED]\n";
    return 2;
  }
  const std::uint64_t seed = arguments.size() > kNeeded ? std::stoull(arguments[kNeeded]) : 1;
  Cable({arguments[1], arguments[2]}, {arguments[3], arguments[4]}, seed).run();
  return 0;
}

}  // namespace

}  // namespace rtcmc::net

int main(int argc, char** argv) {
  try {
    return rtcmc::net::run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    std::cerr << "cable: " << error.what() << '\n';
    return 1;
  }
}
