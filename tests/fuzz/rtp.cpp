// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "fuzz.hpp"
#include "rtp/codec.hpp"
#include "rtp/keyframe.hpp"
#include "rtp/packet.hpp"
#include "rtp/packet_rewriter.hpp"
#include "rtp/parameter_sets.hpp"

/// RTP packets: their headers, what is made of these for each peer, and which of them begin a keyframe.
namespace rtcmc::rtp {

namespace {

using fuzz::require;
using Bytes = std::span<const std::uint8_t>;

void try_keyframes(Bytes payload) {
  for (const CodecInfo& codec : kCodecs) {
    const bool starts = starts_keyframe(codec.codec, payload);
    require(codec.kind == Kind::Video || starts, "audio may start with any packet");
    require(codec.kind == Kind::Audio || !payload.empty() || !starts, "nothing is no keyframe");
  }
}

void try_rewriter(Bytes packet, const PacketHeader& header, const PacketRewriter& rewriter) {
  std::array<std::uint8_t, PacketRewriter::kMaxHeaderSize> out{};
  const Shift shift{7, 0xfffffff0U};
  const auto sizes = rewriter.rewrite(packet, out, shift);
  require(sizes.has_value(), "each header that can be read can be written");
  require(sizes->consumed == header.size && sizes->written <= out.size(), "a header has its size");
  require(!rewriter.rewrite(packet, std::span(out).first(sizes->written - 1)), "there is no writing beyond the end");
  const auto again = PacketHeader::parse(std::span(out).first(sizes->written));
  require(again && again->size == sizes->written, "a rewritten header reads as long as it is");
  require(again->sequence == static_cast<std::uint16_t>(header.sequence + shift.sequence) &&
              again->timestamp == header.timestamp + shift.timestamp && again->ssrc == 0x01020304 &&
              again->base_size == header.base_size,
          "a rewritten header says what it said, shifted, and our SSRC");
}

void try_parameter_sets(Bytes packet) {
  for (const Codec codec : {Codec::H264, Codec::H265}) {
    ParameterSets sets(codec);
    sets.describe(std::string_view(reinterpret_cast<const char*>(packet.data()), packet.size()));
    for (int i = 0; i < 2; ++i) {
      const auto decision = sets.on_packet(packet);
      require(decision.shift <= 1 && (decision.ahead.empty() || decision.shift == 1), "numbers go on without a gap");
      require(decision.ahead.empty() || PacketHeader::parse(decision.ahead), "what goes ahead is a packet");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of its own size, so that reading beyond it is seen.
  const std::vector<std::uint8_t> packet(data, data + size);
  try_keyframes(packet);
  try_parameter_sets(packet);
  const auto header = PacketHeader::parse(packet);
  if (!header) {
    return 0;
  }
  require(header->base_size >= PacketHeader::kFixedSize && header->base_size <= header->size &&
              header->size <= packet.size(),
          "a header lies within its packet");
  try_keyframes(Bytes(packet).subspan(header->size));
  const std::array<std::optional<MidExtension>, 3> extensions{std::nullopt, MidExtension{1, "0"},
                                                              MidExtension{14, "0123456789abcdef"}};
  const std::array<std::optional<PlayoutDelayExtension>, 2> delays{
      std::nullopt, PlayoutDelayExtension{2, std::chrono::milliseconds(300)}};
  for (const auto& extension : extensions) {
    for (const auto& delay : delays) {
      const auto rewriter = PacketRewriter::create(96, 0x01020304, extension, delay);
      require(rewriter.has_value(), "these values can be carried");
      try_rewriter(packet, *header, *rewriter);
    }
  }
  return 0;
}

}  // namespace rtcmc::rtp
