// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtcmc::rtp {

enum class Kind { Audio, Video };

enum class Codec { Vp8, Vp9, H264, H265, Av1, Opus, G722, Pcmu, Pcma };

/// What SDP says of a codec. `payload_type` is the number that our own offers use (RFC 3551 fixes those of G.722, PCMU
/// and PCMA; its clock rate for G.722 is 8000 by mistake, kept for compatibility).
struct CodecInfo {
  Codec codec;
  Kind kind;
  std::string_view encoding_name;  // as in a=rtpmap; compare without regard to case
  std::uint32_t clock_rate;        // Hz
  std::uint8_t payload_type;
};

inline constexpr std::array<CodecInfo, 9> kCodecs{{
    {Codec::Vp8, Kind::Video, "VP8", 90000, 96},
    {Codec::Vp9, Kind::Video, "VP9", 90000, 98},
    {Codec::H264, Kind::Video, "H264", 90000, 102},
    {Codec::H265, Kind::Video, "H265", 90000, 104},
    {Codec::Av1, Kind::Video, "AV1", 90000, 106},
    {Codec::Opus, Kind::Audio, "OPUS", 48000, 111},
    {Codec::G722, Kind::Audio, "G722", 8000, 9},
    {Codec::Pcmu, Kind::Audio, "PCMU", 8000, 0},
    {Codec::Pcma, Kind::Audio, "PCMA", 8000, 8},
}};

[[nodiscard]] constexpr const CodecInfo& info(Codec codec) {
  return kCodecs.at(static_cast<std::size_t>(codec));
}

/// `name` as in a=rtpmap or as a user types it, in any case.
[[nodiscard]] std::optional<Codec> codec_from_name(std::string_view name);

}  // namespace rtcmc::rtp
