// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc {

/// The elements that know a codec's way in and out of RTP, by factory name. Empty: there is none, or none is needed.
struct RtpElements {
  rtp::Codec codec;
  std::string_view encoded;  // caps of the codec outside of RTP
  std::string_view payloader;
  std::string_view depayloader;
  std::string_view parser;
  std::string_view parsed;  // what the parser must make for the payloader; then encoders need it too
};

[[nodiscard]] const RtpElements& rtp_elements(rtp::Codec codec);
/// Whether the codec can be payloaded with what is installed.
[[nodiscard]] bool can_payload(rtp::Codec codec);
/// What to tell someone whose codec cannot be payloaded.
[[nodiscard]] std::string no_payloader_text(rtp::Codec codec);
/// Null if it is not installed.
[[nodiscard]] glib::Ref<GstElement> make_parser(rtp::Codec codec);

/// What the payloaders of one track have in common, so that one may take over from another.
struct RtpStream {
  std::uint32_t ssrc;
  std::uint32_t timestamp_offset;
};

/// Ready to be linked; null if it is not installed.
[[nodiscard]] glib::Ref<GstElement> make_payloader(rtp::Codec codec, const RtpStream& stream,
                                                   std::uint16_t first_sequence);

/// application/x-rtp caps of a codec without payload type, for SDP. `known` are caps of a payloader or an encoded
/// input, or null: the first that tell an H.264 stream's profile count.
[[nodiscard]] glib::Ref<GstCaps> rtp_caps(rtp::Codec codec, std::initializer_list<GstCaps*> known = {});

}  // namespace rtcmc
