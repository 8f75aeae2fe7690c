// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>

namespace rtcmc {

/// When somebody whose connection failed is asked for another one. Pure.
///
/// A question costs a message, so it is repeated quickly for as long as networks are usually away. A connection that
/// fails costs a webrtcbin on both sides: it is tried a few times, ever more seldom.
class RecallPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Delay = std::chrono::milliseconds;

  enum class Hope {
    Usual,
    Little  // the server says that it is gone
  };

  RecallPlan(Hope hope, Time now) : asked_until_(now + time_for(hope)), soon_until_(now + kSoon) {}

  /// Until it is asked. Absent: tried often enough.
  [[nodiscard]] std::optional<Delay> connection_failed(bool had_worked, Time now);
  /// It was asked: until it is asked once more. Absent: asked long enough.
  [[nodiscard]] std::optional<Delay> unanswered(Time now) const;

 private:
  static constexpr unsigned kMaxFailures = 6;
  static constexpr std::chrono::minutes kSoon{3};
  static constexpr std::chrono::minutes kUsual{15};
  static constexpr std::chrono::minutes kLittle{2};

  [[nodiscard]] static Delay time_for(Hope hope) { return hope == Hope::Usual ? kUsual : kLittle; }

  Time asked_until_;
  Time soon_until_;
  unsigned failures_ = 0;  // of connections that have not worked
};

}  // namespace rtcmc
