// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/receiver_reports.hpp"

#include <gst/rtp/gstrtcpbuffer.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace rtcmc::stats {

namespace {

/// A bound for hostile peers, who report on streams that there are not.
constexpr std::size_t kMaxStreams = 64;

/// RTCP sender reports have the wallclock, unless rtpbin is told otherwise.
std::uint64_t now_in_ntp() {
  return gst_rtcp_unix_to_ntp(static_cast<std::uint64_t>(g_get_real_time()) * GST_USECOND);
}

/// Times in the middle 32 bits of NTP's format, in which the reporter says when our sender report left us and how long
/// it had it.
std::optional<double> round_trip_time(std::uint32_t now, std::uint32_t sent, std::uint32_t held) {
  const auto time = static_cast<std::int32_t>(now - sent - held);
  return sent == 0 ? std::nullopt : std::optional(std::max(time, 0) / 65536.0);
}

using Reports = std::vector<std::pair<std::uint32_t, ReceiverReport>>;

void read_blocks(GstRTCPPacket& packet, std::uint64_t ntp_time, Reports& reports) {
  for (guint i = 0; i < gst_rtcp_packet_get_rb_count(&packet); ++i) {
    guint32 ssrc = 0;
    guint8 fraction_lost = 0;
    gint32 packets_lost = 0;
    guint32 highest_sequence = 0;
    guint32 jitter = 0;
    guint32 last_sender_report = 0;
    guint32 delay = 0;
    gst_rtcp_packet_get_rb(&packet, i, &ssrc, &fraction_lost, &packets_lost, &highest_sequence, &jitter,
                           &last_sender_report, &delay);
    reports.emplace_back(
        ssrc,
        ReceiverReport{.packets_lost = static_cast<std::uint64_t>(std::max(packets_lost, 0)),  // negative: duplicates
                       .fraction_lost = fraction_lost / 256.0,
                       .jitter = jitter,
                       .round_trip_time =
                           round_trip_time(static_cast<std::uint32_t>(ntp_time >> 16U), last_sender_report, delay)});
  }
}

Reports read(GstBuffer* rtcp, std::uint64_t ntp_time) {
  Reports reports;
  GstRTCPBuffer mapped = GST_RTCP_BUFFER_INIT;
  if (gst_buffer_get_size(rtcp) == 0 || !gst_rtcp_buffer_validate_reduced(rtcp) ||
      !gst_rtcp_buffer_map(rtcp, GST_MAP_READ, &mapped)) {
    return reports;
  }
  GstRTCPPacket packet;
  for (gboolean more = gst_rtcp_buffer_get_first_packet(&mapped, &packet); more;
       more = gst_rtcp_packet_move_to_next(&packet)) {
    const GstRTCPType type = gst_rtcp_packet_get_type(&packet);
    if (type == GST_RTCP_TYPE_SR || type == GST_RTCP_TYPE_RR) {
      read_blocks(packet, ntp_time, reports);
    }
  }
  gst_rtcp_buffer_unmap(&mapped);
  return reports;
}

using Held = std::shared_ptr<ReceiverReports>;

void add_probe(GstPad* rtcp_pad, Held reports) {
  gst_pad_add_probe(
      rtcp_pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer held) {
        (*static_cast<Held*>(held))->take(gst_pad_probe_info_get_buffer(info), now_in_ntp());
        return GST_PAD_PROBE_OK;
      },
      new Held(std::move(reports)), [](gpointer held) { delete static_cast<Held*>(held); });
}

}  // namespace

void ReceiverReports::take(GstBuffer* rtcp, std::uint64_t ntp_time) {
  const Reports reports = read(rtcp, ntp_time);
  const std::lock_guard lock(mutex_);
  for (const auto& [ssrc, report] : reports) {
    if (by_ssrc_.size() < kMaxStreams || by_ssrc_.contains(ssrc)) {
      by_ssrc_[ssrc] = report;
    }
  }
}

std::map<std::uint32_t, ReceiverReport> ReceiverReports::latest() const {
  const std::lock_guard lock(mutex_);
  return by_ssrc_;
}

glib::SignalConnection watch(GstElement* rtpbin, std::shared_ptr<ReceiverReports> reports) {
  return glib::SignalConnection::owning(rtpbin, "pad-added",
                                        G_CALLBACK(+[](GstElement*, GstPad* pad, const Held* reports) {
                                          if (g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtcp_sink_")) {
                                            add_probe(pad, *reports);
                                          }
                                        }),
                                        std::move(reports));
}

}  // namespace rtcmc::stats
