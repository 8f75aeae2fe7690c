// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/sdp/sdp.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gst_ref.hpp"
#include "peer/opus_parameters.hpp"
#include "peer/sdp_names.hpp"
#include "rtp/codec.hpp"

/// Session descriptions (RFC 8866) as far as JSEP (RFC 8829) between us and browsers needs them. Pure: no element, no
/// thread.
namespace rtcmc::sdp {

enum class Direction { SendRecv, SendOnly, RecvOnly, Inactive };

[[nodiscard]] constexpr bool receives(Direction direction) {
  return direction == Direction::SendRecv || direction == Direction::RecvOnly;
}

[[nodiscard]] constexpr bool sends(Direction direction) {
  return direction == Direction::SendRecv || direction == Direction::SendOnly;
}

[[nodiscard]] constexpr Direction direction_of(bool sends, bool receives) {
  return sends ? (receives ? Direction::SendRecv : Direction::SendOnly)
               : (receives ? Direction::RecvOnly : Direction::Inactive);
}

/// Who begins the DTLS handshake (RFC 8842, a=setup): "active" does.
enum class DtlsSetup { ActPass, Active, Passive };

enum class MediaKind { Audio, Video, Application };

[[nodiscard]] constexpr MediaKind media_kind(rtp::Kind kind) {
  return kind == rtp::Kind::Audio ? MediaKind::Audio : MediaKind::Video;
}

struct Format {
  rtp::Codec codec;
  std::uint8_t payload_type;
  std::string fmtp;                                      // what follows the payload type in a=fmtp; may be empty
  std::optional<std::uint8_t> retransmission_type = {};  // of RFC 4588; absent: none is offered
};

/// A description with more sections is refused: the bound for the tracks that a participant may open, each of which
/// costs us a transceiver for as long as the connection lasts.
inline constexpr std::size_t kMaxSections = 64;

/// One m= section.
struct Section {
  MediaKind kind;
  std::string mid;
  Direction direction;
  bool rejected;                // port 0 without bundle-only; or for media of which we know no format
  std::vector<Format> formats;  // those of codecs that we know, in their order of preference
  std::optional<std::uint8_t> mid_extension_id;
  std::optional<std::uint8_t> transport_number_id;  // of the extension, if there is feedback about such numbers
  std::optional<std::uint8_t> playout_delay_extension_id;
  std::string stream_id;                             // of the MediaStream, from a=msid; empty: none
  std::vector<std::uint32_t> ssrcs;                  // of what is sent there (RFC 5576)
  std::optional<std::uint32_t> retransmission_ssrc;  // of the first of these
  std::string cname;                                 // of these; may be empty
  std::optional<std::uint64_t> max_bitrate;          // bit/s, that is to be sent there
  std::string ice_ufrag;
  DtlsSetup dtls_setup;
};

[[nodiscard]] inline bool carries_media(const Section& section) {
  return section.kind != MediaKind::Application && !section.rejected;
}

/// Whether who wrote it sends media there.
[[nodiscard]] inline bool sends_media(const Section& section) {
  return carries_media(section) && sends(section.direction);
}

[[nodiscard]] inline bool wants_media(const Section& section) {
  return carries_media(section) && receives(section.direction);
}

struct MessageDeleter {
  void operator()(GstSDPMessage* message) const { gst_sdp_message_free(message); }
};
using MessagePtr = std::unique_ptr<GstSDPMessage, MessageDeleter>;

[[nodiscard]] MessagePtr copy_of(const GstSDPMessage* message);

struct Description {
  MessagePtr message;
  std::vector<Section> sections;
  /// The section whose transport all use (RFC 8843): the one that BUNDLE names first, unless that is rejected. Absent
  /// if all are rejected.
  std::optional<std::size_t> carrier = {};
};

/// Parses and validates what a remote participant sent; the alternative says what is wrong with it. Everything that
/// webrtcbin takes for granted of a description (it ends the process otherwise) is checked here.
/// `names`: see bound_names().
[[nodiscard]] std::variant<Description, std::string> parse(std::string_view text,
                                                           FieldNames& names = names_in_descriptions());

/// A description made by webrtcbin itself.
[[nodiscard]] Description describe(MessagePtr message);

/// Whether they are the same section, in two descriptions.
[[nodiscard]] inline bool is_same(const Section& one, const Section& other) {
  return one.mid == other.mid && one.kind == other.kind;
}

/// What is wrong with `next` as a successor of `previous`, absent if nothing: sections are never removed or renamed
/// (RFC 8829 section 5.2.2). An answer must have exactly the sections of its offer.
[[nodiscard]] std::optional<std::string> check_continuity(const std::vector<Section>& previous,
                                                          const std::vector<Section>& next, bool is_answer);

/// The format in which we would send `codec`, if the section lists one that our packets fit (H.264: packetization-mode
/// 1, constrained baseline preferred; VP9: profile 0).
[[nodiscard]] const Format* find_format(const Section& section, rtp::Codec codec);
/// That of the first of `codecs` that has one.
[[nodiscard]] const Format* find_format(const Section& section, const std::vector<rtp::Codec>& codecs);
/// What says exactly this format to webrtcbin.
[[nodiscard]] glib::Ref<GstCaps> caps_of(const Format& format);

void set_direction(GstSDPMessage* message, std::size_t section, Direction direction);
/// Asks for each a=candidate in turn, by its value, whether it stays.
void filter_candidates(GstSDPMessage* message,
                       const std::function<bool(std::size_t section, std::string_view candidate)>& stays);
/// For all sections.
void set_dtls_setup(GstSDPMessage* message, DtlsSetup setup);

/// How a section goes out to the remote participant.
struct PublishedSection {
  Direction direction;
  bool rejected;
  std::string stream_id;  // a=msid; empty: nothing is sent here
  std::string track_id;
  // The header extensions that we use:
  std::optional<std::uint8_t> mid_extension_id;
  std::optional<std::uint8_t> transport_number_id;  // with feedback about it
  std::optional<Format> format;                     // its fmtp replaces webrtcbin's (an answer repeats the offer's)
  std::optional<std::uint8_t> playout_delay_extension_id = {};
  std::optional<std::uint32_t> max_bitrate = {};  // bit/s, that is to be sent to us
};

/// Has webrtcbin itself know of the transport-wide numbers that `sections` have: it tells of those that it receives.
void say_transport_numbers(GstSDPMessage* message, const std::vector<PublishedSection>& sections);

/// The text to send for a description of webrtcbin's: true directions, a=msid (RFC 8830), no header extension or
/// feedback that we do not use, and each section that is not rejected with a port: the participant may reject any of
/// them, and have any other carry the rest then, but none that is bundle-only (RFC 8843, 7.3.1).
[[nodiscard]] std::string publish(const GstSDPMessage* message, const std::vector<PublishedSection>& sections,
                                  const OpusWish& opus = {});

}  // namespace rtcmc::sdp
