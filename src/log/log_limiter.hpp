// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "limit/quota.hpp"

namespace rtcmc {

/// Keeps strangers from flooding the log: each of them gets a few lines in a while. Not thread-safe.
class LogLimiter {
 public:
  enum class Verdict { Write, WriteLast, Skip };

  static constexpr unsigned kDefaultLines = 20;

  /// `lines`: how many a stranger gets in a while, and one more that says that the next ones are not written.
  explicit LogLimiter(unsigned lines = kDefaultLines) : quota_(lines) {}

  /// Whether a line about `who` is to be written now. WriteLast: say in it that the next ones are not.
  [[nodiscard]] Verdict count(const std::string& who) {
    switch (quota_.count(who)) {
      case Quota::Verdict::Within:
        return Verdict::Write;
      case Quota::Verdict::FirstBeyond:
        return Verdict::WriteLast;
      case Quota::Verdict::Beyond:
        break;
    }
    return Verdict::Skip;
  }
  /// What to end the line with.
  [[nodiscard]] static const char* suffix(Verdict verdict) {
    return verdict == Verdict::WriteLast ? " (further ones are dropped without a word)" : "";
  }

 private:
  Quota quota_;
};

}  // namespace rtcmc
