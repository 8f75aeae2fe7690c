// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/bundle.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace rtcmc::sdp {

namespace {

constexpr std::array<std::string_view, 4> kTransport{"ice-ufrag", "ice-pwd", "setup", "fingerprint"};
constexpr std::string_view kCandidate = "candidate";
/// What is true of our own half of a section only.
constexpr std::array<std::string_view, 5> kOfOneSide{"ssrc", "ssrc-group", "msid", "bundle-only", kCandidate};
constexpr std::array<std::string_view, 5> kOfFormats{"rtpmap", "fmtp", "rtcp-fb", "ssrc", "ssrc-group"};
constexpr std::uint8_t kFirstDynamicPayloadType = 96;
constexpr std::uint8_t kLastPayloadType = 127;
constexpr guint kAnyPort = 9;  // RFC 8840, 4.1.1: candidates say which

GstSDPMedia* section_in(GstSDPMessage* message, std::size_t index) {
  // GstSDPMessage gives out its sections as const, but has no other way to change one in place.
  return const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, static_cast<guint>(index)));
}

void remove_named(GstSDPMedia* media, const auto& names) {
  for (guint i = gst_sdp_media_attributes_len(media); i-- > 0;) {
    if (std::ranges::find(names, gst_sdp_media_get_attribute(media, i)->key) != names.end()) {
      gst_sdp_media_remove_attribute(media, i);
    }
  }
}

std::set<std::string> payload_types_in(const GstSDPMessage* message) {
  std::set<std::string> result;
  for (guint i = 0; i < gst_sdp_message_medias_len(message); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(message, i);
    for (guint j = 0; j < gst_sdp_media_formats_len(media); ++j) {
      result.insert(gst_sdp_media_get_format(media, j));
    }
  }
  return result;
}

/// What it had need not mean anything to webrtcbin.
void use_known_format(GstSDPMessage* message, GstSDPMedia* media, MediaKind kind) {
  const auto taken = payload_types_in(message);
  auto payload_type = kFirstDynamicPayloadType;
  while (payload_type < kLastPayloadType && taken.contains(std::to_string(payload_type))) {
    ++payload_type;
  }
  while (gst_sdp_media_formats_len(media) > 0) {
    gst_sdp_media_remove_format(media, 0);
  }
  remove_named(media, kOfFormats);
  const std::string format = std::to_string(payload_type);
  gst_sdp_media_add_format(media, format.c_str());
  gst_sdp_media_add_attribute(media, "rtpmap",
                              (format + (kind == MediaKind::Audio ? " OPUS/48000/2" : " VP8/90000")).c_str());
}

void use_transport_of(GstSDPMedia* media, const GstSDPMedia* carrier) {
  remove_named(media, kTransport);
  for (const std::string_view name : kTransport) {
    if (const char* value = gst_sdp_media_get_attribute_val(carrier, name.data())) {
      gst_sdp_media_add_attribute(media, name.data(), value);
    }
  }
}

void move_candidates(GstSDPMedia* from, GstSDPMedia* to) {
  for (guint i = 0; i < gst_sdp_media_attributes_len(from); ++i) {
    const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(from, i);
    if (attribute->key == kCandidate) {
      gst_sdp_media_add_attribute(to, attribute->key, attribute->value);
    }
  }
  remove_named(from, std::array{kCandidate});
}

/// Where there is one: an answer may not add it.
void set_bundle(GstSDPMessage* message, const auto& belongs) {
  if (!gst_sdp_message_get_attribute_val(message, "group")) {
    return;
  }
  std::string group = "BUNDLE";
  for (guint i = 0; i < gst_sdp_message_medias_len(message); ++i) {
    if (belongs(i)) {
      group += " " + std::string(gst_sdp_media_get_attribute_val(gst_sdp_message_get_media(message, i), "mid"));
    }
  }
  for (guint i = gst_sdp_message_attributes_len(message); i-- > 0;) {
    if (gst_sdp_message_get_attribute(message, i)->key == std::string_view("group")) {
      gst_sdp_message_remove_attribute(message, i);
    }
  }
  gst_sdp_message_add_attribute(message, "group", group.c_str());
}

/// As in what was parsed: reading caps out of a section ends the process on a value that is null.
void complete_values(GstSDPMedia* media) {
  for (guint i = 0; i < gst_sdp_media_attributes_len(media); ++i) {
    const GstSDPAttribute* known = gst_sdp_media_get_attribute(media, i);
    if (!known->value) {
      GstSDPAttribute completed{};
      gst_sdp_attribute_set(&completed, known->key, "");
      gst_sdp_media_replace_attribute(media, static_cast<gint>(i), &completed);
    }
  }
}

struct MediaDeleter {
  void operator()(GstSDPMedia* media) const { gst_sdp_media_free(media); }
};
using MediaPtr = std::unique_ptr<GstSDPMedia, MediaDeleter>;

/// In the place of a section that `remote` rejects.
void put_back(GstSDPMessage* remote, std::size_t index, MediaKind kind, const GstSDPMessage* local) {
  GstSDPMedia* media = section_in(remote, index);
  if (local && index < gst_sdp_message_medias_len(local)) {
    GstSDPMedia* raw = nullptr;
    gst_sdp_media_copy(gst_sdp_message_get_media(local, static_cast<guint>(index)), &raw);
    const MediaPtr ours(raw);
    std::swap(*media, *ours);  // and what was rejected goes
    remove_named(media, kOfOneSide);
    complete_values(media);
  } else if (kind != MediaKind::Application) {
    use_known_format(remote, media, kind);
  }
  gst_sdp_media_set_port_info(media, kAnyPort, 0);
}

}  // namespace

void conceal_rejections(Description& remote, const GstSDPMessage* local) {
  GstSDPMessage* const message = remote.message.get();
  if (!remote.carrier) {
    return;
  }
  const std::size_t carrier = *remote.carrier;
  for (std::size_t i = 0; i < remote.sections.size(); ++i) {
    const Section& section = remote.sections[i];
    if (section.rejected && (i == 0 || section.kind != MediaKind::Application)) {
      put_back(message, i, section.kind, local);
    }
    if (i != carrier) {
      // All of them: of several, webrtcbin takes the last.
      use_transport_of(section_in(message, i), section_in(message, carrier));
    }
  }
  if (carrier != 0) {
    move_candidates(section_in(message, carrier), section_in(message, 0));
  }
  set_bundle(message, [&remote](std::size_t i) {
    return i == 0 || !remote.sections[i].rejected || remote.sections[i].kind != MediaKind::Application;
  });
}

void set_bundle(GstSDPMessage* message, const std::vector<PublishedSection>& sections) {
  set_bundle(message, [&sections](std::size_t i) { return i < sections.size() && !sections[i].rejected; });
}

}  // namespace rtcmc::sdp
