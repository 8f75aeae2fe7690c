// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <optional>

#include "rate/types.hpp"

namespace rtcmc::rate {

/// How long packets wait on their way, and whether so long that much less must be sent for a moment, until that queue
/// is gone: what is a little less than the link carries would take long to drain it. A pure class.
class QueueDelay {
 public:
  static constexpr std::chrono::milliseconds kLong{300};
  static constexpr std::chrono::milliseconds kShort{100};
  /// The shortest way of such a time, and of the one before, is one without a queue: the clocks of the two ends drift
  /// apart, and ways change.
  static constexpr std::chrono::seconds kLife{30};
  /// So long after less is sent, the queue is a good part shorter, or it is none: the way has become longer, or others
  /// fill it.
  static constexpr std::chrono::seconds kPatience{3};
  /// What has not been shorter for such a time and the one before is a queue, not somebody's busy machine.
  static constexpr std::chrono::milliseconds kStanding{250};

  void add(const Delivery& packet, Time now);
  [[nodiscard]] Duration value() const { return value_; }
  /// The shortest wait of late. Absent: too little is known.
  [[nodiscard]] std::optional<Duration> standing() const { return stood_ ? std::min(*stood_, stands_) : stood_; }
  [[nodiscard]] bool is_draining() const { return draining_.has_value(); }

 private:
  struct Draining {
    Time since;
    Duration from;
  };

  void update_standing(Time now);
  void update_draining(Time now);

  // From the sender's clock to the receiver's, whose difference is anything.
  std::optional<Duration> shortest_before_;
  std::optional<Duration> shortest_;
  std::optional<Duration> latest_;
  Time since_{};
  Duration value_{};
  // The shortest of a time, and of the one before.
  std::optional<Duration> stood_;
  Duration stands_ = Duration::max();
  std::optional<Time> stands_since_;
  std::optional<Draining> draining_;
};

}  // namespace rtcmc::rate
