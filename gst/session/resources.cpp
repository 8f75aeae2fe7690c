// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/resources.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace rtcmc::resources {

namespace {

// Measured: 10 to 12 descriptors and 7 to 10 threads for each webrtcbin, ICE over TCP and the data channel included.
// One more is an IceSender's.
constexpr std::uint64_t kDescriptorsPerConnection = 14;
constexpr std::uint64_t kThreadsPerConnection = 12;
/// For the rest of the process: the application, the signaling connection, encoders.
constexpr std::uint64_t kReserve = 32;

std::uint64_t entries_of(const char* directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  std::uint64_t count = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  return count;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::uint64_t number = 0;
  if (!(file >> text) || std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) {
    return std::nullopt;  // "max" among them
  }
  return number;
}

/// Of cgroup v2, which /proc/self/cgroup names in its line "0::/…".
std::optional<std::string> cgroup_directory() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::")) {
      return "/sys/fs/cgroup" + line.substr(3);
    }
  }
  return std::nullopt;
}

std::uint64_t left_of(std::uint64_t limit, std::uint64_t used) {
  return limit - std::min(limit, used);
}

}  // namespace

Left measure() {
  Left left;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    left.descriptor_limit = limit.rlim_cur;
    left.descriptors = left_of(limit.rlim_cur, entries_of("/proc/self/fd"));
  }
  // RLIMIT_NPROC counts what the user runs elsewhere too, which is not worth reading all of /proc: the cgroup's count
  // is.
  if (const auto directory = cgroup_directory()) {
    const auto maximum = number_in(*directory + "/pids.max");
    const auto current = number_in(*directory + "/pids.current");
    if (maximum && current) {
      left.thread_limit = *maximum;
      left.threads = left_of(*maximum, *current);
    }
  }
  return left;
}

std::optional<std::string> shortage(const Left& left, unsigned connecting) {
  const std::uint64_t connections = std::uint64_t{connecting} + 1;
  if (left.descriptors && *left.descriptors < connections * kDescriptorsPerConnection + kReserve) {
    return "too few file descriptors are left of the " + std::to_string(left.descriptor_limit) +
           " that the process may have. Raise the limit: \"ulimit -n 65536\" before it is started, or LimitNOFILE= in "
           "its systemd unit";
  }
  if (left.threads && *left.threads < connections * kThreadsPerConnection + kReserve) {
    return "too few threads are left of the " + std::to_string(left.thread_limit) +
           " that its control group may have. Raise the limit: TasksMax= in its systemd unit, or the container's limit "
           "of processes";
  }
  return std::nullopt;
}

}  // namespace rtcmc::resources
