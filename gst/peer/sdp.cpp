// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sdp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <span>

#include "glib/ref.hpp"
#include "peer/bundle.hpp"
#include "peer/sdp_bandwidth.hpp"
#include "peer/sdp_text.hpp"

namespace rtcmc::sdp {

namespace {

constexpr const char* kMaxMessageSize = "max-message-size";  // RFC 8841, section 6
constexpr unsigned kMaxFormats = 128;
constexpr std::size_t kMaxSsrcs = 16;
constexpr std::size_t kMaxTokenLength = 256;
constexpr guint kSomePort = 9;  // RFC 8840, 4.1.1: candidates say which
constexpr const char* kMidExtension = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr const char* kTransportNumber = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
constexpr const char* kTransportFeedback = "transport-cc";
constexpr const char* kPlayoutDelayExtension = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

/// A value as it stands in SDP; the tables below are in the order of their enumerations.
template <typename Value>
struct Named {
  Value value;
  const char* name;
};
constexpr std::array<Named<Direction>, 4> kDirections{{
    {Direction::SendRecv, "sendrecv"},
    {Direction::SendOnly, "sendonly"},
    {Direction::RecvOnly, "recvonly"},
    {Direction::Inactive, "inactive"},
}};

constexpr std::array<Named<DtlsSetup>, 3> kDtlsSetups{{
    {DtlsSetup::ActPass, "actpass"},
    {DtlsSetup::Active, "active"},
    {DtlsSetup::Passive, "passive"},
}};

std::span<const GstSDPAttribute> attributes(const GstSDPMedia* media) {
  const guint count = gst_sdp_media_attributes_len(media);
  return count == 0 ? std::span<const GstSDPAttribute>() : std::span(gst_sdp_media_get_attribute(media, 0), count);
}

/// RFC 8829 lets some attributes stand at session level instead.
std::string_view attribute(const GstSDPMessage* message, const GstSDPMedia* media, const char* name) {
  if (const char* value = gst_sdp_media_get_attribute_val(media, name)) {
    return value;
  }
  return view(gst_sdp_message_get_attribute_val(message, name));
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTokenLength &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

template <typename Number>
std::optional<Number> to_number(std::string_view text, Number max) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value <= max ? std::optional(value) : std::nullopt;
}

std::string_view find_for_payload_type(const GstSDPMedia* media, std::string_view name, std::string_view payload_type) {
  for (const GstSDPAttribute& attribute : attributes(media)) {
    if (view(attribute.key) == name) {
      const auto [number, rest] = split(view(attribute.value), ' ');
      if (number == payload_type) {
        return rest;
      }
    }
  }
  return {};
}

std::optional<rtp::Codec> codec_of(const GstSDPMedia* media, std::string_view payload_type) {
  const auto rtpmap = find_for_payload_type(media, "rtpmap", payload_type);
  if (!rtpmap.empty()) {
    return rtp::codec_from_name(split(rtpmap, '/').first);
  }
  // RFC 3551: these need no rtpmap.
  if (payload_type == "0") {
    return rtp::Codec::Pcmu;
  }
  if (payload_type == "8") {
    return rtp::Codec::Pcma;
  }
  return payload_type == "9" ? std::optional(rtp::Codec::G722) : std::nullopt;
}

/// The payload type whose a=fmtp says that it repeats this one (RFC 4588, section 8).
std::optional<std::uint8_t> retransmission_type_of(const GstSDPMedia* media, std::string_view payload_type) {
  constexpr std::string_view kAssociated = "apt=";
  for (const GstSDPAttribute& attribute : attributes(media)) {
    const auto [number, encoding] = split(view(attribute.value), ' ');
    if (view(attribute.key) != "rtpmap" || split(encoding, '/').first != "rtx") {
      continue;
    }
    const auto parameters = find_for_payload_type(media, "fmtp", number);
    if (parameters.starts_with(kAssociated) &&
        split(parameters.substr(kAssociated.size()), ';').first == payload_type) {
      return to_number<std::uint8_t>(number, 127);
    }
  }
  return std::nullopt;
}

std::vector<Format> formats_of(const GstSDPMedia* media) {
  std::vector<Format> result;
  for (guint i = 0; i < gst_sdp_media_formats_len(media); ++i) {
    const std::string_view text = view(gst_sdp_media_get_format(media, i));
    const auto payload_type = to_number<std::uint8_t>(text, 127);
    const auto codec = codec_of(media, text);
    if (payload_type && codec) {
      result.push_back({*codec, *payload_type, std::string(find_for_payload_type(media, "fmtp", text)),
                        retransmission_type_of(media, text)});
    }
  }
  return result;
}

Direction direction_of(const GstSDPMedia* media) {
  for (const auto& [direction, name] : kDirections) {
    if (gst_sdp_media_get_attribute_val(media, name)) {
      return direction;
    }
  }
  return Direction::SendRecv;
}

std::optional<DtlsSetup> dtls_setup_of(const GstSDPMedia* media) {
  const auto found =
      std::ranges::find(kDtlsSetups, view(gst_sdp_media_get_attribute_val(media, "setup")), &Named<DtlsSetup>::name);
  return found == kDtlsSetups.end() ? std::nullopt : std::optional(found->value);
}

/// RFC 8285. Absent: the section has none of that name.
std::optional<std::uint8_t> extension_of(const GstSDPMedia* media, std::string_view name) {
  for (const GstSDPAttribute& attribute : attributes(media)) {
    if (view(attribute.key) == "extmap") {
      const auto [id, uri] = split(view(attribute.value), ' ');
      if (split(uri, ' ').first == name) {
        const auto number = to_number<std::uint8_t>(split(id, '/').first, 14);
        return number == std::uint8_t{0} ? std::nullopt : number;
      }
    }
  }
  return std::nullopt;
}

bool is_transport_feedback(std::string_view key, std::string_view value) {
  return key == "rtcp-fb" && value.ends_with(kTransportFeedback);
}

/// Of no use without the feedback.
std::optional<std::uint8_t> transport_number_of(const GstSDPMedia* media) {
  const auto all = attributes(media);
  const bool has_feedback = std::any_of(all.begin(), all.end(), [](const GstSDPAttribute& attribute) {
    return is_transport_feedback(view(attribute.key), view(attribute.value));
  });
  return has_feedback ? extension_of(media, kTransportNumber) : std::nullopt;
}

std::optional<MediaKind> kind_of(const GstSDPMedia* media) {
  const std::string_view name = view(gst_sdp_media_get_media(media));
  if (name == "audio") {
    return MediaKind::Audio;
  }
  if (name == "video") {
    return MediaKind::Video;
  }
  return name == "application" ? std::optional(MediaKind::Application) : std::nullopt;
}

/// RFC 8830. "-" stands for no MediaStream.
std::string stream_id_of(const GstSDPMedia* media) {
  const std::string_view id = split(view(gst_sdp_media_get_attribute_val(media, "msid")), ' ').first;
  return id == "-" || !is_token(id) ? std::string() : std::string(id);
}

std::vector<std::uint32_t> ssrcs_of(const GstSDPMedia* media) {
  std::vector<std::uint32_t> ssrcs;
  for (guint i = 0; ssrcs.size() < kMaxSsrcs; ++i) {
    const char* value = gst_sdp_media_get_attribute_val_n(media, "ssrc", i);
    if (!value) {
      break;
    }
    const auto ssrc = to_number<std::uint32_t>(split(value, ' ').first, G_MAXUINT32);
    if (ssrc && (ssrcs.empty() || ssrcs.back() != *ssrc)) {
      ssrcs.push_back(*ssrc);
    }
  }
  return ssrcs;
}

/// RFC 4588, section 8.3: the second of a group FID.
std::optional<std::uint32_t> retransmission_ssrc_of(const GstSDPMedia* media) {
  const auto [semantics, ssrcs] = split(view(gst_sdp_media_get_attribute_val(media, "ssrc-group")), ' ');
  return semantics == "FID" ? to_number<std::uint32_t>(split(ssrcs, ' ').second, G_MAXUINT32) : std::nullopt;
}

std::string cname_of(const GstSDPMedia* media) {
  constexpr std::string_view kName = "cname:";
  for (const GstSDPAttribute& attribute : attributes(media)) {
    const auto value = view(attribute.key) == "ssrc" ? split(view(attribute.value), ' ').second : std::string_view();
    if (value.starts_with(kName)) {
      return std::string(value.substr(kName.size()));
    }
  }
  return {};
}

bool is_rejected(const GstSDPMedia* media) {
  return gst_sdp_media_get_port(media) == 0 && !gst_sdp_media_get_attribute_val(media, "bundle-only");
}

Section section_of(const GstSDPMedia* media, MediaKind kind) {
  Section section;
  section.kind = kind;
  section.mid = view(gst_sdp_media_get_attribute_val(media, "mid"));
  section.direction = direction_of(media);
  section.formats = formats_of(media);
  section.rejected = is_rejected(media) || (kind != MediaKind::Application && section.formats.empty());
  section.mid_extension_id = extension_of(media, kMidExtension);
  section.transport_number_id = transport_number_of(media);
  section.playout_delay_extension_id = extension_of(media, kPlayoutDelayExtension);
  section.stream_id = stream_id_of(media);
  section.ssrcs = ssrcs_of(media);
  section.retransmission_ssrc = retransmission_ssrc_of(media);
  section.cname = cname_of(media);
  section.max_bitrate = max_bitrate_of(media);
  section.ice_ufrag = view(gst_sdp_media_get_attribute_val(media, "ice-ufrag"));
  section.dtls_setup = dtls_setup_of(media).value_or(DtlsSetup::ActPass);
  return section;
}

/// Absent if the section is sound.
std::optional<std::string> fault_of(const GstSDPMessage* message, const GstSDPMedia* media,
                                    std::set<std::string>& mids) {
  const std::string_view mid = view(gst_sdp_media_get_attribute_val(media, "mid"));
  if (!is_token(mid) || !mids.insert(std::string(mid)).second) {
    return "a section has no a=mid of its own";
  }
  const auto kind = kind_of(media);
  if (!kind) {
    return "section " + std::string(mid) + " is neither audio, video nor application";
  }
  const std::string_view protocol = view(gst_sdp_media_get_proto(media));
  const bool is_rtp = *kind != MediaKind::Application;
  if (protocol.find(is_rtp ? "SAVPF" : "DTLS/SCTP") == std::string_view::npos) {
    return "section " + std::string(mid) + " has the transport " + std::string(protocol.substr(0, 40));
  }
  const guint formats = gst_sdp_media_formats_len(media);
  if (formats == 0 || formats > kMaxFormats) {
    return "section " + std::string(mid) + " has no or too many formats";
  }
  for (guint i = 0; is_rtp && i < formats; ++i) {
    if (!to_number<std::uint8_t>(view(gst_sdp_media_get_format(media, i)), 127)) {
      return "section " + std::string(mid) + " has a payload type that is no number up to 127";
    }
  }
  if (!is_token(view(gst_sdp_media_get_attribute_val(media, "ice-ufrag"))) ||
      !is_token(view(gst_sdp_media_get_attribute_val(media, "ice-pwd")))) {
    return "section " + std::string(mid) + " lacks ICE credentials";
  }
  if (!dtls_setup_of(media)) {
    return "section " + std::string(mid) + " lacks a=setup";
  }
  if (split(attribute(message, media, "fingerprint"), ' ').second.empty()) {
    return "section " + std::string(mid) + " lacks a=fingerprint";
  }
  return std::nullopt;
}

/// webrtcbin looks for these in the sections alone.
void move_session_attributes_into_sections(GstSDPMessage* message) {
  for (const char* name : {"ice-ufrag", "ice-pwd", "setup"}) {
    const char* value = gst_sdp_message_get_attribute_val(message, name);
    if (!value) {
      continue;
    }
    for (guint i = 0; i < gst_sdp_message_medias_len(message); ++i) {
      auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, i));
      if (!gst_sdp_media_get_attribute_val(media, name)) {
        gst_sdp_media_add_attribute(media, name, value);
      }
    }
  }
}

