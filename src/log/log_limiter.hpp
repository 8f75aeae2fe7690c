// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace rtcmc {

/// Keeps strangers from flooding the log: each of them gets a few lines in a while. Not thread-safe.
class LogLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Verdict { Write, WriteLast, Skip };

  static constexpr unsigned kDefaultLines = 20;
  static constexpr std::chrono::seconds kWhile{60};
  static constexpr std::size_t kMaxStrangers = 1000;

  /// `lines`: how many a stranger gets in a while, and one more that says that the next ones are not written.
  explicit LogLimiter(unsigned lines = kDefaultLines) : lines_(lines) {}

  /// Whether a line about `who` is to be written now. WriteLast: say in it that the next ones are not.
  [[nodiscard]] Verdict count(const std::string& who, Time now = std::chrono::steady_clock::now());
  /// What to end the line with.
  [[nodiscard]] static const char* suffix(Verdict verdict) {
    return verdict == Verdict::WriteLast ? " (further ones are dropped without a word)" : "";
  }

 private:
  struct Window {
    Time begin;
    unsigned lines = 0;
  };
  unsigned lines_;
  std::map<std::string, Window> windows_;
};

}  // namespace rtcmc
