// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/quality_policy.hpp"

#include <algorithm>
#include <numeric>

namespace rtcmc::send {

namespace {

/// Of the best budget among those who share a layer, what a viewer that joins has to have, and one that is there.
constexpr double kAlikeToJoin = 0.75;
constexpr double kAlikeToStay = 0.6;
constexpr std::chrono::seconds kBeforeGoingUp{3};

}  // namespace

QualityPlan plan_quality(const std::vector<Viewer>& viewers, const QualityBounds& bounds,
                         std::chrono::steady_clock::time_point now) {
  const auto budget = [&](std::size_t viewer) {
    return std::clamp(viewers[viewer].budget.value_or(bounds.maximum), bounds.minimum, bounds.maximum);
  };
  std::vector<std::size_t> order(viewers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), budget);

  QualityPlan plan;
  plan.layers.resize(viewers.size());
  double best = 0;  // of the layer
  for (const std::size_t viewer : order) {
    const auto mine = static_cast<double>(budget(viewer));
    const std::size_t last = plan.rates.size();
    const bool is_there = last > 0 && viewers[viewer].layer == last - 1;
    const bool opens = last == 0 || (last < bounds.layers && mine < best * (is_there ? kAlikeToStay : kAlikeToJoin));
    if (opens) {
      best = mine;
      plan.rates.push_back(budget(viewer));
    }
    const std::size_t layer = plan.rates.size() - 1;
    plan.layers[viewer] = layer;
    plan.rates[layer] = std::min(plan.rates[layer], budget(viewer));
  }
  // Who went down a moment ago stays there, if that layer is still one.
  for (std::size_t viewer = 0; viewer < viewers.size(); ++viewer) {
    const Viewer& each = viewers[viewer];
    if (plan.layers[viewer] < each.layer && each.layer < plan.rates.size() && now - each.since < kBeforeGoingUp) {
      plan.layers[viewer] = each.layer;
    }
  }
  return plan;
}

}  // namespace rtcmc::send