/// webrtcbin looks for these in each section, though one that is rejected needs none (RFC 8829, 5.3.1).
void complete_rejected_sections(GstSDPMessage* message) {
  const guint count = gst_sdp_message_medias_len(message);
  const GstSDPMedia* model = nullptr;
  for (guint i = 0; i < count && !model; ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(message, i);
    model = is_rejected(media) ? nullptr : media;
  }
  for (guint i = 0; i < count && model; ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, i));
    for (const char* name : {"ice-ufrag", "ice-pwd", "setup", "fingerprint"}) {
      const char* value = gst_sdp_media_get_attribute_val(model, name);
      if (value && is_rejected(media) && !gst_sdp_media_get_attribute_val(media, name)) {
        gst_sdp_media_add_attribute(media, name, value);
      }
    }
  }
}

std::optional<std::string> bundle_fault_of(const GstSDPMessage* message, const std::set<std::string>& mids) {
  const std::string_view group = view(gst_sdp_message_get_attribute_val(message, "group"));
  auto [semantics, rest] = split(group, ' ');
  if (semantics != "BUNDLE") {
    return group.empty() && mids.size() <= 1 ? std::nullopt : std::optional<std::string>("there is no BUNDLE group");
  }
  while (!rest.empty()) {
    const auto [mid, next] = split(rest, ' ');
    if (!mids.contains(std::string(mid))) {
      return "the BUNDLE group names a section that is not there";
    }
    rest = next;
  }
  return std::nullopt;
}

