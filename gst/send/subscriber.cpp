// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/subscriber.hpp"

#include <algorithm>
#include <utility>

#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

void Fanout::Subscriber::start(History::Position position) {
  flow_ = Flow::Waiting;
  position_ = position;
}

void Fanout::Subscriber::wait_again(const History& history) {
  if (flow_ == Flow::Flowing) {
    start(history.end());
  }
}

Packets Fanout::Subscriber::take(const History& history) {
  if (flow_ == Flow::Waiting) {
    const auto keyframe = is_video_ ? history.keyframe() : std::optional(position_);
    if (!keyframe || *keyframe < position_) {
      return {};
    }
    flow_ = Flow::Flowing;
    position_ = *keyframe;
    begins_ = true;
  }
  if (flow_ == Flow::Held) {
    return {};
  }
  const auto position = std::exchange(position_, history.end());
  return history.since(std::max(position, history.begin()));
}

bool Fanout::Subscriber::withdraw() {
  const std::lock_guard order(order_);
  is_stopped_ = is_stopped_ || !has_begun();
  return !has_begun();
}

void Fanout::Subscriber::serve(Fanout& fanout) {
  const std::lock_guard order(order_);
  if (is_stopped_) {
    return;
  }
  Packets packets;
  rtp::ClockPair clock{};
  bool begins = false;
  {
    const std::lock_guard lock(fanout.mutex_);
    packets = take(fanout.history_);
    clock = fanout.clock_pair_;
    begins = !packets.empty() && std::exchange(begins_, false);
  }
  if (packets.empty()) {
    return;
  }
  if (!has_begun() && takes_over_) {
    transmission_->give_to(shared_from_this());
  }
  has_begun_.store(true, std::memory_order_relaxed);
  const GstFlowReturn flow = transmission_->send(*this, begins, packets, clock, fanout.clock_());
  frames_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(packets, true, &History::Entry::is_frame_start)),
                    std::memory_order_relaxed);
  if (flow != GST_FLOW_OK && is_video_) {
    const std::lock_guard lock(fanout.mutex_);
    wait_again(fanout.history_);
  }
  if (std::exchange(last_flow_, flow) != flow) {
    GST_INFO_OBJECT(fanout.element(), "stream %08x, the peer's side says: %s", transmission_->ssrc(),
                    gst_flow_get_name(flow));
  }
}

void Fanout::Subscriber::on_feedback(const rtp::Feedback& feedback) {
  if (!is_stopped_) {
    fanout_.on_feedback(*this, feedback);
  }
}

}  // namespace rtcmc::send
