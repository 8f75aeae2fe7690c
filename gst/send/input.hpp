// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/node.hpp"
#include "send/keyframe_watch.hpp"
#include "send/outlets.hpp"
#include "send/pacer.hpp"
#include "send/rtp_input.hpp"
#include "send/source.hpp"
#include "send/timeline.hpp"

namespace rtcmc::send {

/// The first element of a track: says what the input may be, finds out what it is, and gives it to every branch. What
/// is live passes at once; all else when it is due by the pipeline's clock, whether or not anybody gets it. Neither a
/// branch nor a peer ever holds it up.
///
/// Threads: as for any Node; outlets may be added and removed on any thread.
class Input final : public Node {
 public:
  /// Called on the streaming thread.
  class Listener {
   public:
    /// False refuses the caps. The kind is the same ever after.
    virtual bool on_source(rtp::Kind kind, const Source& source, GstCaps* caps) = 0;
    /// Data of a kind has come that is not among the choices, and is refused.
    virtual void on_wrong_kind(rtp::Kind kind) = 0;
    /// What has come is of the right kind, or of none, and nothing that can be sent.
    virtual void on_refused(rtp::Kind wanted, GstCaps* caps) = 0;
    /// RTP only: before the first packet goes on.
    virtual void on_ssrc(std::uint32_t ssrc) = 0;
    /// Nothing passes for so long, since the timestamps are ahead of the clock.
    virtual void on_ahead(GstClockTime time) = 0;
    /// A tag says that pictures are to be turned, which those that are encoded cannot be.
    virtual void on_turned(const char* orientation) = 0;
    /// Somebody needs a keyframe, and upstream makes none.
    virtual void on_no_keyframe() = 0;
    virtual void on_end_of_stream() = 0;
    /// After an end: there will be more.
    virtual void on_resumed() = 0;
    /// Nothing is known of the input any more.
    virtual void on_forgotten() = 0;

   protected:
    ~Listener() = default;
  };

  using Arrival = Outlets::Arrival;
  using Gate = Outlets::Gate;
  using Outlet = Outlets::Outlet;

  /// What the input may be.
  struct Choice {
    rtp::Kind kind;
    glib::Ref<GstCaps> acceptable;
  };

  /// Of several choices, the first caps take one.
  Input(std::vector<Choice> choices, Listener& listener);

  /// Links a new source pad to `peer`, which has to be active.
  [[nodiscard]] std::shared_ptr<const Outlet> add(GstPad* peer, Gate gate);
  void remove(const std::shared_ptr<const Outlet>& outlet) { outlets_.remove(element(), outlet); }
  /// Any thread, from the next buffer on.
  void set_muted(bool is_muted) { is_muted_ = is_muted; }
  /// Lets go of what waits to be due, and takes no more until the next start. Any thread.
  void interrupt() { pacer_.interrupt(); }

  // Node
  GstFlowReturn on_buffer(glib::Ref<GstBuffer> buffer) override;
  GstFlowReturn on_list(glib::Ref<GstBufferList> list) override;
  bool on_sink_event(glib::Ref<GstEvent> event) override;
  bool on_src_event(GstPad* pad, glib::Ref<GstEvent> event) override;
  std::optional<bool> on_sink_query(GstQuery* query) override;
  std::optional<bool> on_src_query(GstPad* pad, GstQuery* query) override;
  void on_refused(GstCaps* caps) override;
  void on_state_change(GstStateChange transition) override { pacer_.change_state(element(), transition); }
  void on_reset() override;

 private:
  bool on_caps(const glib::Ref<GstEvent>& event);
  /// Those that are left.
  [[nodiscard]] std::span<const Choice> choices() const;
  [[nodiscard]] glib::Ref<GstCaps> acceptable() const;
  [[nodiscard]] bool is_raw_video() const;
  void on_tags(const glib::Ref<GstEvent>& event);
  void on_segment(glib::Ref<GstEvent> event);
  void on_gap(const glib::Ref<GstEvent>& event);
  void on_end();
  void on_flush_stop(GstEvent* event);
  /// Makes sure that the segment is passed on, and waits until what has this timestamp is due. False: it is to be given
  /// up.
  [[nodiscard]] bool await(GstClockTime timestamp);
  [[nodiscard]] bool is_live();
  /// Whether decoding can start with it.
  [[nodiscard]] bool note(GstBuffer* buffer);

  const std::vector<Choice> choices_;
  std::atomic<const Choice*> choice_ = nullptr;  // once it is made; set on the streaming thread
  Listener& listener_;
  std::atomic<unsigned> pad_count_ = 0;
  std::atomic<bool> is_muted_ = false;
  std::atomic<bool> is_raw_ = false;

  // Streaming thread:
  std::optional<Source> source_;
  RtpInput rtp_;
  Timeline timeline_;
  std::optional<bool> is_live_;  // absent: upstream is to be asked
  bool has_refused_ = false;     // caps, and that has been said
  bool has_ended_ = false;
  bool is_other_ = false;  // what comes next, than what came before
  bool is_ahead_ = false;
  bool is_turned_ = false;  // though encoded, and that has been said

  KeyframeWatch keyframes_;
  Pacer pacer_;

  Outlets outlets_;
};

}  // namespace rtcmc::send
