// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace rtcmc::send {

/// What the encoder of an encoded input is to be told, should anybody hear it: the rate that fits through the weakest
/// viewer's link. From the first viewer on that does not get everything until all would get what there was then, once
/// for each change that matters. A pure policy: the caller brings the time.
class BitrateWish {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kBeforeLess{1};
  static constexpr std::chrono::seconds kBeforeMore{5};

  /// `rate`: of the input, bit/s; `least`: what the weakest viewer's link has for it, absent: nothing is known;
  /// `is_reduced`: somebody does not get all. Absent: nothing new.
  [[nodiscard]] std::optional<std::uint64_t> decide(std::uint64_t rate, std::optional<std::uint64_t> least,
                                                    bool is_reduced, Time now);

 private:
  struct Told {
    std::uint64_t rate;
    Time time;
  };

  std::uint64_t full_ = 0;  // the input's rate before anything was wished for
  std::optional<Told> told_;
};

}  // namespace rtcmc::send
