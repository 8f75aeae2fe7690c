// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/snapshot.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace rtcmc::stats {

namespace {

std::uint64_t rounded(double rate) {
  return static_cast<std::uint64_t>(std::llround(rate));
}

double seconds(std::uint32_t ticks, rtp::Codec codec) {
  return static_cast<double>(ticks) / rtp::info(codec).clock_rate;
}

void set(GstStructure* structure, const Stream& stream) {
  const bool is_video = stream.kind == rtp::Kind::Video;
  gst_structure_set(structure, "kind", G_TYPE_STRING, is_video ? "video" : "audio", "stream-id", G_TYPE_STRING,
                    stream.stream_id.c_str(), "bitrate", G_TYPE_UINT64, rounded(stream.bitrate), nullptr);
  if (stream.codec) {
    gst_structure_set(structure, "codec", G_TYPE_STRING, std::string(rtp::info(*stream.codec).encoding_name).c_str(),
                      "ssrc", G_TYPE_UINT, stream.ssrc, nullptr);
  }
  if (is_video) {
    gst_structure_set(structure, "frames", G_TYPE_UINT64, stream.frames, "frame-rate", G_TYPE_DOUBLE, stream.frame_rate,
                      nullptr);
  }
  if (stream.size) {
    gst_structure_set(structure, "width", G_TYPE_INT, stream.size->width, "height", G_TYPE_INT, stream.size->height,
                      nullptr);
  }
}

StructurePtr structure_of(const SentStream& sent) {
  StructurePtr structure(gst_structure_new_empty("rtcmc-sent-stream-stats"));
  set(structure.get(), sent.stream);
  gst_structure_set(structure.get(), "shared-with", G_TYPE_UINT, sent.shared_with, "layer", G_TYPE_UINT,
                    static_cast<guint>(sent.layer), "portion", G_TYPE_STRING, name_of(sent.portion), "bytes",
                    G_TYPE_UINT64, sent.rtp.bytes, "packets", G_TYPE_UINT64, sent.rtp.packets, "packets-retransmitted",
                    G_TYPE_UINT64, sent.rtp.retransmitted_packets, "nack-count", G_TYPE_UINT, sent.rtp.nacks,
                    "pli-count", G_TYPE_UINT, sent.rtp.plis, "fir-count", G_TYPE_UINT, sent.rtp.firs, nullptr);
  if (!sent.encoder.empty()) {
    gst_structure_set(structure.get(), "encoder", G_TYPE_STRING, sent.encoder.c_str(), nullptr);
  }
  if (const auto& report = sent.rtp.reception; report && sent.stream.codec) {
    gst_structure_set(structure.get(), "packets-lost", G_TYPE_UINT64, report->packets_lost, "fraction-lost",
                      G_TYPE_DOUBLE, report->fraction_lost, "jitter", G_TYPE_DOUBLE,
                      seconds(report->jitter, *sent.stream.codec), nullptr);
    if (report->round_trip_time) {
      gst_structure_set(structure.get(), "round-trip-time", G_TYPE_DOUBLE, *report->round_trip_time, nullptr);
    }
  }
  return structure;
}

StructurePtr structure_of(const ReceivedStream& received) {
  StructurePtr structure(gst_structure_new_empty("rtcmc-received-stream-stats"));
  set(structure.get(), received.stream);
  const InboundRtp& rtp = received.rtp;
  gst_structure_set(structure.get(), "bytes", G_TYPE_UINT64, rtp.bytes, "packets", G_TYPE_UINT64, rtp.packets,
                    "packets-lost", G_TYPE_UINT64, rtp.packets_lost, "packets-late", G_TYPE_UINT64, rtp.packets_late,
                    "packets-repaired", G_TYPE_UINT64, rtp.packets_repaired, "nack-count", G_TYPE_UINT, rtp.nacks,
                    "pli-count", G_TYPE_UINT, rtp.plis, "fir-count", G_TYPE_UINT, rtp.firs, nullptr);
  if (received.stream.codec) {
    gst_structure_set(structure.get(), "jitter", G_TYPE_DOUBLE, seconds(rtp.jitter, *received.stream.codec), nullptr);
  }
  return structure;
}

StructurePtr structure_of(const Participant& participant) {
  StructurePtr structure(
      gst_structure_new("rtcmc-participant-stats", "user-id", G_TYPE_STRING, participant.user_id.c_str(), "connected",
                        G_TYPE_BOOLEAN, static_cast<gboolean>(participant.connected), "bytes-sent", G_TYPE_UINT64,
                        participant.bytes_sent, "bytes-received", G_TYPE_UINT64, participant.bytes_received,
                        "bitrate-sent", G_TYPE_UINT64, rounded(participant.bitrate_sent), "bitrate-received",
                        G_TYPE_UINT64, rounded(participant.bitrate_received), nullptr));
  if (participant.round_trip_time) {
    gst_structure_set(structure.get(), "round-trip-time", G_TYPE_DOUBLE, *participant.round_trip_time, nullptr);
  }
  if (participant.available_bitrate) {
    gst_structure_set(structure.get(), "available-bitrate", G_TYPE_UINT64, *participant.available_bitrate, nullptr);
  }
  if (const auto& pair = participant.pair) {
    gst_structure_set(structure.get(), "local-candidate-type", G_TYPE_STRING, pair->local_type.c_str(),
                      "remote-candidate-type", G_TYPE_STRING, pair->remote_type.c_str(), "protocol", G_TYPE_STRING,
                      pair->protocol.c_str(), "send-path", G_TYPE_STRING,
                      participant.is_straight ? "socket" : "libnice", nullptr);
  }
  set_list(structure.get(), "sent", participant.sent, [](const SentStream& sent) { return structure_of(sent); });
  set_list(structure.get(), "received", participant.received,
           [](const ReceivedStream& received) { return structure_of(received); });
  return structure;
}

}  // namespace

