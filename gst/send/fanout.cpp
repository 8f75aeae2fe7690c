// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/fanout.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rtp/keyframe.hpp"
#include "rtp/packet.hpp"
#include "send/log.hpp"
#include "send/subscriber.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

/// More than any header that our payloaders write, extensions included.
constexpr std::size_t kHeaderWindow = 256;

glib::Ref<GstEvent> default_segment() {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  return glib::Ref<GstEvent>::adopt(gst_event_new_segment(&segment));
}

using HeaderWindow = std::array<std::uint8_t, kHeaderWindow>;

std::span<const std::uint8_t> first_bytes(GstBuffer* packet, HeaderWindow& window) {
  return std::span(window).first(gst_buffer_extract(packet, 0, window.data(), window.size()));
}

/// Null if the packet is not RTP.
glib::Ref<GstBuffer> rewritten(GstBuffer* packet, const rtp::PacketRewriter& rewriter) {
  HeaderWindow window;
  std::array<std::uint8_t, rtp::PacketRewriter::kMaxHeaderSize> new_header{};
  const auto sizes = rewriter.rewrite(first_bytes(packet, window), new_header);
  if (!sizes) {
    return nullptr;
  }
  auto result = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, sizes->written, nullptr));
  gst_buffer_fill(result.get(), 0, new_header.data(), sizes->written);
  if (gst_buffer_get_size(packet) > sizes->consumed) {
    gst_buffer_copy_into(result.get(), packet, GST_BUFFER_COPY_MEMORY, sizes->consumed, static_cast<gsize>(-1));
  }
  gst_buffer_copy_into(result.get(), packet, GstBufferCopyFlags(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
                       static_cast<gsize>(-1));
  return result;
}

glib::Ref<GstBufferList> rewritten(GstBufferList* list, const rtp::PacketRewriter& rewriter) {
  const guint length = gst_buffer_list_length(list);
  auto result = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(length));
  for (guint i = 0; i < length; ++i) {
    if (auto packet = rewritten(gst_buffer_list_get(list, i), rewriter)) {
      gst_buffer_list_add(result.get(), packet.release());
    }
  }
  return result;
}

glib::Ref<GstBufferList> part_of(GstBufferList* list, guint begin, guint end) {
  auto result = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(end - begin));
  for (guint i = begin; i < end; ++i) {
    gst_buffer_list_add(result.get(), gst_buffer_ref(gst_buffer_list_get(list, i)));
  }
  return result;
}

std::optional<rtp::PacketHeader> header_of(GstBuffer* packet) {
  HeaderWindow window;
  return rtp::PacketHeader::parse(first_bytes(packet, window));
}

}  // namespace

Fanout::Fanout(rtp::Codec codec, std::string stream_id, Clock clock)
    : codec_(codec),
      is_video_(rtp::info(codec).kind == rtp::Kind::Video),
      stream_id_(std::move(stream_id)),
      clock_(clock),
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
  bool ask = false;
  bool is_new_frame = false;
  std::optional<guint> start;
  std::shared_ptr<const Subscribers> subscribers;
  glib::Ref<GstEvent> segment;
  {
    const std::lock_guard lock(mutex_);
    if (const auto last = header_of(gst_buffer_list_get(list.get(), length - 1))) {
      last_sequence_ = last->sequence;
      is_new_frame = last_timestamp_ != last->timestamp;
      last_timestamp_ = last->timestamp;
    }
    start = is_video_ ? find_keyframe(list.get()) : 0;
    ask = is_video_ && is_keyframe_due(start.has_value());
    subscribers = subscribers_;
    segment = segment_;
  }
  if (ask) {
    ask_for_keyframe();
  }
  if (start.value_or(0) == 0) {
    deliver(*subscribers, list.get(), start.has_value(), is_new_frame, segment);
  } else {
    deliver(*subscribers, part_of(list.get(), 0, *start).get(), false, false, segment);
    deliver(*subscribers, part_of(list.get(), *start, length).get(), true, is_new_frame, segment);
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

void Fanout::deliver(const Subscribers& subscribers, GstBufferList* list, bool can_start, bool is_new_frame,
                     const glib::Ref<GstEvent>& segment) const {
  struct Variant {
    const Subscriber* first;
    glib::Ref<GstBufferList> list;
  };
  std::vector<Variant> variants;
  for (const auto& subscriber : subscribers) {
    if (!subscriber->takes(can_start)) {
      continue;
    }
    auto variant = std::ranges::find_if(variants, [&](const Variant& v) { return v.first->is_like(*subscriber); });
    if (variant == variants.end()) {
      variants.push_back({subscriber.get(), rewritten(list, subscriber->rewriter())});
      variant = std::prev(variants.end());
    }
    if (gst_buffer_list_length(variant->list.get()) > 0) {
      subscriber->announce(stream_id_, segment);
      subscriber->push(variant->list, is_video_);
      subscriber->count(is_new_frame);
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
