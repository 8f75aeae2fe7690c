// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtp/codec.hpp"
#include "rtp/transmitter.hpp"
#include "send/portion_policy.hpp"
#include "stats/connection_report.hpp"
#include "stats/rate.hpp"
#include "structures.hpp"

namespace rtcmc::stats {

inline constexpr double kBitsPerByte = 8;

struct PictureSize {
  int width;
  int height;
};

/// Absent if the caps say none. `caps` may be null.
[[nodiscard]] std::optional<PictureSize> picture_size(GstCaps* caps);

/// What every stream has, in either direction.
struct Stream {
  rtp::Kind kind;
  std::string stream_id;            // of the MediaStream; may be empty
  std::optional<rtp::Codec> codec;  // absent: no packet came
  std::uint32_t ssrc = 0;
  std::optional<PictureSize> size;  // absent: not known
  std::uint64_t frames = 0;         // of video
  double frame_rate = 0;            // of video
  double bitrate = 0;               // bit/s
};

/// From all bytes and `stream.frames` so far, now.
void set_pace(Stream& stream, Pace& pace, std::uint64_t bytes);

struct SentStream {
  Stream stream;
  std::string encoder;                                // factory name; empty: the application encodes
  unsigned shared_with = 0;                           // participants that get the same, this one included
  std::size_t layer = 0;                              // 0: the best encoding that there is
  send::Portion portion = send::Portion::Everything;  // of encoded pictures
  rtp::TransmissionCount rtp;
};

/// As applications get it.
[[nodiscard]] const char* name_of(send::Portion portion);

struct ReceivedStream {
  Stream stream;
  InboundRtp rtp;
};

struct Participant {
  std::string user_id;
  bool connected = false;
  std::optional<CandidatePair> pair;
  bool is_straight = false;               // packets go to the kernel, not through libnice
  std::optional<double> round_trip_time;  // seconds
  // Of everything that RTP carries, retransmissions included:
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  double bitrate_sent = 0;                         // bit/s
  double bitrate_received = 0;                     // bit/s
  std::optional<std::uint64_t> available_bitrate;  // bit/s; absent: the participant says nothing by which to tell
  std::vector<SentStream> sent;
  std::vector<ReceivedStream> received;
};

struct Snapshot {
  GstClockTime timestamp = 0;  // of the system's monotonic clock
  std::vector<Participant> participants;
  unsigned encoders = 0;                        // that run
  std::uint64_t broken_connections = 0;         // that had worked
  std::optional<Participant> publication = {};  // the media server of publish-url; absent: there is none
};

/// As applications get it: docs/element.md, "Statistics".
[[nodiscard]] StructurePtr structure_of(const Snapshot& snapshot);

}  // namespace rtcmc::stats