std::optional<std::size_t> carrier_of(const Description& description) {
  const std::string_view group = view(gst_sdp_message_get_attribute_val(description.message.get(), "group"));
  const std::string_view tag = split(split(group, ' ').second, ' ').first;
  const auto& sections = description.sections;
  auto found = std::ranges::find(sections, tag, &Section::mid);
  if (found == sections.end() || found->rejected) {
    found = std::ranges::find(sections, false, &Section::rejected);
  }
  return found == sections.end() ? std::nullopt : std::optional<std::size_t>(found - sections.begin());
}

void remove_attributes(GstSDPMedia* media, const auto& unwanted) {
  for (guint i = gst_sdp_media_attributes_len(media); i-- > 0;) {
    const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(media, i);
    if (unwanted(view(attribute->key), view(attribute->value))) {
      gst_sdp_media_remove_attribute(media, i);
    }
  }
}

bool is_direction(std::string_view name) {
  return std::ranges::any_of(kDirections, [name](const Named<Direction>& known) { return known.name == name; });
}

void set_direction(GstSDPMedia* media, Direction direction) {
  remove_attributes(media, [](std::string_view key, std::string_view) { return is_direction(key); });
  gst_sdp_media_add_attribute(media, kDirections.at(static_cast<std::size_t>(direction)).name, "");
}

