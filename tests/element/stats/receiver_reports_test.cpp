// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/receiver_reports.hpp"

#include <gst/rtp/gstrtcpbuffer.h>
#include <gtest/gtest.h>

#include <vector>

#include "gst_ref.hpp"

namespace rtcmc::stats {
namespace {

constexpr std::uint32_t kSecond = 0x10000;  // in the middle 32 bits of NTP's format
constexpr std::uint32_t kSent = 5000 * kSecond;

struct Block {
  std::uint32_t ssrc;
  std::int32_t lost = 0;
  std::uint32_t sent = kSent;
};

std::uint64_t ntp(std::uint32_t middle) {
  return static_cast<std::uint64_t>(middle) << 16U;
}

/// A compound packet: sender or receiver report, of a sender that had ours for half a second.
glib::Ref<GstBuffer> rtcp(GstRTCPType type, const std::vector<Block>& blocks) {
  auto buffer = glib::Ref<GstBuffer>::adopt(gst_rtcp_buffer_new(1400));
  GstRTCPBuffer mapped = GST_RTCP_BUFFER_INIT;
  gst_rtcp_buffer_map(buffer.get(), GST_MAP_READWRITE, &mapped);
  GstRTCPPacket packet;
  gst_rtcp_buffer_add_packet(&mapped, type, &packet);
  for (const Block& block : blocks) {
    gst_rtcp_packet_add_rb(&packet, block.ssrc, 64, block.lost, 1000, 90, block.sent, kSecond / 2);
  }
  gst_rtcp_buffer_unmap(&mapped);
  return buffer;
}

TEST(ReceiverReports, KeepsOneForEachStream) {
  for (const GstRTCPType type : {GST_RTCP_TYPE_RR, GST_RTCP_TYPE_SR}) {
    ReceiverReports reports;
    reports.take(rtcp(type, {{.ssrc = 1, .lost = 7}, {.ssrc = 2}}).get(), ntp(kSent + kSecond));
    reports.take(rtcp(type, {{.ssrc = 2, .lost = 3}}).get(), ntp(kSent + kSecond));
    const auto latest = reports.latest();
    ASSERT_EQ(latest.size(), 2U);
    EXPECT_EQ(latest.at(1).packets_lost, 7U);
    EXPECT_EQ(latest.at(1).fraction_lost, 0.25);
    EXPECT_EQ(latest.at(1).jitter, 90U);
    EXPECT_EQ(latest.at(1).round_trip_time, 0.5);
    EXPECT_EQ(latest.at(2).packets_lost, 3U);
  }
}

TEST(ReceiverReports, ClocksThatWrapOrRunBackDoNoHarm) {
  ReceiverReports reports;
  const std::uint32_t before_wrap = 0xffff8000;
  reports.take(rtcp(GST_RTCP_TYPE_RR, {{.ssrc = 1, .sent = before_wrap}}).get(), ntp(before_wrap + kSecond));
  EXPECT_EQ(reports.latest().at(1).round_trip_time, 0.5);
  reports.take(rtcp(GST_RTCP_TYPE_RR, {{.ssrc = 1}}).get(), ntp(kSent));
  EXPECT_EQ(reports.latest().at(1).round_trip_time, 0);
  reports.take(rtcp(GST_RTCP_TYPE_RR, {{.ssrc = 1, .lost = -3, .sent = 0}}).get(), ntp(kSent));
  EXPECT_FALSE(reports.latest().at(1).round_trip_time) << "it had no sender report of ours yet";
  EXPECT_EQ(reports.latest().at(1).packets_lost, 0U);
}

TEST(ReceiverReports, GarbageIsIgnored) {
  ReceiverReports reports;
  for (const gsize size : {0U, 1U, 4U, 100U}) {
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, size, nullptr));
    gst_buffer_memset(buffer.get(), 0, 0x81, size);
    reports.take(buffer.get(), 0);
  }
  EXPECT_TRUE(reports.latest().empty());
}

TEST(ReceiverReports, StreamsThatThereAreNotAreBounded) {
  ReceiverReports reports;
  for (std::uint32_t ssrc = 0; ssrc < 1000; ++ssrc) {
    reports.take(rtcp(GST_RTCP_TYPE_RR, {{.ssrc = ssrc}}).get(), ntp(kSent));
  }
  EXPECT_LE(reports.latest().size(), 64U);
}

}  // namespace
}  // namespace rtcmc::stats