const char* name_of(send::Portion portion) {
  switch (portion) {
    case send::Portion::Everything:
      return "everything";
    case send::Portion::WithoutDroppable:
      return "without-droppable-frames";
    case send::Portion::KeyframesOnly:
      break;
  }
  return "keyframes-only";
}

void set_pace(Stream& stream, Pace& pace, std::uint64_t bytes) {
  const auto now = std::chrono::steady_clock::now();
  stream.bitrate = kBitsPerByte * pace.bytes.update(bytes, now);
  stream.frame_rate = pace.frames.update(stream.frames, now);
}

std::optional<PictureSize> picture_size(GstCaps* caps) {
  PictureSize size{};
  const GstStructure* structure =
      caps && !gst_caps_is_any(caps) && !gst_caps_is_empty(caps) ? gst_caps_get_structure(caps, 0) : nullptr;
  if (structure && gst_structure_get_int(structure, "width", &size.width) &&
      gst_structure_get_int(structure, "height", &size.height)) {
    return size;
  }
  return std::nullopt;
}

StructurePtr structure_of(const Snapshot& snapshot) {
  Participant total;
  const auto add = [&total](const Participant& participant) {
    total.bytes_sent += participant.bytes_sent;
    total.bytes_received += participant.bytes_received;
    total.bitrate_sent += participant.bitrate_sent;
    total.bitrate_received += participant.bitrate_received;
  };
  std::ranges::for_each(snapshot.participants, add);
  if (snapshot.publication) {
    add(*snapshot.publication);
  }
  StructurePtr structure(gst_structure_new(
      "rtcmc-stats", "timestamp", G_TYPE_UINT64, snapshot.timestamp, "encoders", G_TYPE_UINT, snapshot.encoders,
      "broken-connections", G_TYPE_UINT64, snapshot.broken_connections, "bytes-sent", G_TYPE_UINT64, total.bytes_sent,
      "bytes-received", G_TYPE_UINT64, total.bytes_received, "bitrate-sent", G_TYPE_UINT64, rounded(total.bitrate_sent),
      "bitrate-received", G_TYPE_UINT64, rounded(total.bitrate_received), nullptr));
  set_list(structure.get(), "participants", snapshot.participants,
           [](const Participant& participant) { return structure_of(participant); });
  if (snapshot.publication) {
    const StructurePtr publication = structure_of(*snapshot.publication);
    gst_structure_set_name(publication.get(), "rtcmc-publication-stats");
    gst_structure_remove_fields(publication.get(), "user-id", "received", nullptr);
    gst_structure_set(structure.get(), "publication", GST_TYPE_STRUCTURE, publication.get(), nullptr);
  }
  return structure;
}

}  // namespace rtcmc::stats
