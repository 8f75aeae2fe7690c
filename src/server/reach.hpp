// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/directory.hpp"

namespace rtcmc::server {

/// Whether `from` may send `to` something, and be told its extra: they are in one room, have been connected since they
/// were, or take part in one scalable broadcast. A userid is no secret and opens no door by itself.
/// `across_rooms`: everybody may (Options::relay_across_rooms).
[[nodiscard]] bool may_reach(const User& from, User& to, bool across_rooms);

}  // namespace rtcmc::server
