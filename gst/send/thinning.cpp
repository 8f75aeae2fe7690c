// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/thinning.hpp"

#include <algorithm>

#include "rtp/serial.hpp"

namespace rtcmc::send {

std::optional<bool> Thinning::passes(std::uint32_t timestamp, rtp::FrameClass frame, bool is_busy) {
  const auto is_it = [timestamp](const auto& decision) { return decision && decision->timestamp == timestamp; };
  if (is_it(decisions_.at(latest_))) {
    return decisions_.at(latest_)->passes;
  }
  if (const auto known = std::ranges::find_if(decisions_, is_it); known != decisions_.end()) {
    return (*known)->passes;
  }
  const bool is_all = wanted_ == Portion::Everything && current_ == Portion::Everything && !begun_;
  if (!is_all && frame == rtp::FrameClass::Unknown) {
    return std::nullopt;
  }
  latest_ = (latest_ + 1) % decisions_.size();
  decisions_.at(latest_) = Decision{timestamp, is_all || judge(timestamp, frame, is_busy)};
  return decisions_.at(latest_)->passes;
}

bool Thinning::judge(std::uint32_t timestamp, rtp::FrameClass frame, bool is_busy) {
  const bool is_key = frame == rtp::FrameClass::Key;
  if (wanted_ > current_) {
    current_ = wanted_;
  } else if (wanted_ < current_ && is_key && !is_busy) {
    current_ = wanted_;
    begun_ = timestamp;
  } else if (is_key) {
    begun_.reset();
  }
  // What is shown before a keyframe and sent after it may build on what was left out before.
  if (begun_ && rtp::distance(*begun_, timestamp) < 0) {
    return false;
  }
  switch (current_) {
    case Portion::Everything:
      return true;
    case Portion::WithoutDroppable:
      return frame != rtp::FrameClass::Droppable;
    case Portion::KeyframesOnly:
      break;
  }
  return is_key && !is_busy;
}

}  // namespace rtcmc::send
