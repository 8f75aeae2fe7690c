// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/slot_fixture.hpp"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>
#include <iterator>

#include "media/elements.hpp"
#include "media/rtp_elements.hpp"
#include "rtp/packet.hpp"
#include "wait_until.hpp"

namespace rtcmc::receive::testing {

namespace {

constexpr std::uint32_t kClockRate = 90'000;

void store(std::uint8_t* bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
  }
}

Packet bytes_of(GstBuffer* buffer) {
  Packet packet(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, packet.data(), packet.size());
  return packet;
}

}  // namespace

Recording record(const std::string& source) {
  glib::Error error;
  GstElement* parsed = gst_parse_launch_full((source + " ! appsink name=out sync=false").c_str(), nullptr,
                                             GST_PARSE_FLAG_FATAL_ERRORS, error.out());
  if (!parsed) {
    return {};
  }
  const auto pipeline = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(parsed)));
  const auto out = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  Recording recording;
  while (GstSample* sample = gst_app_sink_pull_sample(GST_APP_SINK(out.get()))) {
    recording.caps = glib::Ref<GstCaps>::share(gst_sample_get_caps(sample));
    recording.packets.push_back(glib::Ref<GstBuffer>::share(gst_sample_get_buffer(sample)));
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return recording;
}

SlotTest::~SlotTest() {
  if (stream_) {
    unbind();
  }
  if (pipeline_) {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }
  slot_.reset();
}

void SlotTest::begin(rtp::Codec codec, const std::string& sink) {
  codec_ = codec;
  pipeline_ = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  bin_ = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new("room"))));
  gst_bin_add(GST_BIN(pipeline_.get()), bin_.get());
  slot_ =
      std::make_shared<Slot>(GST_BIN(bin_.get()), SlotSettings{.kind = rtp::info(codec).kind,
                                                               .wish =
                                                                   [] {
                                                                     return SlotWish{"", "", false};
                                                                   },
                                                               .show = [](const std::string&, const std::string&) {}});
  GstPad* ghost = gst_ghost_pad_new("src", slot_->src_pad());
  gst_pad_set_active(ghost, TRUE);
  gst_element_add_pad(bin_.get(), ghost);
  auto behind = glib::Ref<GstElement>::adopt(
      GST_ELEMENT(gst_object_ref_sink(gst_parse_bin_from_description(sink.c_str(), FALSE, nullptr))));
  // Only the first element's: what splitmuxsink has not linked yet is its own affair.
  const auto entry = glib::Ref<GstPad>::adopt(gst_bin_find_unlinked_pad(GST_BIN(behind.get()), GST_PAD_SINK));
  GstPad* entry_ghost = gst_ghost_pad_new("sink", entry.get());
  gst_pad_set_active(entry_ghost, TRUE);
  gst_element_add_pad(behind.get(), entry_ghost);
  gst_bin_add(GST_BIN(pipeline_.get()), behind.get());
  ASSERT_TRUE(gst_element_link(bin_.get(), behind.get()));
  gst_pad_add_probe(
      slot_->src_pad(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer arrived) {
        ++*static_cast<std::atomic<unsigned>*>(arrived);
        return GST_PAD_PROBE_OK;
      },
      &arrived_, nullptr);
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void SlotTest::bind() {
  source_ = glib::Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new("source", GST_PAD_SRC))));
  gst_pad_set_element_private(source_.get(), this);
  gst_pad_set_event_function(source_.get(), [](GstPad* pad, GstObject*, GstEvent* event) -> gboolean {
    const auto held = glib::Ref<GstEvent>::adopt(event);
    if (gst_video_event_is_force_key_unit(event)) {
      ++static_cast<SlotTest*>(gst_pad_get_element_private(pad))->keyframe_requests_;
    }
    return TRUE;
  });
  gst_pad_set_active(source_.get(), TRUE);
  const rtp::Kind kind = rtp::info(codec_).kind;
  stream_ = std::make_shared<RemoteStream>(RemoteStream{.user_id = "visitor",
                                                        .stream_id = "camera",
                                                        .kind = kind,
                                                        .description = describe("visitor", "camera", kind),
                                                        .group_id = gst_util_group_id_next(),
                                                        .tap = nullptr,
                                                        .codec = codec_});
  stream_->tap = std::make_shared<Tap>(GST_BIN(bin_.get()), source_.get(), [](rtp::Codec) {});
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(source_.get(), gst_event_new_stream_start("visitor"));
  push_caps(rtp_caps(codec_));
  gst_pad_push_event(source_.get(), gst_event_new_segment(&segment));
  slot_->bind(stream_);
}

