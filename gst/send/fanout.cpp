// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/fanout.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <utility>

#include "rtp/keyframe.hpp"
#include "send/log.hpp"
#include "send/packets.hpp"
#include "send/subscriber.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

glib::Ref<GstEvent> default_segment() {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  return glib::Ref<GstEvent>::adopt(gst_event_new_segment(&segment));
}

}  // namespace

Fanout::Fanout(rtp::Codec codec, std::string stream_id, std::optional<rtp::Renumbering> renumbering, Clock clock)
    : codec_(codec),
      is_video_(rtp::info(codec).kind == rtp::Kind::Video),
      stream_id_(std::move(stream_id)),
      clock_(clock),
      is_renumbered_(renumbering.has_value()),
      renumbering_(std::move(renumbering)),
      segment_(default_segment()) {}

std::shared_ptr<Fanout::Subscriber> Fanout::add(const PacketFormat& format, std::uint32_t ssrc, GstPad* peer_sink,
                                                const glib::Ref<GstCaps>& caps) {
  const auto mid =
      format.mid_extension_id ? std::optional(rtp::MidExtension{*format.mid_extension_id, format.mid}) : std::nullopt;
  auto rewriter = rtp::PacketRewriter::create(format.payload_type, ssrc, mid);
  if (!rewriter) {
    GST_WARNING_OBJECT(element(), "a peer wants payload type %u and mid \"%s\" with id %u, which RTP cannot carry",
                       format.payload_type, format.mid.c_str(), format.mid_extension_id.value_or(0));
    return nullptr;
  }
  unsigned number = 0;
  glib::Ref<GstEvent> segment;
  {
    const std::lock_guard lock(mutex_);
    number = pad_count_++;
    segment = segment_;
  }
  auto subscriber =
      std::make_shared<Subscriber>(format, *std::move(rewriter), make_src_pad("src_" + std::to_string(number)), caps);
  gst_pad_set_active(subscriber->pad(), TRUE);
  gst_element_add_pad(element(), subscriber->pad());
  const GstPadLinkReturn linked = gst_pad_link(subscriber->pad(), peer_sink);
  if (linked != GST_PAD_LINK_OK) {
    GST_WARNING_OBJECT(element(), "cannot be linked to a peer's pad: %s", gst_pad_link_get_name(linked));
    gst_element_remove_pad(element(), subscriber->pad());
    return nullptr;
  }
  subscriber->announce(stream_id_, segment);
  change_subscribers(subscriber, nullptr);
  return subscriber;
}

void Fanout::remove(const std::shared_ptr<Subscriber>& subscriber) {
  subscriber->stop();
  change_subscribers(nullptr, subscriber);
  // A push under way has its own references; it ends as flushing or not linked.
  if (const auto peer = glib::Ref<GstPad>::adopt(gst_pad_get_peer(subscriber->pad()))) {
    gst_pad_unlink(subscriber->pad(), peer.get());
  }
  gst_pad_set_active(subscriber->pad(), FALSE);
  gst_element_remove_pad(element(), subscriber->pad());
}

void Fanout::start(Subscriber& subscriber) {
  // Waiting first, so that a keyframe that comes before the gate is asked is not missed.
  subscriber.start();
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    ask = is_video_ && gate_.on_newcomer(clock_());
  }
  if (ask) {
    ask_for_keyframe();
  }
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

void Fanout::request_keyframe(GstPad* pad) {
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    const auto known = std::ranges::find(*subscribers_, pad, &Subscriber::pad);
    ask = is_video_ && known != subscribers_->end() && (*known)->budget().on_request(clock_()) &&
          gate_.on_request(clock_());
  }
  if (ask) {
    ask_for_keyframe();
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
  if (length == 0) {
    return GST_FLOW_OK;
  }
  if (is_renumbered_ && length > 1) {
    for (guint i = 0; i < length; ++i) {
      on_buffer(glib::Ref<GstBuffer>::share(gst_buffer_list_get(list.get(), i)));
    }
    return GST_FLOW_OK;
  }
  rtp::Shift shift;
  bool begins_anew = false;
  bool ask = false;
  bool is_new_frame = false;
  std::optional<guint> start;
  std::shared_ptr<const Subscribers> subscribers;
  glib::Ref<GstEvent> segment;
  {
    const std::lock_guard lock(mutex_);
    const auto last = header_of(gst_buffer_list_get(list.get(), length - 1));
    if (renumbering_) {
      const auto decision = last ? renumbering_->on_packet(*last, clock_()) : std::nullopt;
      if (!decision) {
        return GST_FLOW_OK;
      }
      shift = decision->shift;
      begins_anew = decision->begins_anew;
    }
    if (begins_anew) {
      begin_anew();
    }
    if (last) {
      last_sequence_ = last->sequence;
      is_new_frame = last_timestamp_ != last->timestamp;
      last_timestamp_ = last->timestamp;
    }
    start = is_video_ ? find_keyframe(list.get()) : 0;
    ask = is_video_ && is_keyframe_due(start.has_value());
    if (is_video_ && begins_anew && !start) {
      ask = gate_.on_request(clock_()) || ask;
    }
    subscribers = subscribers_;
    segment = segment_;
  }
  if (ask) {
    ask_for_keyframe();
  }
  if (start.value_or(0) == 0) {
    deliver(*subscribers, {list, shift, start.has_value(), is_new_frame, segment});
  } else {
    deliver(*subscribers, {part_of(list.get(), 0, *start), shift, false, false, segment});
    deliver(*subscribers, {part_of(list.get(), *start, length), shift, true, is_new_frame, segment});
  }
  return GST_FLOW_OK;
}

