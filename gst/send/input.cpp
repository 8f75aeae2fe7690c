// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/input.hpp"

#include <gst/video/video.h>

#include <string_view>
#include <utility>

#include "send/allocation.hpp"
#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

/// Nobody means to wait longer than this: such timestamps are those of another clock, often the time of day.
constexpr GstClockTime kFarAhead = 600 * GST_SECOND;

void answer_caps_query(GstQuery* query, GstCaps* caps) {
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  const auto result = filter
                          ? glib::Ref<GstCaps>::adopt(gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST))
                          : glib::Ref<GstCaps>::share(caps);
  gst_query_set_caps_result(query, result.get());
}

GstCaps* caps_in(GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  return caps;
}

/// What is to be sent first counts: decoding order.
GstClockTime timestamp_of(GstBuffer* buffer) {
  return GST_BUFFER_DTS_IS_VALID(buffer) ? GST_BUFFER_DTS(buffer) : GST_BUFFER_PTS(buffer);
}

}  // namespace

Input::Input(std::vector<Choice> choices, Listener& listener)
    : choices_(std::move(choices)), choice_(choices_.size() == 1 ? &choices_.front() : nullptr), listener_(listener) {}

std::span<const Input::Choice> Input::choices() const {
  const Choice* choice = choice_;
  return choice ? std::span(choice, 1) : std::span(choices_);
}

glib::Ref<GstCaps> Input::acceptable() const {
  auto all = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  for (const Choice& choice : choices()) {
    gst_caps_append(all.get(), gst_caps_copy(choice.acceptable.get()));
  }
  return all;
}

std::shared_ptr<const Input::Outlet> Input::add(GstPad* peer, Gate gate) {
  return outlets_.add(element(), make_src_pad("src_" + std::to_string(pad_count_++)), peer, std::move(gate));
}

bool Input::is_live() {
  if (!is_live_) {
    const auto query = glib::Ref<GstQuery>::adopt(gst_query_new_latency());
    gboolean live = FALSE;
    if (gst_pad_peer_query(sink_pad(), query.get())) {
      gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
    }
    is_live_ = live != FALSE;
    GST_DEBUG_OBJECT(element(), "upstream is %s", *is_live_ ? "live" : "not live: paced by the clock");
  }
  return *is_live_;
}

bool Input::await(GstClockTime timestamp) {
  const auto now = pacer_.now(element());
  if (auto segment = timeline_.begin(timestamp, now)) {
    outlets_.keep(Outlets::Kept::Segment, segment);
  }
  if (is_live()) {
    return true;
  }
  const GstClockTime due = timeline_.due(timestamp, now);
  if (now && GST_CLOCK_TIME_IS_VALID(due) && due > *now + kFarAhead && !std::exchange(is_ahead_, true)) {
    listener_.on_ahead(due - *now);
  }
  return pacer_.wait(element(), due);
}

GstFlowReturn Input::on_buffer(glib::Ref<GstBuffer> buffer) {
  if (!source_) {
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (rtp_.is_incomplete()) {
    auto list = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(1));
    gst_buffer_list_add(list.get(), buffer.release());
    return on_list(std::move(list));
  }
  if (!await(timestamp_of(buffer.get()))) {
    return GST_FLOW_FLUSHING;
  }
  buffer = timeline_.stamped(std::move(buffer), pacer_.now(element()));
  const bool can_start = note(buffer.get());
  outlets_.push(buffer, {can_start, is_muted_, std::exchange(is_other_, false)});
  return GST_FLOW_OK;
}

GstFlowReturn Input::on_list(glib::Ref<GstBufferList> list) {
  if (!source_) {
    return GST_FLOW_NOT_NEGOTIATED;
  }
  const guint length = gst_buffer_list_length(list.get());
  if (length == 0) {
    return GST_FLOW_OK;
  }
  if (!await(timestamp_of(gst_buffer_list_get(list.get(), 0)))) {
    return GST_FLOW_FLUSHING;
  }
  list = timeline_.stamped(std::move(list), pacer_.now(element()));
  bool start = false;
  for (guint i = 0; i < length; ++i) {
    start = note(gst_buffer_list_get(list.get(), i)) || start;
  }
  if (rtp_.is_incomplete()) {
    list = rtp_.complete(list);
  }
  outlets_.push(list, {start, is_muted_, std::exchange(is_other_, false)});
  return GST_FLOW_OK;
}

bool Input::note(GstBuffer* buffer) {
  const bool is_rtp = source_->form == Form::Rtp;
  if (const auto ssrc = is_rtp ? rtp_.look_for_ssrc(buffer) : std::nullopt) {
    listener_.on_ssrc(*ssrc);
  }
  timeline_.note(buffer);
  const bool can_start = is_rtp ? RtpInput::can_start(*source_->codec, buffer)
                                : !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (keyframes_.on_data(timeline_.due_end(), can_start)) {
    listener_.on_no_keyframe();
  }
  return can_start;
}

