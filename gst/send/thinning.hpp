// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "rtp/frame_class.hpp"
#include "send/portion_policy.hpp"

namespace rtcmc::send {

/// Leaves frames out of what one viewer is sent, whole ones, and none that those build on which are sent: down at the
/// next frame, up at the next keyframe. A pure policy; no lock of its own.
class Thinning {
 public:
  void set(Portion wanted) { wanted_ = wanted; }
  /// What is sent now; more may be wanted, for which it takes a keyframe.
  [[nodiscard]] Portion current() const { return current_; }

  /// Whether a packet goes to the viewer. Absent: it has to wait until more of its frame has come. `is_busy`: with a
  /// keyframe that takes its time, which others are not to join.
  [[nodiscard]] std::optional<bool> passes(std::uint32_t timestamp, rtp::FrameClass frame, bool is_busy);

 private:
  struct Decision {
    std::uint32_t timestamp;
    bool passes;
  };

  [[nodiscard]] bool judge(std::uint32_t timestamp, rtp::FrameClass frame, bool is_busy);

  Portion wanted_ = Portion::Everything;
  Portion current_ = Portion::Everything;
  std::optional<std::uint32_t> begun_;  // timestamp of the keyframe with which it went up
  std::array<std::optional<Decision>, 8> decisions_;
  std::size_t latest_ = 0;
};

}  // namespace rtcmc::send