void SlotTest::unbind() {
  slot_->unbind();
  stream_.reset();
  gst_pad_set_active(source_.get(), FALSE);
  source_.reset();
}

void SlotTest::push_caps(const glib::Ref<GstCaps>& caps) {
  gst_pad_push_event(source_.get(), gst_event_new_caps(caps.get()));
}

void SlotTest::push(const Packet& packet) {
  GstBuffer* buffer = gst_buffer_new_memdup(packet.data(), packet.size());
  GST_BUFFER_PTS(buffer) = time_;
  // As a webrtcbin's pad does, it takes every packet, whatever becomes of it.
  EXPECT_EQ(gst_pad_push(source_.get(), buffer), GST_FLOW_OK);
}

Packet SlotTest::numbered_packet(const std::vector<std::uint8_t>& payload) {
  Packet packet{0x80, 0xe0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
  timestamp_ += kClockRate / 30;
  time_ += GST_SECOND / 30;
  store(packet.data() + 2, sequence_++, 2);
  store(packet.data() + 4, timestamp_, 4);
  std::ranges::copy(payload, std::back_inserter(packet));
  return packet;
}

void SlotTest::pause(GstClockTime duration) {
  timestamp_ += static_cast<std::uint32_t>(gst_util_uint64_scale(duration, rtp::info(codec_).clock_rate, GST_SECOND));
  time_ += duration;
}

void SlotTest::lose(GstClockTime duration) {
  GstStructure* lost =
      gst_structure_new("GstRTPPacketLost", "seqnum", G_TYPE_UINT, guint{sequence_++}, "timestamp", G_TYPE_UINT64,
                        time_, "duration", G_TYPE_UINT64, duration, "retry", G_TYPE_UINT, 0U, nullptr);
  gst_pad_push_event(source_.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, lost));
  pause(duration);
}

void SlotTest::end_of_stream() {
  gst_pad_push_event(source_.get(), gst_event_new_eos());
}

void SlotTest::play(const Recording& recording) {
  const auto first = rtp::PacketHeader::parse(bytes_of(recording.packets.front().get()));
  const std::uint32_t clock_rate = rtp::info(codec_).clock_rate;
  const std::uint32_t begin = timestamp_;
  const GstClockTime begin_time = time_;
  for (const auto& recorded : recording.packets) {
    Packet packet = bytes_of(recorded.get());
    const auto header = rtp::PacketHeader::parse(packet);
    ASSERT_TRUE(first && header);
    timestamp_ = begin + (header->timestamp - first->timestamp);
    time_ = begin_time + gst_util_uint64_scale(timestamp_ - begin, GST_SECOND, clock_rate);
    store(packet.data() + 2, sequence_++, 2);
    store(packet.data() + 4, timestamp_, 4);
    push(packet);
  }
  timestamp_ += clock_rate / 30;
  time_ += GST_SECOND / 30;
}

bool SlotTest::comes_through(const Recording& recording) {
  const unsigned before = arrived();
  return test::wait_until([&] {
    play(recording);
    return arrived() > before;
  });
}

void SlotTest::settle() {
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
}

const std::vector<SlotTest::Said>& SlotTest::said() {
  const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
  constexpr auto kTypes = GstMessageType(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  while (const auto message = glib::Ref<GstMessage>::adopt(gst_bus_pop_filtered(bus.get(), kTypes))) {
    glib::Error error;
    const GstMessageType type = GST_MESSAGE_TYPE(message.get());
    (type == GST_MESSAGE_ERROR ? gst_message_parse_error : gst_message_parse_warning)(message.get(), error.out(),
                                                                                      nullptr);
    said_.push_back({type, error.get()->code, error.message()});
  }
  return said_;
}

unsigned SlotTest::count(GstMessageType type) {
  return static_cast<unsigned>(std::ranges::count(said(), type, &Said::type));
}

}  // namespace rtcmc::receive::testing
