// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/rtp_input.hpp"

#include <array>
#include <utility>

#include "rtp/keyframe.hpp"
#include "send/packets.hpp"

namespace rtcmc::send {

namespace {

/// RFC 6184 and RFC 7798, as GStreamer has the parameters in its caps.
constexpr std::array<const char*, 4> kParameterSets{"sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"};

std::string description_in(const GstStructure* structure) {
  std::string text;
  for (const char* field : kParameterSets) {
    const char* value = gst_structure_get_string(structure, field);
    text += value ? std::string(value) + "," : "";
  }
  return text;
}

struct Mapping {
  explicit Mapping(GstBuffer* buffer) : buffer(buffer) { is_mapped = gst_buffer_map(buffer, &info, GST_MAP_READ); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (is_mapped) {
      gst_buffer_unmap(buffer, &info);
    }
  }

  GstBuffer* const buffer;
  GstMapInfo info{};
  bool is_mapped = false;
};

void number(GstBuffer* packet, std::uint16_t sequence) {
  constexpr gsize kOffset = 2;
  const std::array<std::uint8_t, 2> bytes{static_cast<std::uint8_t>(sequence >> 8),
                                          static_cast<std::uint8_t>(sequence)};
  gst_buffer_fill(packet, kOffset, bytes.data(), bytes.size());
}

}  // namespace

std::optional<std::uint32_t> RtpInput::set_caps(rtp::Codec codec, GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  if (!rtp::ParameterSets::concern(codec)) {
    sets_.reset();
  } else {
    if (!sets_) {
      sets_.emplace(codec);
    }
    // What came in the stream meanwhile counts, unless this is another stream.
    if (const std::string description = description_in(structure); description != description_) {
      description_ = description;
      sets_->describe(description);
    }
  }
  guint ssrc = 0;
  if (!gst_structure_get_uint(structure, "ssrc", &ssrc)) {
    return std::nullopt;
  }
  has_ssrc_ = true;
  return ssrc;
}

std::optional<std::uint32_t> RtpInput::look_for_ssrc(GstBuffer* packet) {
  const auto header = has_ssrc_ ? std::nullopt : header_of(packet);
  if (!header) {
    return std::nullopt;
  }
  has_ssrc_ = true;
  return header->ssrc;
}

bool RtpInput::can_start(rtp::Codec codec, GstBuffer* packet) {
  HeaderWindow window;
  const auto bytes = first_bytes(packet, window);
  const auto header = rtp::PacketHeader::parse(bytes);
  return header && rtp::starts_keyframe(codec, bytes.subspan(header->size));
}

glib::Ref<GstBufferList> RtpInput::complete(const glib::Ref<GstBufferList>& list) {
  const guint length = gst_buffer_list_length(list.get());
  auto result = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(length + 1));
  for (guint i = 0; i < length; ++i) {
    complete(glib::Ref<GstBuffer>::share(gst_buffer_list_get(list.get(), i)), result.get());
  }
  return result;
}

void RtpInput::complete(glib::Ref<GstBuffer> packet, GstBufferList* into) {
  const auto header = header_of(packet.get());
  if (!header) {
    gst_buffer_list_add(into, packet.release());
    return;
  }
  const auto decision = [&] {
    const Mapping mapping(packet.get());
    return sets_->on_packet({mapping.info.data, mapping.is_mapped ? mapping.info.size : 0});
  }();
  if (!decision.ahead.empty()) {
    auto ahead = glib::Ref<GstBuffer>::adopt(gst_buffer_new_memdup(decision.ahead.data(), decision.ahead.size()));
    gst_buffer_copy_into(ahead.get(), packet.get(), GST_BUFFER_COPY_TIMESTAMPS, 0, static_cast<gsize>(-1));
    gst_buffer_list_add(into, ahead.release());
  }
  if (decision.shift != 0) {
    packet = glib::Ref<GstBuffer>::adopt(gst_buffer_make_writable(packet.release()));
    number(packet.get(), static_cast<std::uint16_t>(header->sequence + decision.shift));
  }
  gst_buffer_list_add(into, packet.release());
}

}  // namespace rtcmc::send
