// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "glib/signal_connection.hpp"

namespace rtcmc::stats {

/// What a participant says of one of our streams (RFC 3550, 6.4.1).
struct ReceiverReport {
  std::uint64_t packets_lost;
  double fraction_lost;                   // since its report before
  std::uint32_t jitter;                   // in units of the codec's clock
  std::optional<double> round_trip_time;  // seconds; absent: it has no sender report of ours yet
};

/// The latest report on each of our streams. The RTP session keeps but one for each reporter, so that all streams of a
/// bundle but one go without.
///
/// Threads: any.
class ReceiverReports {
 public:
  /// A compound packet that arrives at `ntp_time`, in NTP's format and by the clock of our sender reports. Whatever is
  /// not RTCP is ignored.
  void take(GstBuffer* rtcp, std::uint64_t ntp_time);
  [[nodiscard]] std::map<std::uint32_t, ReceiverReport> latest() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, ReceiverReport> by_ssrc_;  // mutex_
};

/// Has `reports` take the RTCP that comes in at pads that the rtpbin gets from now on.
[[nodiscard]] glib::SignalConnection watch(GstElement* rtpbin, std::shared_ptr<ReceiverReports> reports);

}  // namespace rtcmc::stats
