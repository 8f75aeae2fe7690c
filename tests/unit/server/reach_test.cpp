// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/reach.hpp"

#include <gtest/gtest.h>

namespace rtcmc::server {
namespace {

struct Case {
  const char* name;
  int from_room, to_room;  // 0: none
  bool connected;
  const char *from_broadcast, *to_broadcast;
  bool reaches;
};

constexpr Case kCases[] = {
    {"nobody has met", 0, 0, false, "", "", false},
    {"one is in a room", 1, 0, false, "", "", false},
    {"the other is in a room", 0, 1, false, "", "", false},
    {"each is in a room", 1, 2, false, "", "", false},
    {"both are in one", 1, 1, false, "", "", true},
    {"they met, and their room has ended", 0, 0, true, "", "", true},
    {"they met, and one has gone on", 2, 1, true, "", "", true},
    {"one takes part in a broadcast", 0, 0, false, "b", "", false},
    {"each takes part in a broadcast", 0, 0, false, "b", "c", false},
    {"both take part in one", 0, 0, false, "b", "b", true},
    {"one is in a room, the other in a broadcast", 1, 0, false, "", "b", false},
};

TEST(Reach, NeedsARoomABroadcastOrAnAcquaintance) {
  Room rooms[2];
  const auto room = [&](int number) { return number > 0 ? &rooms[number - 1] : nullptr; };
  for (const Case& c : kCases) {
    User from, to;
    from.room = room(c.from_room);
    to.room = room(c.to_room);
    from.broadcast_id = c.from_broadcast;
    to.broadcast_id = c.to_broadcast;
    if (c.connected) {
      from.connected_with.insert(&to);
      to.connected_with.insert(&from);
    }
    EXPECT_EQ(may_reach(from, to, false), c.reaches) << c.name;
    EXPECT_EQ(may_reach(to, from, false), c.reaches) << c.name << ", the other way round";
    EXPECT_TRUE(may_reach(from, to, true)) << c.name << ", across rooms";
    EXPECT_TRUE(may_reach(from, from, false)) << c.name << ", oneself";
  }
}

}  // namespace
}  // namespace rtcmc::server
