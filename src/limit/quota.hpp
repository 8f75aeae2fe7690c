// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace rtcmc {

/// How often strangers may do something: each of them a few times in a while. Memory is bounded whatever names they
/// use. Not thread-safe.
class Quota {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kWhile{60};
  static constexpr std::size_t kMaxStrangers = 1000;

  /// While there are too many names. Where nobody new may, all together are bounded; where the name that came first is
  /// forgotten, something else has to do that, and a crowd is let in.
  enum class WhenFull { NobodyNewMay, FirstIsForgotten };

  explicit Quota(unsigned times, WhenFull when_full = WhenFull::NobodyNewMay) : times_(times), when_full_(when_full) {}

  enum class Verdict { Within, FirstBeyond, Beyond };
  [[nodiscard]] Verdict count(const std::string& who, Time now = std::chrono::steady_clock::now());

 private:
  struct Window {
    Time begin;
    unsigned times = 0;
  };
  /// False: there is none.
  [[nodiscard]] bool make_room(Time now);

  unsigned times_;
  WhenFull when_full_;
  std::map<std::string, Window> windows_;
};

}  // namespace rtcmc
