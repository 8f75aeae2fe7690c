// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace rtcmc::send {

/// Who watches a track, as far as its quality is concerned.
struct Viewer {
  std::optional<std::uint64_t> budget;  // bit/s that its connection has for the picture; absent: nothing is known
  std::size_t layer = 0;
  std::chrono::steady_clock::time_point since = {};  // it has had that layer
};

struct QualityBounds {
  std::uint64_t minimum;  // bit/s
  std::uint64_t maximum;
  std::size_t layers;  // encodings at the same time, at least one
};

struct QualityPlan {
  std::vector<std::uint64_t> rates;  // bit/s of each layer that somebody needs, the best one first
  std::vector<std::size_t> layers;   // of each viewer, in their order

  friend bool operator==(const QualityPlan&, const QualityPlan&) = default;
};

/// How one picture is encoded for all. Those whose links carry about the same share an encoding, at the least rate
/// among them; who has much less gets a layer with less. A viewer stays where it is until that clearly does not fit any
/// more, and goes up only after a while, so that nobody flaps. A pure policy.
[[nodiscard]] QualityPlan plan_quality(const std::vector<Viewer>& viewers, const QualityBounds& bounds,
                                       std::chrono::steady_clock::time_point now);

}  // namespace rtcmc::send
