// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/relay.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "receive/log.hpp"
#include "rtp/keyframe.hpp"
#include "rtp/packet.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

namespace rtcmc::receive {

namespace {

/// More than a header that browsers write, and what tells a keyframe.
constexpr std::size_t kPacketStart = 320;

/// Of encoded video in a queue.
constexpr GstClockTime kMaxAge = GST_SECOND;

}  // namespace

Relay::Relay(std::function<QueueLevel()> level) : level_(std::move(level)), src_(make_src_pad("src")) {}

glib::Ref<GstCaps> Relay::last_raw_caps() const {
  const std::lock_guard lock(mutex_);
  return raw_caps_;
}

void Relay::expect(StreamName name, const Passing& passing) {
  expect(std::move(name));
  if (passing.form != Form::Raw && rtp::info(passing.codec).kind == rtp::Kind::Video) {
    guarded_ = passing;
  }
}

void Relay::expect(StreamName name) {
  guarded_.reset();
  choke_ = {};
  age_ = {};
  rtp_timestamp_.reset();
  name_ = std::move(name);
  tag_due_ = true;
  discontinuous_ = true;
}

void Relay::set_collection(glib::Ref<GstStreamCollection> collection) {
  {
    const std::lock_guard lock(mutex_);
    collection_ = std::move(collection);
  }
  collection_due_ = true;
}

void Relay::push_collection() {
  collection_due_ = false;
  const auto collection = [this] {
    const std::lock_guard lock(mutex_);
    return collection_;
  }();
  if (collection) {
    push_event(glib::Ref<GstEvent>::adopt(gst_event_new_stream_collection(collection.get())));
  }
}

void Relay::begin_empty(StreamName name, GstCaps* caps) {
  expect(std::move(name));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  for (GstEvent* event : {gst_event_new_stream_start(""), gst_event_new_caps(caps), gst_event_new_segment(&segment)}) {
    on_sink_event(glib::Ref<GstEvent>::adopt(event));
  }
  position_ = 0;
  end();
}

void Relay::end() {
  if (GST_CLOCK_TIME_IS_VALID(position_)) {
    push_event(glib::Ref<GstEvent>::adopt(gst_event_new_gap(position_, GST_CLOCK_TIME_NONE)));
  }
}

void Relay::end_of_stream() {
  if (!at_end_.exchange(true)) {
    gst_pad_push_event(src_.get(), gst_event_new_eos());
  }
}

void Relay::push_event(glib::Ref<GstEvent> event) {
  if (!closed_ && !at_end_) {
    gst_pad_push_event(src_.get(), event.release());
  }
}

void Relay::note(const GstBuffer* buffer) {
  if (GST_BUFFER_PTS_IS_VALID(buffer)) {
    position_ = GST_BUFFER_PTS(buffer) + (GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0);
  }
}

GstFlowReturn Relay::judge(GstFlowReturn flow) {
  // Who has not linked the pad, or does so later, does not want an error for it.
  const bool is_fault = flow < GST_FLOW_EOS;
  if (is_fault && flow != last_flow_) {
    GST_ELEMENT_FLOW_ERROR(element(), flow);
  }
  last_flow_ = flow;
  // Who has had enough (num-buffers, a snapshot) waits for that to say so, as from any source.
  if (flow == GST_FLOW_EOS) {
    end_of_stream();
  }
  // Downstream's fault is told; those who decode are not to take it for theirs.
  return is_fault ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

bool Relay::can_start(GstBuffer* buffer) {
  if (guarded_->form == Form::Encoded) {
    return !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  }
  std::array<std::uint8_t, kPacketStart> bytes;  // not cleared for each packet
  const auto start = std::span(bytes).first(gst_buffer_extract(buffer, 0, bytes.data(), bytes.size()));
  const auto header = rtp::PacketHeader::parse(start);
  // Of a keyframe's packets the first one.
  return header && std::exchange(rtp_timestamp_, header->timestamp) != header->timestamp &&
         rtp::starts_keyframe(guarded_->codec, start.subspan(header->size));
}

bool Relay::is_full() {
  const QueueLevel level = level_();
  return age_.of(level.buffers) >= kMaxAge || level.is_full;
}

bool Relay::admits(GstBuffer* buffer) {
  const bool starts = can_start(buffer);
  const auto decision = choke_.on_arrival(std::chrono::steady_clock::now(), is_full(), starts);
  if (decision.is_first_drop) {
    GST_WARNING_OBJECT(src_.get(), "downstream is too slow: video is dropped up to a keyframe");
  }
  if (decision.asks_for_keyframe) {
    gst_pad_push_event(sink_pad(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  }
  if (decision.passes) {
    age_.add(GST_BUFFER_DTS_OR_PTS(buffer), discontinuous_);
  } else {
    discontinuous_ = true;
  }
  return decision.passes;
}

GstFlowReturn Relay::on_buffer(glib::Ref<GstBuffer> buffer) {
  if (closed_ || at_end_) {
    return GST_FLOW_FLUSHING;
  }
  if (guarded_ && !admits(buffer.get())) {
    return GST_FLOW_OK;
  }
  if (collection_due_) {
    push_collection();
  }
  note(buffer.get());
  GstBuffer* raw = buffer.release();
  if (std::exchange(discontinuous_, false)) {
    raw = gst_buffer_make_writable(raw);
    GST_BUFFER_FLAG_SET(raw, GST_BUFFER_FLAG_DISCONT);
  }
  return judge(gst_pad_push(src_.get(), raw));
}

GstFlowReturn Relay::on_list(glib::Ref<GstBufferList> list) {
  if (closed_ || at_end_) {
    return GST_FLOW_FLUSHING;
  }
  if (guarded_) {
    GstFlowReturn flow = GST_FLOW_OK;
    for (guint i = 0; i < gst_buffer_list_length(list.get()) && flow == GST_FLOW_OK; ++i) {
      flow = on_buffer(glib::Ref<GstBuffer>::share(gst_buffer_list_get(list.get(), i)));
    }
    return flow;
  }
  if (collection_due_) {
    push_collection();
  }
  for (guint i = 0; i < gst_buffer_list_length(list.get()); ++i) {
    note(gst_buffer_list_get(list.get(), i));
  }
  return judge(gst_pad_push_list(src_.get(), list.release()));
}

bool Relay::on_sink_event(glib::Ref<GstEvent> event) {
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_STREAM_START: {
      auto renamed =
          glib::Ref<GstEvent>::adopt(gst_event_new_stream_start(gst_stream_get_stream_id(name_.stream.get())));
      gst_event_set_group_id(renamed.get(), name_.group_id);
      gst_event_set_stream(renamed.get(), name_.stream.get());
      push_event(std::move(renamed));
      push_collection();
      return true;
    }
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      gst_stream_set_caps(name_.stream.get(), caps);
      if (gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw") ||
          gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw")) {
        const std::lock_guard lock(mutex_);
        raw_caps_ = glib::Ref<GstCaps>::share(caps);
      }
      push_event(std::move(event));
      return true;
    }
    case GST_EVENT_SEGMENT:
      push_event(std::move(event));
      if (std::exchange(tag_due_, false)) {
        if (GstTagList* tags = gst_stream_get_tags(name_.stream.get())) {
          push_event(glib::Ref<GstEvent>::adopt(gst_event_new_tag(tags)));
        }
      }
      return true;
    // The end of one stream is not downstream's end.
    case GST_EVENT_EOS:
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
      return true;
    default:
      push_event(std::move(event));
      return true;
  }
}

bool Relay::on_src_event(GstPad*, glib::Ref<GstEvent> event) {
  return gst_pad_push_event(sink_pad(), event.release()) != FALSE;
}

std::optional<bool> Relay::on_sink_query(GstQuery* query) {
  if (gst_query_type_get_flags(GST_QUERY_TYPE(query)) & GST_QUERY_TYPE_SERIALIZED) {
    // The answer (a buffer pool, mostly) would come once downstream has taken all that is in the queue. Downstream may
    // be paused, and a participant's connection must not wait for it.
    return false;
  }
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS:
    case GST_QUERY_ACCEPT_CAPS:
      return gst_pad_peer_query(src_.get(), query) != FALSE;
    default:
      return std::nullopt;
  }
}

std::optional<bool> Relay::on_src_query(GstPad*, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) {
    return std::nullopt;
  }
  GstClockTime min = 0;
  if (gst_pad_peer_query(sink_pad(), query)) {
    gst_query_parse_latency(query, nullptr, &min, nullptr);
  }
  gst_query_set_latency(query, TRUE, std::max(min, latency_.load()), GST_CLOCK_TIME_NONE);
  return true;
}

void Relay::on_reset() {
  at_end_ = false;
  position_ = GST_CLOCK_TIME_NONE;
  last_flow_ = GST_FLOW_OK;
  const std::lock_guard lock(mutex_);
  raw_caps_.reset();
}

}  // namespace rtcmc::receive
