// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/reach.hpp"

namespace rtcmc::server {

bool may_reach(const User& from, User& to, bool across_rooms) {
  const bool share_room = from.room && from.room == to.room;
  const bool share_broadcast = !from.broadcast_id.empty() && from.broadcast_id == to.broadcast_id;
  return across_rooms || &from == &to || share_room || share_broadcast || from.connected_with.contains(&to);
}

}  // namespace rtcmc::server
