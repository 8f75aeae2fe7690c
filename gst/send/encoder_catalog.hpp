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
  std::vector<std::string> busy;  // factories that would have been better, but do not open now
};

/// `memory` is the raw input's caps feature. In system memory, converters stand before the encoder; any other kind must
/// suit it as it is.
inline constexpr std::string_view kSystemMemory = GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY;

/// Whether an encoder is there that works.
[[nodiscard]] bool can_encode(rtp::Codec codec, std::string_view memory);
/// The best encoder that works, set up: hardware before software, then by rank. None of the factories `except`.
[[nodiscard]] Encoder make_encoder(rtp::Codec codec, std::string_view memory, std::uint32_t bitrate,
                                   const std::vector<std::string>& except = {});
/// While it runs, if it can: to another bitrate.
void change_bitrate(GstElement* encoder, const EncoderSpec& spec, std::uint64_t bitrate);
/// Of sound: what does not get through, in percent, at any time. What that takes comes from the rate.
void expect_loss(GstElement* encoder, unsigned percent);
/// Of sound: next to nothing is made of silence, if the codec can do that.
void leave_out_silence(GstElement* encoder);
/// The raw video caps that working encoders of the codec take in other than system memory; empty caps: none.
[[nodiscard]] glib::Ref<GstCaps> special_memory_caps(rtp::Codec codec);

/// What raw input may become if the user does not say: codecs of hardware that works, then those whose software
/// encoders are cheap enough, most preferred first. Not all may have an encoder.
[[nodiscard]] std::vector<rtp::Codec> automatic_codecs(rtp::Kind kind);

/// What to tell someone who has no encoder for any of `codecs`.
[[nodiscard]] std::string no_encoder_text(const std::vector<rtp::Codec>& codecs);

}  // namespace rtcmc::send
