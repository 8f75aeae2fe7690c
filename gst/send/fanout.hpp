// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/node.hpp"
#include "rtp/frame_class.hpp"
#include "rtp/renumbering.hpp"
#include "rtp/transmitter.hpp"
#include "send/input_rate.hpp"
#include "send/keyframe_gate.hpp"
#include "send/packets.hpp"
#include "send/portion_policy.hpp"
#include "send/transmission.hpp"

namespace rtcmc::send {

/// A serialised event of this name says that packets were left out on purpose before the next one.
inline constexpr const char* kLeftOutEvent = "rtcmc-left-out";

/// Gives the packets of one payloader to every peer that takes this codec. They are kept for a while in one history for
/// all peers, from which each is sent what comes, newcomers the latest keyframe, and whoever misses a packet that one
/// again.
///
/// Threads: packets come on the payloader's streaming thread, which also does every push: there is no queue and no
/// thread per peer. What a peer misses is sent on its connection's own thread. Everything else may be called on any
/// thread. `mutex_` protects what its comment says and is never held across a push, an event or a query.
class Fanout final : public Node {
 public:
  using Clock = std::chrono::steady_clock::time_point (*)();

  class Subscriber;

  /// An older one costs a newcomer more in what follows it than a new one costs all.
  static constexpr std::chrono::milliseconds kYoung{500};

  /// Who gets keyframes alone does not wait longer for one, if there is a say in it.
  static constexpr std::chrono::seconds kSlide{2};

  /// `renumbering`: for packets that others numbered; absent: they come from our own payloader.
  Fanout(rtp::Codec codec, std::optional<rtp::Renumbering> renumbering = {},
         Clock clock = &std::chrono::steady_clock::now);

  /// One more peer, to which nothing is sent yet; its first keyframe is asked for. Null, with a warning in the log, if
  /// the format cannot be met.
  [[nodiscard]] std::shared_ptr<Subscriber> add(const PacketFormat& format, std::shared_ptr<Transmission> transmission);
  /// One more peer that is sent something else now, in the same format: from the next keyframe on it gets this instead.
  [[nodiscard]] std::shared_ptr<Subscriber> add_successor(std::shared_ptr<Transmission> transmission);
  void remove(const std::shared_ptr<Subscriber>& subscriber);
  void start(Subscriber& subscriber);
  /// Has a peer be sent that much of the pictures; a few times a second. `rate`: bit/s, as fast as keyframes may come
  /// that are sent alone.
  void thin(Subscriber& subscriber, Portion portion, std::uint64_t rate);
  /// What a peer is sent, which may still wait for a keyframe to be more.
  [[nodiscard]] Portion portion(const Subscriber& subscriber) const;
  /// At what rate pictures come. Absent: not known yet.
  [[nodiscard]] std::optional<PortionRates> rates();

  /// What has passed is not for newcomers any more.
  void forget_past();
  /// A keyframe is needed here, for all; nothing happens for audio.
  void request_keyframe();

  /// What follows the last packet that came through; absent if there was none.
  [[nodiscard]] std::optional<std::uint16_t> next_sequence() const;
  /// The payloader's caps, once it has said them.
  [[nodiscard]] glib::Ref<GstCaps> payloader_caps() const;

  // Node
  GstFlowReturn on_buffer(glib::Ref<GstBuffer> buffer) override;
  GstFlowReturn on_list(glib::Ref<GstBufferList> list) override;
  bool on_sink_event(glib::Ref<GstEvent> event) override;
  bool on_src_event(GstPad*, glib::Ref<GstEvent>) override { return true; }
  std::optional<bool> on_sink_query(GstQuery* query) override;
  std::optional<bool> on_src_query(GstPad*, GstQuery*) override { return std::nullopt; }
  void on_reset() override;

 private:
  using Subscribers = std::vector<std::shared_ptr<Subscriber>>;

  /// A list may have more packets than the history: everybody is to have them before these overwrite each other.
  static constexpr guint kAtOnce = History::kCapacity / 2;

  void change_subscribers(const std::shared_ptr<Subscriber>& added, const std::shared_ptr<Subscriber>& removed);
  /// A part of a list comes.
  void pass(GstBufferList* list, guint first, guint end);
  /// A packet comes. Whether the encoder is to be asked for a keyframe; with mutex_ held.
  [[nodiscard]] bool keep(GstBuffer* packet);
  /// Sees what the packet is the beginning of; with mutex_ held.
  void classify(GstBuffer* packet, History::Entry& entry);
  /// What comes does not build on what peers have; with mutex_ held.
  void begin_anew();
  /// When the packet was captured; with mutex_ held.
  void note_time(GstBuffer* packet, std::uint32_t rtp_timestamp);
  [[nodiscard]] GstClockTimeDiff age_of(GstBuffer* packet) const;
  void on_feedback(Subscriber& subscriber, const rtp::Feedback& feedback);
  void repair(const Subscriber& subscriber, const rtp::Nack& nack);
  /// The peer needs a keyframe, for which it has its budget.
  void request_keyframe(Subscriber& subscriber);
  /// A frame passes: whether the encoder is to be asked for a keyframe by somebody whose time has come; with mutex_
  /// held.
  [[nodiscard]] bool is_keyframe_due(bool is_keyframe);
  /// For somebody who has no picture yet.
  void request_first_keyframe();
  void ask_for_keyframe() const;

  /// Whether a peer that gets less, or is to get more, has waited for a keyframe for long; with mutex_ held.
  [[nodiscard]] bool is_slide_due(Subscriber& subscriber, Portion wanted);

  const rtp::Codec codec_;
  const bool is_video_;
  const Clock clock_;
  const bool is_renumbered_;

  mutable std::mutex mutex_;
  // All below: mutex_. The list itself is never changed, only replaced: the streaming thread walks its own reference.
  std::shared_ptr<const Subscribers> subscribers_ = std::make_shared<const Subscribers>();
  History history_;
  std::optional<rtp::Renumbering> renumbering_;
  KeyframeGate gate_;
  std::optional<std::uint32_t> keyframe_timestamp_;  // RTP timestamp of the latest keyframe
  std::chrono::steady_clock::time_point keyframe_at_{};
  rtp::FrameClassifier classifier_;
  History::Position frame_begin_ = 0;  // of the latest frame
  InputRate rate_;
  rtp::ClockPair clock_pair_{};  // of the latest packet
  GstSegment segment_{};
  glib::Ref<GstCaps> payloader_caps_;
  std::optional<std::uint16_t> last_sequence_;
  std::optional<std::uint32_t> last_timestamp_;  // RTP
};

}  // namespace rtcmc::send