void add_extension(GstSDPMedia* media, std::uint8_t id, const char* name) {
  gst_sdp_media_add_attribute(media, "extmap", (std::to_string(id) + " " + name).c_str());
}

/// Both ways: of the packets that the participant sends there, too, webrtcbin tells when they came.
void say_transport_numbers(GstSDPMedia* media, std::uint8_t id) {
  add_extension(media, id, kTransportNumber);
  for (const Format& format : formats_of(media)) {
    gst_sdp_media_add_attribute(media, "rtcp-fb",
                                (std::to_string(format.payload_type) + " " + kTransportFeedback).c_str());
  }
}

void publish_section(GstSDPMedia* media, const PublishedSection& section) {
  const std::string fmtp_owner = section.format ? std::to_string(section.format->payload_type) : std::string();
  remove_attributes(media, [&](std::string_view key, std::string_view value) {
    return key == "extmap" || key == "msid" || is_transport_feedback(key, value) ||
           (key == "fmtp" && section.format && split(value, ' ').first == fmtp_owner);
  });
  set_direction(media, section.rejected ? Direction::Inactive : section.direction);
  if (section.format && !section.format->fmtp.empty()) {
    gst_sdp_media_add_attribute(media, "fmtp", (fmtp_owner + " " + section.format->fmtp).c_str());
  }
  if (!section.stream_id.empty()) {
    gst_sdp_media_add_attribute(media, "msid", (section.stream_id + " " + section.track_id).c_str());
    if (section.mid_extension_id) {
      add_extension(media, *section.mid_extension_id, kMidExtension);
    }
    if (section.playout_delay_extension_id) {
      add_extension(media, *section.playout_delay_extension_id, kPlayoutDelayExtension);
    }
  }
  if (section.transport_number_id) {
    say_transport_numbers(media, *section.transport_number_id);
  }
  if (section.max_bitrate && receives(section.direction)) {
    say_max_bitrate(media, *section.max_bitrate);
  }
}

