// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

#include "glib/json.hpp"

/// What the server answers to a request of ours.
namespace rtcmc::room {

inline constexpr std::chrono::seconds kAckTimeout{8};

[[nodiscard]] inline bool is_yes(const glib::Ref<JsonArray>& answer) {
  return glib::bool_of(glib::element(answer.get(), 0)).value_or(false);
}

}  // namespace rtcmc::room
