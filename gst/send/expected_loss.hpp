// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>

namespace rtcmc::send {

/// What loss an encoder of sound is to be ready for: none as long as hardly anything is lost, as it has to pay for that
/// with its quality; at once what the worst of its listeners tells of; less only after a while. A pure policy: the
/// caller brings the time.
class ExpectedLoss {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Browsers report on sound each five seconds or so.
  static constexpr std::chrono::seconds kBeforeLess{12};

  /// A few times a second. `worst`: the part that is lost of what goes to any listener. Returns percents.
  [[nodiscard]] unsigned decide(double worst, Time now);

 private:
  std::size_t step_ = 0;
  Time worse_{};  // when it was too much for a lower step last
};

}  // namespace rtcmc::send
