// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/rtpbin.hpp"

#include "media/elements.hpp"

namespace rtcmc::rtpbin {

namespace {

/// A bound for hostile peers: each stream that they make up gets a jitterbuffer and a thread.
constexpr guint kMaxStreams = 32;

/// In bits per second, other than its documentation says. By itself GStreamer takes a twentieth of what comes in, which
/// makes the next packet of feedback wait for half a second where little does (RFC 4585, 3.5.2): a request to send
/// something again comes too late then. At this rate it waits for some milliseconds. Nothing is sent more often by it.
constexpr double kBandwidthOfReports = 400'000;

/// Of reports with loss and what round trips are measured with; by itself 5 s. As browsers report of pictures.
constexpr guint64 kReportInterval = GST_SECOND;

/// By itself GStreamer asks after each picture for a moment to send what has arrived when; a report that falls due
/// while it waits for that is put off by one interval, for ever if pictures come often. Browsers take 50 to 250 ms.
constexpr guint64 kArrivalsInterval = 50 * GST_MSECOND;

}  // namespace

glib::Ref<GstElement> find(GstElement* webrtcbin) {
  return glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(webrtcbin), "rtpbin"));
}

void set_up(GstElement* webrtcbin, guint latency) {
  g_object_set(webrtcbin, "latency", latency, nullptr);
  const auto rtpbin = find(webrtcbin);
  if (!rtpbin) {
    return;
  }
  g_object_set(rtpbin.get(), "max-streams", kMaxStreams, nullptr);
  // The sender's wallclock, from its RTCP reports.
  set_if_known(rtpbin.get(), "add-reference-timestamp-meta", "true");
}

void set_up_part(GstElement* added) {
  if (is_made_by("rtpsession", added)) {
    g_object_set(added, "rtcp-fraction", kBandwidthOfReports, "rtcp-min-interval", kReportInterval, nullptr);
    glib::Ref<GObject> session;
    g_object_get(added, "internal-session", session.out(), nullptr);
    g_object_set(session.get(), "twcc-feedback-interval", kArrivalsInterval, nullptr);
  } else if (is_made_by("rtpjitterbuffer", added)) {
    // It would have what it only expects sent again as soon as that is late, whoever sends with pauses.
    g_object_set(added, "rtx-next-seqnum", FALSE, nullptr);
  }
}

}  // namespace rtcmc::rtpbin
