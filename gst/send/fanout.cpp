// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/fanout.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "rtp/keyframe.hpp"
#include "send/log.hpp"
#include "send/subscriber.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

Fanout::Fanout(rtp::Codec codec, std::optional<rtp::Renumbering> renumbering, Clock clock)
    : codec_(codec),
      is_video_(rtp::info(codec).kind == rtp::Kind::Video),
      clock_(clock),
      is_renumbered_(renumbering.has_value()),
      renumbering_(std::move(renumbering)),
      classifier_(codec) {
  gst_segment_init(&segment_, GST_FORMAT_TIME);
}

std::shared_ptr<Fanout::Subscriber> Fanout::add(const PacketFormat& format,
                                                std::shared_ptr<Transmission> transmission) {
  const auto subscriber = std::make_shared<Subscriber>(*this, std::move(transmission), is_video_, false);
  // In this order: nothing that others have on its way gets the new format.
  subscriber->transmission().give_to(subscriber);
  if (!subscriber->transmission().set_format(format)) {
    GST_WARNING_OBJECT(element(), "a peer wants payload type %u and mid \"%s\" with id %u, which RTP cannot carry",
                       format.payload_type, format.mid.c_str(), format.mid_extension_id.value_or(0));
    return nullptr;
  }
  change_subscribers(subscriber, nullptr);
  request_first_keyframe();
  return subscriber;
}

std::shared_ptr<Fanout::Subscriber> Fanout::add_successor(std::shared_ptr<Transmission> transmission) {
  const auto subscriber = std::make_shared<Subscriber>(*this, std::move(transmission), is_video_, true);
  change_subscribers(subscriber, nullptr);
  start(*subscriber);
  return subscriber;
}

void Fanout::remove(const std::shared_ptr<Subscriber>& subscriber) {
  subscriber->stop();
  change_subscribers(nullptr, subscriber);
}

void Fanout::start(Subscriber& subscriber) {
  bool is_served = true;
  {
    const std::lock_guard lock(mutex_);
    const auto keyframe = is_video_ ? history_.keyframe() : std::nullopt;
    const bool is_young = keyframe && clock_() - history_.at(*keyframe).time <= kYoung;
    subscriber.start(is_young ? *keyframe : history_.end());
    is_served = is_young || !is_video_;
  }
  subscriber.serve(*this);
  if (!is_served) {
    request_first_keyframe();
  }
}

void Fanout::thin(Subscriber& subscriber, Portion portion, std::uint64_t rate) {
  bool ask = false;
  bool is_slow = false;
  {
    const std::lock_guard lock(mutex_);
    subscriber.thin(portion, rate);
    ask = is_slide_due(subscriber, portion);
    is_slow = subscriber.portion() == Portion::KeyframesOnly;
  }
  if (ask) {
    ask_for_keyframe();
  }
  if (is_slow) {
    subscriber.serve(*this);
  }
}

bool Fanout::is_slide_due(Subscriber& subscriber, Portion wanted) {
  const auto now = clock_();
  const bool waits = subscriber.portion() == Portion::KeyframesOnly || subscriber.portion() > wanted;
  return waits && now - keyframe_at_ >= kSlide && gate_.on_request(now);
}

Portion Fanout::portion(const Subscriber& subscriber) const {
  const std::lock_guard lock(mutex_);
  return subscriber.portion();
}

std::optional<PortionRates> Fanout::rates() {
  const std::lock_guard lock(mutex_);
  return rate_.value(clock_());
}

void Fanout::forget_past() {
  const std::lock_guard lock(mutex_);
  history_.forget_keyframe();
}

void Fanout::request_keyframe() {
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    ask = is_video_ && gate_.on_request(clock_());
  }
  if (ask) {
    ask_for_keyframe();
  }
}

void Fanout::request_first_keyframe() {
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    ask = is_video_ && gate_.on_newcomer(clock_());
  }
  if (ask) {
    ask_for_keyframe();
  }
}

void Fanout::request_keyframe(Subscriber& subscriber) {
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    ask = is_video_ && subscriber.budget().on_request(clock_()) && gate_.on_request(clock_());
  }
  if (ask) {
    ask_for_keyframe();
  }
}

