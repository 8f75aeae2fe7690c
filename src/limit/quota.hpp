// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace rtcmc {

/// How often strangers may do something: each of them a few times in a while. Memory is bounded whatever names they
/// use: while there are too many, no new one may. Not thread-safe.
class Quota {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kWhile{60};
  static constexpr std::size_t kMaxStrangers = 1000;

  explicit Quota(unsigned times) : times_(times) {}

  enum class Verdict { Within, FirstBeyond, Beyond };
  [[nodiscard]] Verdict count(const std::string& who, Time now = std::chrono::steady_clock::now());

 private:
  struct Window {
    Time begin;
    unsigned times = 0;
  };
  unsigned times_;
  std::map<std::string, Window> windows_;
};

}  // namespace rtcmc
