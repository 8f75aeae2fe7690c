// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/subscriber.hpp"

#include <utility>

#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

Fanout::Subscriber::Subscriber(const PacketFormat& format, rtp::PacketRewriter rewriter, glib::Ref<GstPad> pad,
                               glib::Ref<GstCaps> caps)
    : payload_type_(format.payload_type),
      mid_extension_id_(format.mid_extension_id),
      mid_(format.mid),
      rewriter_(std::move(rewriter)),
      pad_(std::move(pad)),
      caps_(std::move(caps)) {}

bool Fanout::Subscriber::is_like(const Subscriber& other) const {
  return payload_type_ == other.payload_type_ && mid_extension_id_ == other.mid_extension_id_ &&
         (!mid_extension_id_ || mid_ == other.mid_) && sequence_shift_ == other.sequence_shift_;
}

void Fanout::Subscriber::wait_again() {
  Flow flowing = Flow::Flowing;
  flow_.compare_exchange_strong(flowing, Flow::Waiting);
}

bool Fanout::Subscriber::takes(bool can_start) {
  Flow flow = Flow::Waiting;
  if (can_start && flow_.compare_exchange_strong(flow, Flow::Flowing)) {
    return true;
  }
  return flow_ == Flow::Flowing;
}

void Fanout::Subscriber::continue_with(std::uint16_t first, unsigned packets) {
  constexpr auto kReach = static_cast<int>(rtp::Renumbering::kReach);
  constexpr auto kLongestGap = static_cast<int>(rtp::Renumbering::kLongestGap);
  const int distance = last_sequence_ ? static_cast<std::int16_t>(first + sequence_shift_ - *last_sequence_) : 1;
  if (distance > kLongestGap || distance < -kReach) {
    // Those that are late now need numbers, too.
    sequence_shift_ = static_cast<std::uint16_t>(*last_sequence_ + 1 + kReach - first);
  }
  const auto last = static_cast<std::uint16_t>(first + sequence_shift_ + packets - 1);
  if (!last_sequence_ || static_cast<std::int16_t>(last - *last_sequence_) > 0) {
    last_sequence_ = last;
  }
}

void Fanout::Subscriber::forget_announcement() {
  announced_ = false;
  segment_.reset();
}

void Fanout::Subscriber::announce(const std::string& stream_id, const glib::Ref<GstEvent>& segment) {
  if (!std::exchange(announced_, true)) {
    gst_pad_push_event(pad_.get(), gst_event_new_stream_start(stream_id.c_str()));
    gst_pad_push_event(pad_.get(), gst_event_new_caps(caps_.get()));
  }
  if (!(segment_ == segment)) {
    segment_ = segment;
    gst_pad_push_event(pad_.get(), glib::Ref<GstEvent>(segment).release());
  }
}

void Fanout::Subscriber::push(glib::Ref<GstBufferList> list, bool is_video) {
  const GstFlowReturn flow = gst_pad_push_list(pad_.get(), list.release());
  if (flow != GST_FLOW_OK && is_video) {
    wait_again();
  }
  if (std::exchange(last_flow_, flow) != flow) {
    GST_INFO_OBJECT(pad_.get(), "the peer's side says: %s", gst_flow_get_name(flow));
  }
}

}  // namespace rtcmc::send