void say_opus(GstSDPMedia* media, const OpusWish& wish) {
  for (const Format& format : formats_of(media)) {
    if (format.codec != rtp::Codec::Opus) {
      continue;
    }
    const std::string payload_type = std::to_string(format.payload_type);
    remove_attributes(media, [&payload_type](std::string_view key, std::string_view value) {
      return key == "fmtp" && split(value, ' ').first == payload_type;
    });
    gst_sdp_media_add_attribute(media, "fmtp", (payload_type + " " + opus_parameters(format.fmtp, wish)).c_str());
  }
}

bool fits(const Format& format) {
  switch (format.codec) {
    case rtp::Codec::H264:
      return format.fmtp.find("packetization-mode=1") != std::string::npos;
    case rtp::Codec::Vp9:
      return format.fmtp.find("profile-id=") == std::string::npos ||
             format.fmtp.find("profile-id=0") != std::string::npos;
    default:
      return true;
  }
}

bool is_baseline(const Format& format) {
  return format.fmtp.find("profile-level-id=42") != std::string::npos;
}

}  // namespace

MessagePtr copy_of(const GstSDPMessage* message) {
  GstSDPMessage* copy = nullptr;
  gst_sdp_message_copy(message, &copy);
  return MessagePtr(copy);
}

std::variant<Description, std::string> parse(std::string_view text, FieldNames& names) {
  if (text.empty()) {
    return "it is empty";
  }
  GstSDPMessage* raw = nullptr;
  gst_sdp_message_new(&raw);
  MessagePtr message(raw);
  if (gst_sdp_message_parse_buffer(reinterpret_cast<const guint8*>(text.data()), static_cast<guint>(text.size()),
                                   raw) != GST_SDP_OK ||
      view(gst_sdp_message_get_version(raw)) != "0") {
    return "it is not SDP";
  }
  if (gst_sdp_message_medias_len(raw) > kMaxSections) {
    return "it has more than " + std::to_string(kMaxSections) + " sections";
  }
  if (auto fault = bound_names(raw, names)) {
    return *fault;
  }
  move_session_attributes_into_sections(raw);
  complete_rejected_sections(raw);

  std::set<std::string> mids;
  unsigned data_sections = 0;
  for (guint i = 0; i < gst_sdp_message_medias_len(raw); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(raw, i);
    if (auto fault = fault_of(raw, media, mids)) {
      return *fault;
    }
    data_sections += kind_of(media) == MediaKind::Application ? 1 : 0;
  }
  if (data_sections > 1) {
    return "it has more than one section for data";
  }
  if (auto fault = bundle_fault_of(raw, mids)) {
    return *fault;
  }
  return describe(std::move(message));
}

Description describe(MessagePtr message) {
  Description result{std::move(message), {}};
  for (guint i = 0; i < gst_sdp_message_medias_len(result.message.get()); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(result.message.get(), i);
    result.sections.push_back(section_of(media, kind_of(media).value_or(MediaKind::Application)));
  }
  result.carrier = carrier_of(result);
  return result;
}

std::optional<std::string> check_continuity(const std::vector<Section>& previous, const std::vector<Section>& next,
                                            bool is_answer) {
  if (next.size() < previous.size() || (is_answer && next.size() != previous.size())) {
    return "it has " + std::to_string(next.size()) + " sections where " + std::to_string(previous.size()) +
           " are expected";
  }
  for (std::size_t i = 0; i < previous.size(); ++i) {
    if (!is_same(previous[i], next[i])) {
      return "section " + std::to_string(i) + " is another one than before";
    }
  }
  return std::nullopt;
}

