// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rtp/packet_rewriter.hpp"
#include "send/keyframe_gate.hpp"
#include "send/node.hpp"
#include "send/track.hpp"

namespace rtcmc::send {

/// Gives the packets of one payloader to every peer that takes this codec. Only the RTP header is made anew, once for
/// all peers that want the same; payload memory is shared.
///
/// Threads: packets and on_frame() come on the payloader's streaming thread, which also does every push: there is no
/// queue and no thread per peer. Everything else may be called on any thread and never waits for a push. `mutex_`
/// protects what its comment says and is never held across a push, an event or a query.
class Fanout final : public Node {
 public:
  using Clock = std::chrono::steady_clock::time_point (*)();

  class Subscriber;

  Fanout(rtp::Codec codec, std::string stream_id, Clock clock = &std::chrono::steady_clock::now);
  ~Fanout() override;

  /// Links a new source pad to `peer_sink` and announces the stream there. Null, with a warning in the log, if the
  /// format cannot be met. `caps` are what the peer's packets are said to be.
  [[nodiscard]] std::shared_ptr<Subscriber> add(const PacketFormat& format, GstPad* peer_sink,
                                                const glib::Ref<GstCaps>& caps);
  void remove(const std::shared_ptr<Subscriber>& subscriber);
  void start(Subscriber& subscriber);
  void stop(Subscriber& subscriber);

  /// A frame enters the payloader.
  void on_frame(GstClockTime pts, bool is_keyframe);
  /// Frames were dropped before the payloader: what follows cannot be decoded until the next keyframe.
  void on_frames_lost();

  /// Whether any subscriber is started.
  [[nodiscard]] bool is_wanted() const { return wanted_; }
  /// What follows the last packet that came through; absent if there was none.
  [[nodiscard]] std::optional<std::uint16_t> next_sequence() const;
  /// The payloader's caps, once it has said them.
  [[nodiscard]] glib::Ref<GstCaps> payloader_caps() const;

  // Node
  GstFlowReturn on_buffer(glib::Ref<GstBuffer> buffer) override;
  GstFlowReturn on_list(glib::Ref<GstBufferList> list) override;
  bool on_sink_event(glib::Ref<GstEvent> event) override;
  bool on_src_event(glib::Ref<GstEvent> event) override;
  std::optional<bool> on_sink_query(GstQuery* query) override;
  std::optional<bool> on_src_query(GstPad* pad, GstQuery* query) override;
  void on_reset() override;

 private:
  using Subscribers = std::vector<std::shared_ptr<Subscriber>>;

  void change_subscribers(const std::shared_ptr<Subscriber>& added, const std::shared_ptr<Subscriber>& removed);
  void update_wanted();  // with mutex_ held
  void ask_for_keyframe() const;

  const rtp::Codec codec_;
  const bool is_video_;
  const std::string stream_id_;
  const Clock clock_;
  std::atomic<bool> wanted_ = false;

  mutable std::mutex mutex_;
  // All below: mutex_. The list itself is never changed, only replaced: the streaming thread walks its own reference.
  std::shared_ptr<const Subscribers> subscribers_ = std::make_shared<const Subscribers>();
  KeyframeGate gate_;
  std::optional<GstClockTime> due_keyframe_;  // PTS of a keyframe whose first packet has not come yet
  glib::Ref<GstEvent> segment_;
  glib::Ref<GstCaps> payloader_caps_;
  std::optional<std::uint16_t> last_sequence_;
  unsigned pad_count_ = 0;
};

}  // namespace rtcmc::send
