// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace rtcmc::send {

/// What a viewer gets of pictures that cannot be made smaller, since they come encoded; more first.
enum class Portion { Everything, WithoutDroppable, KeyframesOnly };

/// bit/s on the wire.
struct PortionRates {
  std::uint64_t everything;
  std::uint64_t without_droppable;
};

/// What a viewer's connection has for the picture.
struct Budget {
  std::uint64_t rate;        // bit/s, some headroom taken off
  bool is_sought = true;     // more is looked for though less is sent; else it is never known to be more
  bool is_congested = true;  // what is sent is seen to be too much; else the rate may be less than what would fit
};

/// At most what the viewer asks for, in bit/s. That is no reason to leave frames out: it wants less, not a slide show.
[[nodiscard]] std::optional<Budget> limited(const std::optional<Budget>& budget, std::optional<std::uint64_t> limit);

/// Which portion one viewer gets. It goes down when its budget has been too small for a while, at once if that is far
/// too small, each only where its network is seen to be congested, and up when more has fitted for some seconds; who
/// came down again soon after waits longer each time, so that nobody flaps. Without a budget all is sent. A pure
/// policy: the caller brings the time.
class PortionPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kBeforeGoingDown{1000};
  static constexpr std::chrono::seconds kBeforeGoingUp{3};
  static constexpr std::chrono::seconds kLongestWait{60};
  /// Until then, having gone up was a mistake.
  static constexpr std::chrono::seconds kProof{20};
  /// Where nobody looks for more, that long until more is tried.
  static constexpr std::chrono::seconds kBeforeTrial{10};
  static constexpr std::chrono::seconds kLongestBeforeTrial{120};

  /// A few times a second. `rates`: absent as long as they are not known.
  [[nodiscard]] Portion decide(const std::optional<Budget>& budget, const std::optional<PortionRates>& rates, Time now);
  [[nodiscard]] Portion current() const { return current_; }

 private:
  [[nodiscard]] bool is_due_down(const Budget& budget, const PortionRates& rates, Time now);
  void go_down(Portion portion, Time now);
  void go_up(const Budget& budget, const PortionRates& rates, Time now);

  Portion current_ = Portion::Everything;
  std::optional<Time> too_much_since_;
  Time changed_{};
  std::optional<Time> went_up_;
  std::chrono::seconds wait_ = kBeforeGoingUp;
  bool is_new_ = true;                  // nothing has been known of its budget
  std::optional<std::uint64_t> trial_;  // the budget when more was tried: it does not say yet that this does not fit
  std::chrono::seconds trial_wait_ = kBeforeTrial;
};

}  // namespace rtcmc::send
