// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "rate/types.hpp"

namespace rtcmc::rate {

/// Packets that left together are one group, whose parts queue behind each other on the first link already: what tells
/// of the network is how the groups' distances change on their way (draft-ietf-rmcat-gcc-02, 5.2 and 5.3). A pure
/// class.
class ArrivalGroups {
 public:
  static constexpr std::chrono::milliseconds kBurst{5};
  static constexpr std::chrono::milliseconds kLongestGroup{100};
  /// After such a silence, or jump of the receiver's clock, nothing can be compared with what was before.
  static constexpr std::chrono::seconds kLongestGap{2};

  /// Between the ends of two groups that follow each other.
  struct Distance {
    Duration sent;
    Duration arrival;
    Arrival at;  // the later one
  };

  /// Packets come in the order of their arrival. A distance as soon as a group is known to be complete.
  [[nodiscard]] std::optional<Distance> add(const Delivery& packet);

 private:
  struct Group {
    Time first_sent;
    Time last_sent;
    Arrival first_arrival;
    Arrival last_arrival;
  };

  [[nodiscard]] bool belongs(const Delivery& packet) const;

  std::optional<Group> current_;
  std::optional<Group> previous_;
};

}  // namespace rtcmc::rate