std::optional<guint> Fanout::find_keyframe(GstBufferList* list) {
  HeaderWindow window;
  for (guint i = 0; i < gst_buffer_list_length(list); ++i) {
    const auto bytes = first_bytes(gst_buffer_list_get(list, i), window);
    const auto header = rtp::PacketHeader::parse(bytes);
    // Of parameter sets and slices with one timestamp, the first is where a decoder starts.
    if (header && header->timestamp != keyframe_timestamp_ &&
        rtp::starts_keyframe(codec_, bytes.subspan(header->size))) {
      keyframe_timestamp_ = header->timestamp;
      return i;
    }
  }
  return std::nullopt;
}

void Fanout::begin_anew() {
  GST_INFO_OBJECT(element(), "the input's packets are numbered anew: another sender, or one that began again");
  keyframe_timestamp_.reset();
  if (is_video_) {
    for (const auto& subscriber : *subscribers_) {
      subscriber->wait_again();
    }
  }
}

void Fanout::deliver(const Subscribers& subscribers, const Parcel& parcel) const {
  struct Variant {
    const Subscriber* first;
    glib::Ref<GstBufferList> list;
  };
  const auto first = header_of(gst_buffer_list_get(parcel.list.get(), 0));
  const guint length = gst_buffer_list_length(parcel.list.get());
  std::vector<Variant> variants;
  for (const auto& subscriber : subscribers) {
    if (!subscriber->takes(parcel.can_start)) {
      continue;
    }
    if (first) {
      subscriber->continue_with(static_cast<std::uint16_t>(first->sequence + parcel.shift.sequence), length);
    }
    auto variant = std::ranges::find_if(variants, [&](const Variant& v) { return v.first->is_like(*subscriber); });
    if (variant == variants.end()) {
      const rtp::Shift shift{static_cast<std::uint16_t>(parcel.shift.sequence + subscriber->sequence_shift()),
                             parcel.shift.timestamp};
      variants.push_back({subscriber.get(), rewritten(parcel.list.get(), subscriber->rewriter(), shift)});
      variant = std::prev(variants.end());
    }
    if (gst_buffer_list_length(variant->list.get()) > 0) {
      subscriber->announce(stream_id_, parcel.segment);
      subscriber->push(variant->list, is_video_);
      subscriber->count(parcel.is_new_frame);
    }
  }
}

bool Fanout::on_sink_event(glib::Ref<GstEvent> event) {
  // Peers have a stream of their own, which does not end, flush or change its caps with ours.
  const std::lock_guard lock(mutex_);
  if (GST_EVENT_TYPE(event.get()) == GST_EVENT_SEGMENT) {
    segment_ = std::move(event);
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

bool Fanout::on_src_event(GstPad* pad, glib::Ref<GstEvent> event) {
  // QoS, reconfigure, latency, seek: no single peer may change what all of them get.
  if (gst_video_event_is_force_key_unit(event.get())) {
    request_keyframe(pad);
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

std::optional<bool> Fanout::on_src_query(GstPad* pad, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) {
    return std::nullopt;
  }
  const auto current = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  auto caps = current ? current : glib::Ref<GstCaps>::adopt(gst_caps_new_empty_simple("application/x-rtp"));
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  if (filter) {
    caps = glib::Ref<GstCaps>::adopt(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
  }
  gst_query_set_caps_result(query, caps.get());
  return true;
}

void Fanout::on_reset() {
  const std::lock_guard lock(mutex_);
  for (const auto& subscriber : *subscribers_) {
    subscriber->wait_again();
    subscriber->forget_announcement();
  }
  gate_ = {};
  keyframe_timestamp_.reset();
  segment_ = default_segment();
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