bool Input::on_sink_event(glib::Ref<GstEvent> event) {
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_STREAM_START:
      is_other_ = source_.has_value();
      outlets_.forget(Outlets::Kept::Orientation);
      outlets_.keep(Outlets::Kept::StreamStart, event);
      return true;
    case GST_EVENT_CAPS:
      return on_caps(event);
    case GST_EVENT_SEGMENT:
      on_segment(std::move(event));
      return true;
    case GST_EVENT_GAP:
      on_gap(event);
      return true;
    case GST_EVENT_EOS:
      on_end();
      return true;
    // Nothing that waits in a branch is worth flushing.
    case GST_EVENT_FLUSH_START:
      pacer_.set_flushing(true);
      return true;
    case GST_EVENT_FLUSH_STOP:
      on_flush_stop(event.get());
      return true;
    // Peers have no use for them.
    case GST_EVENT_TOC:
      return true;
    case GST_EVENT_TAG:
      on_tags(event);
      return true;
    default:
      outlets_.push_event(event);
      return true;
  }
}

bool Input::on_caps(const glib::Ref<GstEvent>& event) {
  GstCaps* caps = caps_in(event.get());
  source_.reset();
  for (const Choice& choice : choices()) {
    const auto source = classify(caps, choice.kind);
    if (source && listener_.on_source(choice.kind, *source, caps)) {
      choice_ = &choice;
      source_ = source;
      break;
    }
  }
  if (!source_) {
    return false;
  }
  is_raw_ = source_->form == Form::Raw;
  if (source_->form != Form::Rtp) {
    rtp_ = {};
  } else if (const auto ssrc = rtp_.set_caps(*source_->codec, caps)) {
    listener_.on_ssrc(*ssrc);
  }
  outlets_.keep(Outlets::Kept::Caps, event);
  if (const auto tags = is_raw_ ? nullptr : outlets_.kept(Outlets::Kept::Orientation)) {
    outlets_.forget(Outlets::Kept::Orientation);
    on_tags(tags);
  }
  return true;
}

void Input::on_tags(const glib::Ref<GstEvent>& event) {
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event.get(), &tags);
  gchar* raw = nullptr;
  if (gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &raw) == FALSE) {
    return;
  }
  const glib::String orientation(raw);
  if (source_ && source_->form != Form::Raw) {
    if (std::string_view(raw) != "rotate-0" && !std::exchange(is_turned_, true)) {
      listener_.on_turned(raw);
    }
    return;
  }
  outlets_.keep(Outlets::Kept::Orientation, event);
}

void Input::on_segment(glib::Ref<GstEvent> event) {
  timeline_.set_segment(std::move(event));
  keyframes_.restart();
  is_live_.reset();  // another source, maybe
  if (std::exchange(has_ended_, false)) {
    listener_.on_resumed();
  }
}

void Input::on_gap(const glib::Ref<GstEvent>& event) {
  GstClockTime timestamp = GST_CLOCK_TIME_NONE;
  gst_event_parse_gap(event.get(), &timestamp, nullptr);
  if (await(timestamp)) {
    outlets_.push_event(event);
  }
}

void Input::on_end() {
  // What came last has its time, too.
  if (is_live() || pacer_.wait(element(), timeline_.due_end())) {
    has_ended_ = true;
    listener_.on_end_of_stream();
  }
}

void Input::on_flush_stop(GstEvent* event) {
  gboolean reset_time = FALSE;
  gst_event_parse_flush_stop(event, &reset_time);
  if (reset_time) {
    // Of a live stream, only its own timestamps say how long it rested.
    timeline_.flush(is_live_.value_or(false) ? std::nullopt : pacer_.now(element()));
  }
  pacer_.set_flushing(false);
}

bool Input::on_src_event(GstPad*, glib::Ref<GstEvent> event) {
  // Nothing else concerns upstream: one branch must not change what all of them get.
  if (!gst_video_event_is_force_key_unit(event.get())) {
    return true;
  }
  if (is_raw_) {
    return true;
  }
  keyframes_.on_request();
  return gst_pad_push_event(sink_pad(), event.release()) != FALSE;
}

std::optional<bool> Input::on_sink_query(GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) {
    answer_caps_query(query, acceptable().get());
    return true;
  }
  if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION && is_raw_video()) {
    propose_allocation(query);
    return true;
  }
  // A branch would answer in its own time, and one for all of them.
  const bool is_serialized = (gst_query_type_get_flags(GST_QUERY_TYPE(query)) & GST_QUERY_TYPE_SERIALIZED) != 0;
  return is_serialized ? std::optional(false) : std::nullopt;
}

bool Input::is_raw_video() const {
  const auto* choice = choice_.load();
  return is_raw_ && choice && choice->kind == rtp::Kind::Video;
}

std::optional<bool> Input::on_src_query(GstPad*, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) {
    return std::nullopt;
  }
  const auto caps = outlets_.kept(Outlets::Kept::Caps);
  answer_caps_query(query, caps ? caps_in(caps.get()) : acceptable().get());
  return true;
}

void Input::on_refused(GstCaps* caps) {
  if (std::exchange(has_refused_, true)) {
    return;
  }
  const rtp::Kind kind = choices().front().kind;
  const rtp::Kind other = kind == rtp::Kind::Audio ? rtp::Kind::Video : rtp::Kind::Audio;
  if (choices().size() == 1 && classify(caps, other)) {
    listener_.on_wrong_kind(other);
  } else {
    listener_.on_refused(kind, caps);
  }
}

void Input::on_reset() {
  has_refused_ = false;
  source_.reset();
  rtp_ = {};
  keyframes_.restart();
  timeline_.reset();
  is_live_.reset();
  has_ended_ = false;
  is_ahead_ = false;
  is_turned_ = false;
  is_other_ = false;
  outlets_.forget_all();
  listener_.on_forgotten();
}

}  // namespace rtcmc::send
