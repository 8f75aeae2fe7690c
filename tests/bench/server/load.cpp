// SPDX-License-Identifier: LGPL-2.1-or-later
// The clients of the server's benchmark. Arguments: what to do, "connect" or "relay", then NAME=VALUE.
// Says what came about as a line of JSON. "connect" then keeps its sockets until its standard input ends.
#include <sys/resource.h>
#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

#include "conversations.hpp"
#include "crowd.hpp"

namespace {

using rtcmc::bench::Conversations;
using rtcmc::bench::Crowd;
using Seconds = std::chrono::duration<double>;

constexpr rlim_t kSpareFiles = 100;

class Settings {
 public:
  Settings(int argc, char** argv) {
    for (int i = 2; i < argc; ++i) {
      const std::string argument = argv[i];
      const auto equals = argument.find('=');
      const auto found = values_.find(argument.substr(0, equals));
      if (equals == std::string::npos || found == values_.end()) {
        throw std::runtime_error("no such setting: " + argument);
      }
      found->second = std::stod(argument.substr(equals + 1));
    }
  }

  [[nodiscard]] double number(const char* name) const { return values_.at(name); }
  [[nodiscard]] unsigned count(const char* name) const { return static_cast<unsigned>(number(name)); }
  [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(number("port")); }

 private:
  std::map<std::string, double> values_{
      {"port", 9001},
      {"server", 0},    // its process
      {"at-once", 64},  // sockets that are connecting at a time
      {"sockets", 10'000},
      {"pairs", 100},
      {"window", 4},  // messages on their way from each user
      {"rate", 0},    // messages a second of all together; 0: as many as the server relays
      {"message-size", 1500},
      {"warm-up", 2},  // seconds
      {"seconds", 5},
  };
};

/// The share of one core that a process uses from construction on.
class Usage {
 public:
  /// 0: this process.
  explicit Usage(pid_t process) {
    if (clock_getcpuclockid(process, &clock_) != 0) {
      throw std::runtime_error("there is no process " + std::to_string(process));
    }
    used_ = used();
  }

  [[nodiscard]] double share() const { return (used() - used_) / Seconds(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] double used() const {
    timespec time{};
    clock_gettime(clock_, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }

  clockid_t clock_{};
  Clock::time_point start_ = Clock::now();
  double used_ = 0;
};

/// What "clients" and "server" used, as members of a JSON object.
class Usages {
 public:
  explicit Usages(const Settings& settings) : clients_(0), server_(static_cast<pid_t>(settings.number("server"))) {}

  [[nodiscard]] std::string json() const {
    return "\"clientsUsage\":" + std::to_string(clients_.share()) +
           ",\"serverUsage\":" + std::to_string(server_.share());
  }

 private:
  Usage clients_, server_;
};

/// The servers have inherited the same limit.
void allow_files(unsigned sockets) {
  const rlim_t wanted = sockets + kSpareFiles;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted) {
    throw std::runtime_error(std::to_string(sockets) + " sockets need " + std::to_string(wanted) +
                             " open files, but \"ulimit -Hn\" is " + std::to_string(limit.rlim_max) +
                             ": raise it, or use fewer sockets");
  }
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void connect(const Settings& settings) {
  const unsigned sockets = settings.count("sockets");
  allow_files(sockets);
  Crowd crowd(settings.port());
  const Usages usages(settings);
  const auto start = Conversations::Clock::now();
  crowd.connect(sockets, settings.count("at-once"));
  const double seconds = Seconds(Conversations::Clock::now() - start).count();
  std::printf("{\"rate\":%.1f,%s}\n", sockets / seconds, usages.json().c_str());
  std::fflush(stdout);
  crowd.stay();
}

double percentile(std::vector<float>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void relay(const Settings& settings) {
  allow_files(2 * settings.count("pairs"));
  Conversations conversations(settings.port(),
                              {settings.count("pairs"), settings.count("at-once"), settings.count("message-size")});
  conversations.begin();
  if (settings.number("rate") > 0) {
    conversations.pace(settings.number("rate"));
  } else {
    conversations.flood(settings.count("window"));
  }
  const auto time = [&](const char* name) {
    return std::chrono::duration_cast<Conversations::Clock::duration>(Seconds(settings.number(name)));
  };
  static_cast<void>(conversations.run(time("warm-up")));
  const Usages usages(settings);
  auto [latencies, duration] = conversations.run(time("seconds"));
  const std::string used = usages.json();
  if (latencies.empty()) {
    throw std::runtime_error("the server has relayed nothing");
  }
  const double rate = static_cast<double>(latencies.size()) / Seconds(duration).count();
  std::printf("{\"rate\":%.1f,\"p50\":%.1f,\"p99\":%.1f,%s}\n", rate, percentile(latencies, 0.5),
              percentile(latencies, 0.99), used.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string task = argc > 1 ? argv[1] : "";
    const Settings settings(argc, argv);
    if (task == "connect") {
      connect(settings);
    } else if (task == "relay") {
      relay(settings);
    } else {
      throw std::runtime_error("what to do is either connect or relay");
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
