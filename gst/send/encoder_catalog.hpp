// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::send {

enum class BitrateUnit { Bits, Kilobits, V4l2Control, None };

struct EncoderSetting {
  std::string_view property;
  std::string_view value;
};

/// How one encoder is set for a conversation: no frames held back, a constant bitrate, keyframes on request.
struct EncoderSpec {
  rtp::Codec codec;
  std::string_view factory;
  bool is_hardware;
  std::string_view package;  // Debian's; empty for hardware, whose package is no help without the hardware
  std::string_view bitrate_property;
  BitrateUnit bitrate_unit;
  std::string_view threads_property;  // empty: leave it to the encoder
  std::string_view input;             // caps to ask of the converters, empty: any
  std::string_view output;            // caps to ask of the encoder, empty: any
  std::span<const EncoderSetting> settings;
};

/// Everything known, in no order of preference within hardware and within software.
[[nodiscard]] std::span<const EncoderSpec> encoder_specs();

struct Encoder {
  const EncoderSpec* spec = nullptr;
  glib::Ref<GstElement> element;  // null: there is none
};

/// Whether an encoder is there that works.
[[nodiscard]] bool can_encode(rtp::Codec codec);
/// The best encoder that works, set up: hardware before software, then by rank.
[[nodiscard]] Encoder make_encoder(rtp::Codec codec, std::uint32_t bitrate);
/// Whether an installed encoder of the codec takes raw video in this memory as it is.
[[nodiscard]] bool takes_memory(const EncoderSpec& spec, std::string_view caps_feature);

/// What to tell someone who has no encoder for any of `codecs`.
[[nodiscard]] std::string no_encoder_text(const std::vector<rtp::Codec>& codecs);

}  // namespace rtcmc::send
