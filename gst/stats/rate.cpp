// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/rate.hpp"

namespace rtcmc::stats {

namespace {

constexpr std::chrono::seconds kWindow{1};

}  // namespace

double Rate::update(std::uint64_t count, TimePoint now) {
  if (count < latest_.count) {
    base_ = latest_ = {count, now};
  } else if (now - latest_.time >= kWindow) {
    base_ = latest_;
    latest_ = {count, now};
  }
  const std::chrono::duration<double> elapsed = now - base_.time;
  return elapsed.count() > 0 ? static_cast<double>(count - base_.count) / elapsed.count() : 0;
}

}  // namespace rtcmc::stats
