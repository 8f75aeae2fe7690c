// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sdp_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>
#include <string_view>

#include "peer/sdp_text.hpp"

namespace rtcmc::sdp {

namespace {

/// Of a section, or of the session, without candidates, which are counted elsewhere. Chromium writes some 150.
constexpr int kMaxAttributes = 1000;
/// Of a section: browsers name two of each of at most three simulcast layers.
constexpr std::size_t kMaxSources = 16;
/// RFC 8285, 4.3.
constexpr unsigned kMaxExtensionId = 255;
/// Some hundred bytes each. A browser's camera takes up two to four, once.
constexpr unsigned kMaxNewNames = 32'768;

/// In the order of the alphabet.
constexpr std::array<std::string_view, 33> kKnown{"bundle-only",
                                                  "candidate",
                                                  "end-of-candidates",
                                                  "extmap",
                                                  "extmap-allow-mixed",
                                                  "fingerprint",
                                                  "fmtp",
                                                  "group",
                                                  "ice-lite",
                                                  "ice-options",
                                                  "ice-pwd",
                                                  "ice-ufrag",
                                                  "inactive",
                                                  "max-message-size",
                                                  "maxptime",
                                                  "mid",
                                                  "msid",
                                                  "msid-semantic",
                                                  "ptime",
                                                  "recvonly",
                                                  "rtcp",
                                                  "rtcp-fb",
                                                  "rtcp-mux",
                                                  "rtcp-mux-only",
                                                  "rtcp-rsize",
                                                  "rtpmap",
                                                  "sctp-port",
                                                  "sctpmap",
                                                  "sendonly",
                                                  "sendrecv",
                                                  "setup",
                                                  "ssrc",
                                                  "ssrc-group"};
static_assert(std::ranges::is_sorted(kKnown));

constexpr std::array<std::string_view, 6> kFeedback{"nack",      "nack pli",  "ccm fir",
                                                    "ccm tmmbr", "goog-remb", "transport-cc"};

std::string_view stripped(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool has_known_extension_id(std::string_view value) {
  unsigned id = 0;
  return std::from_chars(value.data(), value.data() + value.size(), id).ec == std::errc() && id > 0 &&
         id <= kMaxExtensionId;
}

bool admits_parameters(std::string_view value, FieldNames& names) {
  for (std::string_view left = split(value, ' ').second; !left.empty();) {
    const auto end = std::min(left.find(';'), left.size());
    const std::string_view name = stripped(left.substr(0, end).substr(0, left.substr(0, end).find('=')));
    if (!name.empty() && !names.admit(lower(name).c_str())) {
      return false;
    }
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return true;
}

/// What of one section stays in. `seen`: its SSRCs so far.
bool stays(std::string_view key, std::string_view value, std::set<std::string>& seen, FieldNames& names) {
  if (!std::ranges::binary_search(kKnown, key)) {
    return false;
  }
  if (key == "rtcp-fb") {
    return std::ranges::find(kFeedback, stripped(split(value, ' ').second)) != kFeedback.end();
  }
  if (key == "extmap") {
    return has_known_extension_id(value);
  }
  if (key == "fmtp") {
    return admits_parameters(value, names);
  }
  if (key != "ssrc") {
    return true;
  }
  // webrtcbin goes by those alone that have a cname.
  const std::string_view ssrc = split(value, ' ').first;
  if (!split(value, ' ').second.starts_with("cname:") || seen.size() >= kMaxSources || !seen.emplace(ssrc).second) {
    return false;
  }
  return names.admit(("ssrc-" + std::string(ssrc) + "-cname").c_str());
}

}  // namespace

FieldNames& names_in_descriptions() {
  static FieldNames names(kMaxNewNames);
  return names;
}

std::optional<std::string> bound_names(GstSDPMessage* message, FieldNames& names) {
  constexpr const char* kTooMany = "it has too many attributes";
  std::set<std::string> seen;
  int left = kMaxAttributes;
  const auto goes = [&](const GstSDPAttribute& attribute) {
    const std::string_view key = view(attribute.key);
    left -= key == "candidate" ? 0 : 1;
    return !stays(key, view(attribute.value), seen, names);
  };
  for (guint i = gst_sdp_message_attributes_len(message); i-- > 0 && left >= 0;) {
    if (goes(*gst_sdp_message_get_attribute(message, i))) {
      gst_sdp_message_remove_attribute(message, i);
    }
  }
  for (guint i = 0; i < gst_sdp_message_medias_len(message) && left >= 0; ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(message, i));
    left = kMaxAttributes;
    seen.clear();
    for (guint j = gst_sdp_media_attributes_len(media); j-- > 0 && left >= 0;) {
      if (goes(*gst_sdp_media_get_attribute(media, j))) {
        gst_sdp_media_remove_attribute(media, j);
      }
    }
  }
  return left < 0 ? std::optional<std::string>(kTooMany) : std::nullopt;
}

}  // namespace rtcmc::sdp
