// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <iterator>
#include <random>

namespace rtcmc::test {

/// The same throws for the same seed, on every machine.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}

  /// Less than `sides`.
  [[nodiscard]] unsigned roll(std::size_t sides) { return static_cast<unsigned>(engine_() % sides); }
  [[nodiscard]] bool once_in(unsigned times) { return roll(times) == 0; }
  template <typename Range>
  [[nodiscard]] const auto& pick(const Range& range) {
    return *std::next(std::begin(range), roll(std::size(range)));
  }

 private:
  std::mt19937 engine_;
};

}  // namespace rtcmc::test
