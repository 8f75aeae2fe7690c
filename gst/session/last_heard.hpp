// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace rtcmc {

/// When something came from a participant last, over the connection that we have with it. Absent: nothing yet, or there
/// is none that works.
using LastHeard = std::function<std::optional<std::chrono::steady_clock::time_point>(const std::string& user_id)>;

}  // namespace rtcmc
