// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

/// What is going on between us and the room, in numbers. The values are those of the W3C's webrtc-stats where it has
/// them. All but Round is pure.
namespace rtcmc::stats {

struct InboundRtp {
  std::uint64_t bytes = 0;  // without headers
  std::uint64_t packets = 0;
  std::uint64_t packets_lost = 0;      // before any repair
  std::uint64_t packets_late = 0;      // and thus dropped
  std::uint64_t packets_repaired = 0;  // by retransmission
  std::uint32_t jitter = 0;            // in units of the codec's clock
  std::uint32_t nacks = 0;
  std::uint32_t plis = 0;
  std::uint32_t firs = 0;
};

/// Types as in RFC 8839: host, srflx, prflx, relay.
struct CandidatePair {
  std::string local_type;
  std::string remote_type;
  std::string protocol;  // udp, tcp
};

/// What one webrtcbin knows of what it receives, by SSRC; retransmissions have their own.
struct ConnectionReport {
  /// Empty for an SSRC that it does not know.
  [[nodiscard]] InboundRtp inbound_of(std::uint32_t ssrc) const {
    const auto found = inbound.find(ssrc);
    return found == inbound.end() ? InboundRtp() : found->second;
  }

  std::map<std::uint32_t, InboundRtp> inbound;
  std::optional<CandidatePair> pair;  // absent: none is in use
};

/// From the reply to webrtcbin's get-stats: all but what jitterbuffers do. Null, or a reply that
/// is an error, makes an empty report.
///
/// webrtcbin 1.22 goes by its pads, which in a bundle share one transport: whatever it says of an SSRC's codec or kind
/// is that of some pad, jitters in seconds are by that one's clock, and what it tells of a jitterbuffer is that of the
/// newest one. The types of local and remote candidates are the other way round. So only SSRCs, what the RTP session
/// itself says of them, and the candidate pair's ids are used.
[[nodiscard]] ConnectionReport connection_report(const GstStructure* reply);

}  // namespace rtcmc::stats