void Fanout::on_feedback(Subscriber& subscriber, const rtp::Feedback& feedback) {
  Transmission& transmission = subscriber.transmission();
  if (const auto* block = std::get_if<rtp::ReportBlock>(&feedback)) {
    transmission.take(*block);
  } else if (const auto* nack = std::get_if<rtp::Nack>(&feedback)) {
    repair(subscriber, *nack);
  } else if (const auto* loss = std::get_if<rtp::PictureLoss>(&feedback)) {
    transmission.take(*loss);
    request_keyframe(subscriber);
  } else if (const auto* request = std::get_if<rtp::FullIntraRequest>(&feedback);
             request && transmission.take(*request)) {
    request_keyframe(subscriber);
  }
}

void Fanout::repair(const Subscriber& subscriber, const rtp::Nack& nack) {
  const auto missing = subscriber.transmission().missing(subscriber, nack);
  std::vector<Transmission::Repair> repairs;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [sequence, in_source] : missing) {
      if (const History::Entry* entry = history_.find(in_source)) {
        repairs.push_back({sequence, *entry});
      }
    }
  }
  if (!repairs.empty()) {
    subscriber.transmission().send_again(subscriber, repairs, clock_());
  }
}

bool Fanout::is_keyframe_due(bool is_keyframe) {
  const auto now = clock_();
  bool requested = false;
  for (const auto& subscriber : *subscribers_) {
    requested |= subscriber->budget().on_frame(now, is_keyframe);
  }
  // Both are to hear of it.
  return std::max(gate_.on_frame(now, is_keyframe), requested && gate_.on_request(now));
}

std::optional<std::uint16_t> Fanout::next_sequence() const {
  const std::lock_guard lock(mutex_);
  if (renumbering_) {
    return renumbering_->next_sequence();
  }
  return last_sequence_ ? std::optional(static_cast<std::uint16_t>(*last_sequence_ + 1)) : std::nullopt;
}

glib::Ref<GstCaps> Fanout::payloader_caps() const {
  const std::lock_guard lock(mutex_);
  return payloader_caps_;
}

GstFlowReturn Fanout::on_buffer(glib::Ref<GstBuffer> buffer) {
  auto list = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(1));
  gst_buffer_list_add(list.get(), buffer.release());
  return on_list(std::move(list));
}

GstFlowReturn Fanout::on_list(glib::Ref<GstBufferList> list) {
  const guint length = gst_buffer_list_length(list.get());
  for (guint first = 0; first < length; first += kAtOnce) {
    pass(list.get(), first, std::min(length, first + kAtOnce));
  }
  return GST_FLOW_OK;
}

void Fanout::pass(GstBufferList* list, guint first, guint end) {
  bool ask = false;
  std::shared_ptr<const Subscribers> subscribers;
  {
    const std::lock_guard lock(mutex_);
    for (guint i = first; i < end; ++i) {
      ask = keep(gst_buffer_list_get(list, i)) || ask;
    }
    subscribers = subscribers_;
  }
  if (ask) {
    ask_for_keyframe();
  }
  for (const auto& subscriber : *subscribers) {
    subscriber->serve(*this);
  }
}

bool Fanout::keep(GstBuffer* packet) {
  const auto now = clock_();
  const auto header = header_of(packet);
  std::optional<rtp::Renumbering::Decision> decision = rtp::Renumbering::Decision{};
  if (header && renumbering_) {
    decision = renumbering_->on_packet(*header, now);
  }
  auto entry = header && decision ? entry_of(packet, decision->shift, now) : std::nullopt;
  if (!entry) {
    return false;
  }
  if (decision->begins_anew) {
    begin_anew();
  }
  classify(packet, *entry);
  if (is_video_) {
    rate_.add(entry->payload->size(), entry->frame, now);
  }
  last_sequence_ = header->sequence;
  note_time(packet, entry->header.timestamp());
  const bool is_keyframe = entry->is_keyframe_start;
  const bool is_frame = entry->is_frame_start;
  history_.append(*std::move(entry));
  if (!is_video_) {
    return false;
  }
  const bool is_due = (is_frame || is_keyframe) && is_keyframe_due(is_keyframe);
  return (decision->begins_anew && !is_keyframe && gate_.on_request(now)) || is_due;
}

