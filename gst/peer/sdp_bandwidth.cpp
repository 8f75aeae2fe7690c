// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sdp_bandwidth.hpp"

#include <algorithm>
#include <string_view>

namespace rtcmc::sdp {

namespace {

constexpr const char* kTransportIndependent = "TIAS";
constexpr const char* kApplicationSpecific = "AS";
constexpr guint kKilo = 1000;

/// RFC 8829, 5.9: what of it is not headers of IP, UDP and RTCP.
std::uint64_t without_transport(guint kilobits) {
  constexpr double kShare = 0.95;
  constexpr double kHeaders = 50 * 40 * 8;
  constexpr double kLeastShare = 0.5;  // of what is hardly more than headers
  const double bits = double{kKilo} * kilobits;
  return static_cast<std::uint64_t>(std::max(kShare * bits - kHeaders, kLeastShare * bits));
}

}  // namespace

std::optional<std::uint64_t> max_bitrate_of(const GstSDPMedia* media) {
  std::optional<std::uint64_t> result;
  for (guint i = 0; i < gst_sdp_media_bandwidths_len(media); ++i) {
    const GstSDPBandwidth* line = gst_sdp_media_get_bandwidth(media, i);
    const std::string_view type = line->bwtype ? line->bwtype : "";
    if (line->bandwidth == 0) {
      continue;
    }
    if (type == kTransportIndependent) {
      return line->bandwidth;
    }
    if (type == kApplicationSpecific) {
      result = without_transport(line->bandwidth);
    }
  }
  return result;
}

void say_max_bitrate(GstSDPMedia* media, std::uint32_t bits) {
  while (gst_sdp_media_bandwidths_len(media) > 0) {
    gst_sdp_media_remove_bandwidth(media, 0);
  }
  gst_sdp_media_add_bandwidth(media, kTransportIndependent, bits);
  // For who knows no TIAS.
  gst_sdp_media_add_bandwidth(media, kApplicationSpecific, std::max(bits / kKilo, 1U));
}

}  // namespace rtcmc::sdp
