// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "gst_ref.hpp"
#include "media/form.hpp"
#include "media/node.hpp"
#include "receive/choke.hpp"
#include "receive/queue_age.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive {

/// What downstream of a source pad is told of a stream.
struct StreamName {
  glib::Ref<GstStream> stream;
  guint group_id;
};

struct QueueLevel {
  std::size_t buffers;
  bool is_full;  // but for time
};

/// What enters a slot.
struct Passing {
  Form form;
  rtp::Codec codec;
};

/// Where one stream after another enters a slot: downstream sees a single stream that changes now and then, and never
/// ends. Of encoded video it lets in no more than downstream has room for, always up to a gap and from a keyframe on.
///
/// Threads: data from one streaming thread at a time, expect(), begin_empty() and end() on the room's while no data can
/// come, close() on the application's, the rest on any.
class Relay final : public Node {
 public:
  /// `level`: of the queue behind it. Asked on the streaming thread.
  explicit Relay(std::function<QueueLevel()> level);

  [[nodiscard]] GstPad* src_pad() const { return src_.get(); }
  /// The raw format that passed last; null before that, and for encoded media.
  [[nodiscard]] glib::Ref<GstCaps> last_raw_caps() const;

  void set_latency(GstClockTime latency) { latency_ = latency; }
  /// What comes from now on is another stream.
  void expect(StreamName name, const Passing& passing);
  /// What downstream may choose from: it is told before the next data.
  void set_collection(glib::Ref<GstStreamCollection> collection);
  /// Whether downstream has been told of a format and a time.
  [[nodiscard]] bool has_begun() const { return GST_CLOCK_TIME_IS_VALID(position_); }
  /// Downstream is told that nothing comes, in this raw format, until expect() is called.
  void begin_empty(StreamName name, GstCaps* caps);
  /// Nothing comes until expect() is called.
  void end();
  /// Nothing passes any more, for ever.
  void close() { closed_ = true; }
  /// Downstream gets an end of stream, and nothing after it until the element is stopped.
  void end_of_stream();

  GstFlowReturn on_buffer(glib::Ref<GstBuffer> buffer) override;
  GstFlowReturn on_list(glib::Ref<GstBufferList> list) override;
  bool on_sink_event(glib::Ref<GstEvent> event) override;
  bool on_src_event(GstPad* pad, glib::Ref<GstEvent> event) override;
  std::optional<bool> on_sink_query(GstQuery* query) override;
  std::optional<bool> on_src_query(GstPad* pad, GstQuery* query) override;
  void on_reset() override;

 private:
  void expect(StreamName name);
  /// Of encoded video: whether it goes in.
  [[nodiscard]] bool admits(GstBuffer* buffer);
  [[nodiscard]] bool can_start(GstBuffer* buffer);
  [[nodiscard]] bool is_full();
  void push_event(glib::Ref<GstEvent> event);
  void push_collection();
  void note(const GstBuffer* buffer);
  [[nodiscard]] GstFlowReturn judge(GstFlowReturn flow);

  const std::function<QueueLevel()> level_;
  const glib::Ref<GstPad> src_;
  std::atomic<GstClockTime> latency_ = 0;  // at least
  std::atomic<bool> closed_ = false;
  std::atomic<bool> at_end_ = false;
  std::atomic<bool> collection_due_ = false;

  // Streaming thread, or the room's while there is none:
  StreamName name_;
  std::optional<Passing> guarded_;  // what passes is encoded video
  Choke choke_;
  QueueAge age_;
  std::optional<std::uint32_t> rtp_timestamp_;  // of the latest packet
  bool tag_due_ = false;
  bool discontinuous_ = false;
  GstClockTime position_ = GST_CLOCK_TIME_NONE;  // end of the latest buffer
  GstFlowReturn last_flow_ = GST_FLOW_OK;

  mutable std::mutex mutex_;  // of what follows
  glib::Ref<GstCaps> raw_caps_;
  glib::Ref<GstStreamCollection> collection_;
};

}  // namespace rtcmc::receive