void Fanout::classify(GstBuffer* packet, History::Entry& entry) {
  const std::uint32_t timestamp = entry.header.timestamp();
  entry.is_frame_start = std::exchange(last_timestamp_, timestamp) != timestamp;
  if (!is_video_) {
    return;
  }
  HeaderWindow window;
  const auto bytes = first_bytes(packet, window);
  const auto payload = bytes.subspan(rtp::PacketHeader::parse(bytes)->size);
  const auto verdict = classifier_.on_packet(timestamp, payload);
  if (verdict.completed) {
    history_.classify(frame_begin_, *verdict.completed);
    frame_begin_ = history_.end();
  }
  const auto first = std::max(frame_begin_, history_.begin());
  if (verdict.frame != rtp::FrameClass::Unknown && first < history_.end() &&
      history_.at(first).frame == rtp::FrameClass::Unknown) {
    history_.classify(first, verdict.frame);
  }
  entry.frame = verdict.frame;
  // Of parameter sets and slices with one timestamp, the first is where a decoder starts.
  if (timestamp != keyframe_timestamp_ && rtp::starts_keyframe(codec_, payload)) {
    keyframe_timestamp_ = timestamp;
    keyframe_at_ = entry.time;
    entry.is_keyframe_start = true;
  }
}

void Fanout::note_time(GstBuffer* packet, std::uint32_t rtp_timestamp) {
  const GstClockTimeDiff age = age_of(packet);
  const std::uint64_t in_ntp =
      gst_util_uint64_scale(static_cast<std::uint64_t>(std::abs(age)), std::uint64_t{1} << 32U, GST_SECOND);
  clock_pair_ = {age < 0 ? ntp_now() + in_ntp : ntp_now() - in_ntp, rtp_timestamp};
}

GstClockTimeDiff Fanout::age_of(GstBuffer* packet) const {
  const auto clock = glib::Ref<GstClock>::adopt(gst_element_get_clock(element()));
  const GstClockTime captured = gst_segment_to_running_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(packet));
  if (!clock || !GST_CLOCK_TIME_IS_VALID(captured)) {
    return 0;
  }
  return GST_CLOCK_DIFF(captured, gst_clock_get_time(clock.get()) - gst_element_get_base_time(element()));
}

void Fanout::begin_anew() {
  GST_INFO_OBJECT(element(), "the input's packets are numbered anew: another sender, or one that began again");
  keyframe_timestamp_.reset();
  if (is_video_) {
    history_.forget_keyframe();
    for (const auto& subscriber : *subscribers_) {
      subscriber->wait_again(history_);
    }
  }
}

bool Fanout::on_sink_event(glib::Ref<GstEvent> event) {
  // Peers have a stream of their own, which does not end, flush or change its caps with ours.
  const std::lock_guard lock(mutex_);
  if (GST_EVENT_TYPE(event.get()) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event.get(), &segment_);
  } else if (GST_EVENT_TYPE(event.get()) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event.get(), &caps);
    payloader_caps_ = glib::Ref<GstCaps>::share(caps);
  } else if (renumbering_ && GST_EVENT_TYPE(event.get()) == GST_EVENT_STREAM_START) {
    renumbering_->expect_change();
  } else if (renumbering_ && gst_event_has_name(event.get(), kLeftOutEvent)) {
    renumbering_->close_gap();
  }
  return true;
}

std::optional<bool> Fanout::on_sink_query(GstQuery* query) {
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      auto caps = glib::Ref<GstCaps>::adopt(gst_caps_new_empty_simple("application/x-rtp"));
      if (filter) {
        caps = glib::Ref<GstCaps>::adopt(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
      }
      gst_query_set_caps_result(query, caps.get());
      return true;
    }
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_set_accept_caps_result(query, TRUE);
      return true;
    case GST_QUERY_ALLOCATION:
      return false;
    default:
      return std::nullopt;
  }
}

void Fanout::on_reset() {
  const std::lock_guard lock(mutex_);
  history_.clear();
  for (const auto& subscriber : *subscribers_) {
    subscriber->wait_again(history_);
  }
  gate_ = {};
  keyframe_timestamp_.reset();
  rate_ = {};
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  payloader_caps_.reset();
}

void Fanout::change_subscribers(const std::shared_ptr<Subscriber>& added, const std::shared_ptr<Subscriber>& removed) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<Subscribers>(*subscribers_);
  std::erase(*changed, removed);
  if (added) {
    changed->push_back(added);
  }
  subscribers_ = std::move(changed);
}

void Fanout::ask_for_keyframe() const {
  GST_DEBUG_OBJECT(element(), "asks for a keyframe");
  gst_pad_push_event(sink_pad(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

}  // namespace rtcmc::send
