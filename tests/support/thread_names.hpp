// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace rtcmc::test {

/// Of all threads of the process, as far as they do not end meanwhile.
inline std::vector<std::string> thread_names() {
  std::vector<std::string> names;
  std::error_code ended_meanwhile;
  std::filesystem::directory_iterator thread("/proc/self/task", ended_meanwhile);
  for (; thread != end(thread); thread.increment(ended_meanwhile)) {
    std::ifstream stream(thread->path() / "comm");
    std::getline(stream, names.emplace_back());
  }
  return names;
}

}  // namespace rtcmc::test
