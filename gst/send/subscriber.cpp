// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/subscriber.hpp"

#include <algorithm>
#include <functional>
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

void Fanout::Subscriber::thin(Portion portion, std::uint64_t rate) {
  thinning_.set(portion);
  rate_ = rate;
}

bool Fanout::Subscriber::begin(const History& history) {
  const auto keyframe = is_video_ ? history.keyframe() : std::optional(position_);
  if (!keyframe || *keyframe < position_) {
    return false;
  }
  flow_ = Flow::Flowing;
  position_ = *keyframe;
  begins_ = true;
  queue_.clear();
  return true;
}

void Fanout::Subscriber::take(const History& history) {
  if (flow_ == Flow::Held || (flow_ == Flow::Waiting && !begin(history))) {
    return;
  }
  position_ = std::max(position_, history.begin());
  for (History::Entry& packet : history.since(position_)) {
    if (is_video_) {
      const bool is_slow = thinning_.current() == Portion::KeyframesOnly;
      const auto passes = thinning_.passes(packet.header.timestamp(), packet.frame, is_slow && queue_.is_busy());
      if (!passes) {
        return;
      }
      packet.is_left_out = !*passes;
    }
    if (packet.is_left_out) {
      packet.payload.reset();
    }
    queue_.push(std::move(packet));
    ++position_;
  }
}

bool Fanout::Subscriber::withdraw() {
  const std::lock_guard order(order_);
  is_stopped_ = is_stopped_ || !has_begun();
  return !has_begun();
}

void Fanout::Subscriber::hold(Fanout& fanout) {
  const std::lock_guard order(order_);
  const std::lock_guard lock(fanout.mutex_);
  flow_ = Flow::Held;
  queue_.clear();
}

void Fanout::Subscriber::serve(Fanout& fanout) {
  const std::lock_guard order(order_);
  if (is_stopped_) {
    return;
  }
  Packets packets;
  rtp::ClockPair clock{};
  const auto now = fanout.clock_();
  {
    const std::lock_guard lock(fanout.mutex_);
    take(fanout.history_);
    const bool is_slow = thinning_.current() == Portion::KeyframesOnly;
    packets = queue_.pop(is_slow ? std::optional(rate_) : std::nullopt, now);
    clock = fanout.clock_pair_;
  }
  const bool sends = std::ranges::any_of(packets, std::logical_not(), &History::Entry::is_left_out);
  if (packets.empty() || (!sends && !has_begun())) {
    return;
  }
  if (!has_begun() && takes_over_) {
    transmission_->give_to(shared_from_this());
  }
  has_begun_.store(true, std::memory_order_relaxed);
  const GstFlowReturn flow = transmission_->send(*this, std::exchange(begins_, false), packets, clock, now);
  frames_.fetch_add(static_cast<std::uint64_t>(std::ranges::count_if(
                        packets, [](const auto& packet) { return packet.is_frame_start && !packet.is_left_out; })),
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
