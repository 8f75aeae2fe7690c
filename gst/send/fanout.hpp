// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/node.hpp"
#include "rtp/packet_rewriter.hpp"
#include "rtp/renumbering.hpp"
#include "send/keyframe_gate.hpp"
#include "send/track.hpp"

namespace rtcmc::send {

/// A serialised event of this name says that packets were left out on purpose before the next one.
inline constexpr const char* kLeftOutEvent = "rtcmc-left-out";

/// Gives the packets of one payloader to every peer that takes this codec. Only the RTP header is made anew, once for
/// all peers that want the same; payload memory is shared.
///
/// Threads: packets come on the payloader's streaming thread, which also does every push: there is no queue and no
/// thread per peer. Everything else may be called on any thread and never waits for a push. `mutex_`
/// protects what its comment says and is never held across a push, an event or a query.
class Fanout final : public Node {
 public:
  using Clock = std::chrono::steady_clock::time_point (*)();

  class Subscriber;

  /// `renumbering`: for packets that others numbered; absent: they come from our own payloader.
  Fanout(rtp::Codec codec, std::string stream_id, std::optional<rtp::Renumbering> renumbering = {},
         Clock clock = &std::chrono::steady_clock::now);

  /// Links a new source pad to `peer_sink` and announces the stream there. Null, with a warning in the log, if the
  /// format cannot be met. `caps` are what the peer's packets are said to be, `ssrc` what they carry.
  [[nodiscard]] std::shared_ptr<Subscriber> add(const PacketFormat& format, std::uint32_t ssrc, GstPad* peer_sink,
                                                const glib::Ref<GstCaps>& caps);
  void remove(const std::shared_ptr<Subscriber>& subscriber);
  void start(Subscriber& subscriber);

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
  bool on_src_event(GstPad* pad, glib::Ref<GstEvent> event) override;
  std::optional<bool> on_sink_query(GstQuery* query) override;
  std::optional<bool> on_src_query(GstPad* pad, GstQuery* query) override;
  void on_reset() override;

 private:
  using Subscribers = std::vector<std::shared_ptr<Subscriber>>;

  void change_subscribers(const std::shared_ptr<Subscriber>& added, const std::shared_ptr<Subscriber>& removed);
  /// Where in the list the first packet of a keyframe is; with mutex_ held.
  [[nodiscard]] std::optional<guint> find_keyframe(GstBufferList* list);
  struct Parcel {
    glib::Ref<GstBufferList> list;
    rtp::Shift shift;
    bool can_start;     // a decoder can start with these packets
    bool is_new_frame;  // they are not more of the frame before
    glib::Ref<GstEvent> segment;
  };
  void deliver(const Subscribers& subscribers, const Parcel& parcel) const;
  /// What comes does not build on what peers have; with mutex_ held.
  void begin_anew();
  /// The peer behind `pad` needs a keyframe, for which it has its budget.
  void request_keyframe(GstPad* pad);
  /// A frame passes: whether the encoder is to be asked for a keyframe by somebody whose time has come; with mutex_
  /// held.
  [[nodiscard]] bool is_keyframe_due(bool is_keyframe);
  void ask_for_keyframe() const;

  const rtp::Codec codec_;
  const bool is_video_;
  const std::string stream_id_;
  const Clock clock_;
  const bool is_renumbered_;

  mutable std::mutex mutex_;
  // All below: mutex_. The list itself is never changed, only replaced: the streaming thread walks its own reference.
  std::shared_ptr<const Subscribers> subscribers_ = std::make_shared<const Subscribers>();
  std::optional<rtp::Renumbering> renumbering_;
  KeyframeGate gate_;
  std::optional<std::uint32_t> keyframe_timestamp_;  // RTP timestamp of the latest keyframe
  glib::Ref<GstEvent> segment_;
  glib::Ref<GstCaps> payloader_caps_;
  std::optional<std::uint16_t> last_sequence_;
  std::optional<std::uint32_t> last_timestamp_;  // RTP
  unsigned pad_count_ = 0;
};

}  // namespace rtcmc::send
