// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "limit/token_bucket.hpp"

namespace rtcmc {

/// Lets each stranger guess at a secret a few times, and then once in a while. Memory is bounded whatever names they
/// use: while there are too many, the others have the guesses of one between them. Not thread-safe.
class GuessLimiter {
 public:
  using Time = TokenBucket::Time;

  static constexpr double kAtOnce = 10;
  static constexpr std::chrono::seconds kInterval{5};
  static constexpr std::size_t kMaxStrangers = 1000;

  /// False if it is not to be looked at, were it right or not.
  [[nodiscard]] bool may_guess(const std::string& who, Time now = std::chrono::steady_clock::now());
  /// Who knows the secret has not guessed.
  void forget(const std::string& who) { buckets_.erase(who); }

 private:
  std::map<std::string, TokenBucket> buckets_;
};

}  // namespace rtcmc
