// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/connection_report.hpp"

#include <algorithm>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

namespace rtcmc::stats {

namespace {

/// Zero if the field is absent or of another type.
std::uint32_t number32(const GstStructure* structure, const char* field) {
  guint value = 0;
  gst_structure_get_uint(structure, field, &value);
  return value;
}

std::uint64_t number64(const GstStructure* structure, const char* field) {
  guint64 value = 0;
  gst_structure_get_uint64(structure, field, &value);
  return value;
}

/// Null if there is none.
const GstStructure* nested(const GstStructure* structure, const char* field) {
  const GValue* value = field ? gst_structure_get_value(structure, field) : nullptr;
  return value && GST_VALUE_HOLDS_STRUCTURE(value) ? gst_value_get_structure(value) : nullptr;
}

std::string text(const GstStructure* structure, const char* field) {
  const char* value = structure ? gst_structure_get_string(structure, field) : nullptr;
  return value ? value : "";
}

InboundRtp inbound(const GstStructure* stats) {
  const GstStructure* source = nested(stats, "gst-rtpsource-stats");
  gint lost = 0;
  if (source) {
    gst_structure_get_int(source, "packets-lost", &lost);
  }
  return {.bytes = number64(stats, "bytes-received"),
          .packets = number64(stats, "packets-received"),
          .packets_lost = static_cast<std::uint64_t>(std::max(lost, 0)),  // negative: duplicates
          .packets_late = 0,
          .packets_repaired = 0,
          .jitter = source ? number32(source, "jitter") : 0,
          .nacks = number32(stats, "nack-count"),
          .plis = number32(stats, "pli-count"),
          .firs = number32(stats, "fir-count")};
}

std::optional<CandidatePair> candidate_pair(const GstStructure* reply, const GstStructure* stats) {
  const GstStructure* local = nested(reply, gst_structure_get_string(stats, "local-candidate-id"));
  const GstStructure* remote = nested(reply, gst_structure_get_string(stats, "remote-candidate-id"));
  if (!local || !remote) {
    return std::nullopt;
  }
  CandidatePair pair{text(local, "candidate-type"), text(remote, "candidate-type"), text(local, "protocol")};
  std::ranges::transform(pair.protocol, pair.protocol.begin(), g_ascii_tolower);
  return pair;
}

void read(const GstStructure* reply, const GstStructure* stats, ConnectionReport& report) {
  gint type = 0;
  if (!gst_structure_get_enum(stats, "type", GST_TYPE_WEBRTC_STATS_TYPE, &type)) {
    return;
  }
  const std::uint32_t ssrc = number32(stats, "ssrc");
  switch (type) {
    case GST_WEBRTC_STATS_INBOUND_RTP:
      report.inbound[ssrc] = inbound(stats);
      break;
    case GST_WEBRTC_STATS_CANDIDATE_PAIR:
      if (auto pair = candidate_pair(reply, stats)) {
        report.pair = std::move(pair);
      }
      break;
    default:
      break;
  }
}

}  // namespace

ConnectionReport connection_report(const GstStructure* reply) {
  ConnectionReport report;
  const int count = reply ? gst_structure_n_fields(reply) : 0;
  for (int i = 0; i < count; ++i) {
    if (const GstStructure* stats = nested(reply, gst_structure_nth_field_name(reply, static_cast<guint>(i)))) {
      read(reply, stats, report);
    }
  }
  return report;
}

}  // namespace rtcmc::stats
