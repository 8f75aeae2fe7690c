// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "gst_ref.hpp"
#include "rtp/packet_rewriter.hpp"
#include "send/fanout.hpp"
#include "send/keyframe_budget.hpp"

namespace rtcmc::send {

/// One peer's source pad of a Fanout, and whether packets may go there.
///
/// Threads: announce() and push() never at the same time: the Fanout announces before its streaming thread can see
/// the subscriber. The rest on any thread.
class Fanout::Subscriber {
 public:
  Subscriber(const PacketFormat& format, rtp::PacketRewriter rewriter, glib::Ref<GstPad> pad, glib::Ref<GstCaps> caps);

  [[nodiscard]] GstPad* pad() const { return pad_.get(); }
  [[nodiscard]] GstCaps* caps() const { return caps_.get(); }
  [[nodiscard]] const rtp::PacketRewriter& rewriter() const { return rewriter_; }
  /// Both get the same packets.
  [[nodiscard]] bool is_like(const Subscriber& other) const;

  /// Packets may go there from the next keyframe on.
  void start() { flow_ = Flow::Waiting; }
  void stop() { flow_ = Flow::Held; }
  /// What comes next builds on something that the peer did not get.
  void wait_again();
  /// Whether packets go there now. `can_start`: they are the first ones of a keyframe.
  [[nodiscard]] bool takes(bool can_start);

  /// Called before each push() with the number of the first packet: after a long time without any, SRTP would take what
  /// is 2^15 numbers further on for something old.
  void continue_with(std::uint16_t first, unsigned packets);
  /// To be added to the packets' numbers.
  [[nodiscard]] std::uint16_t sequence_shift() const { return sequence_shift_; }

  /// Says again with the next announce() what the pad has forgotten since it was deactivated.
  void forget_announcement();
  /// Sends stream-start and caps if they are not there yet, and the segment if it is another one.
  void announce(const std::string& stream_id, const glib::Ref<GstEvent>& segment);
  /// A flow error is this peer's own affair: it gets the next keyframe again.
  void push(glib::Ref<GstBufferList> list, bool is_video);
  /// Whoever push()es says whether that was a new frame.
  void count(bool is_new_frame) { frames_.fetch_add(is_new_frame ? 1 : 0, std::memory_order_relaxed); }
  /// What the peer may ask for. The Fanout's mutex_ protects it.
  [[nodiscard]] KeyframeBudget& budget() { return budget_; }
  [[nodiscard]] std::uint64_t frames() const { return frames_.load(std::memory_order_relaxed); }

 private:
  enum class Flow { Held, Waiting, Flowing };

  const std::uint8_t payload_type_;
  const std::optional<std::uint8_t> mid_extension_id_;
  const std::string mid_;
  const rtp::PacketRewriter rewriter_;
  const glib::Ref<GstPad> pad_;
  const glib::Ref<GstCaps> caps_;
  std::atomic<Flow> flow_ = Flow::Held;
  std::atomic<std::uint64_t> frames_ = 0;
  KeyframeBudget budget_;
  // Whoever may announce() or push():
  bool announced_ = false;
  glib::Ref<GstEvent> segment_;
  GstFlowReturn last_flow_ = GST_FLOW_OK;
  std::optional<std::uint16_t> last_sequence_;  // as sent
  std::uint16_t sequence_shift_ = 0;
};

}  // namespace rtcmc::send
