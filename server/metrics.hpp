// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <string>

#include "server/stats.hpp"

namespace rtcmc::program {

inline constexpr const char* kMetricsMimeType = "text/plain; version=0.0.4; charset=utf-8";

/// In Prometheus' text format, 0.0.4.
[[nodiscard]] std::string metrics_text(const server::Stats& stats, std::chrono::system_clock::time_point started);

}  // namespace rtcmc::program