const Format* find_format(const Section& section, rtp::Codec codec) {
  const Format* best = nullptr;
  for (const Format& format : section.formats) {
    if (format.codec == codec && fits(format) && (!best || (!is_baseline(*best) && is_baseline(format)))) {
      best = &format;
    }
  }
  return best;
}

const Format* find_format(const Section& section, const std::vector<rtp::Codec>& codecs) {
  for (const rtp::Codec codec : codecs) {
    if (const Format* format = find_format(section, codec)) {
      return format;
    }
  }
  return nullptr;
}

glib::Ref<GstCaps> caps_of(const Format& format) {
  const rtp::CodecInfo& info = rtp::info(format.codec);
  auto caps = glib::Ref<GstCaps>::adopt(gst_caps_new_simple(
      "application/x-rtp", "media", G_TYPE_STRING, info.kind == rtp::Kind::Audio ? "audio" : "video", "encoding-name",
      G_TYPE_STRING, std::string(info.encoding_name).c_str(), "clock-rate", G_TYPE_INT,
      static_cast<int>(info.clock_rate), "payload", G_TYPE_INT, static_cast<int>(format.payload_type), nullptr));
  if (format.codec == rtp::Codec::Opus) {
    // In later offers of ours, webrtcbin would say one channel, which is no Opus to Firefox.
    gst_caps_set_simple(caps.get(), "encoding-params", G_TYPE_STRING, "2", nullptr);
  }
  return caps;
}

void set_direction(GstSDPMessage* message, std::size_t section, Direction direction) {
  // GstSDPMessage gives out its sections as const, but has no other way to change one in place.
  set_direction(const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, static_cast<guint>(section))), direction);
}

void filter_candidates(GstSDPMessage* message,
                       const std::function<bool(std::size_t section, std::string_view candidate)>& stays) {
  for (guint i = 0; i < gst_sdp_message_medias_len(message); ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, i));
    for (guint j = 0; j < gst_sdp_media_attributes_len(media);) {
      const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(media, j);
      if (view(attribute->key) == "candidate" && !stays(i, view(attribute->value))) {
        gst_sdp_media_remove_attribute(media, j);
      } else {
        ++j;
      }
    }
  }
}

void set_dtls_setup(GstSDPMessage* message, DtlsSetup setup) {
  for (guint i = 0; i < gst_sdp_message_medias_len(message); ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, i));
    remove_attributes(media, [](std::string_view key, std::string_view) { return key == "setup"; });
    gst_sdp_media_add_attribute(media, "setup", kDtlsSetups.at(static_cast<std::size_t>(setup)).name);
  }
}

void say_transport_numbers(GstSDPMessage* message, const std::vector<PublishedSection>& sections) {
  for (guint i = 0; i < gst_sdp_message_medias_len(message) && i < sections.size(); ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, i));
    if (const auto id = sections[i].transport_number_id; id && kind_of(media) != MediaKind::Application) {
      add_extension(media, *id, kTransportNumber);
    }
  }
}

std::string publish(const GstSDPMessage* message, const std::vector<PublishedSection>& sections, const OpusWish& opus) {
  const MessagePtr copy = copy_of(message);
  GstSDPMessage* const raw = copy.get();
  for (guint i = 0; i < gst_sdp_message_medias_len(raw) && i < sections.size(); ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(raw, i));
    gst_sdp_media_set_port_info(media, sections[i].rejected ? 0 : kSomePort, 0);
    remove_attributes(media, [](std::string_view key, std::string_view) { return key == "bundle-only"; });
    if (kind_of(media) != MediaKind::Application) {
      publish_section(media, sections[i]);
      say_opus(media, opus);
    } else if (!gst_sdp_media_get_attribute_val(media, kMaxMessageSize)) {
      // webrtcbin says nothing, and browsers take that for 64 KiB, which pieces of RTCMultiConnection's texts exceed.
      gst_sdp_media_add_attribute(media, kMaxMessageSize, "262144");
    }
  }
  set_bundle(raw, sections);
  const glib::String text(gst_sdp_message_as_text(raw));
  return text.get();
}

}  // namespace rtcmc::sdp
