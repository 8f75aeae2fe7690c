// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/rtp/gstrtcpbuffer.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "gst_ref.hpp"
#include "rtp/feedback.hpp"
#include "rtp/sender_report.hpp"

/// Our RTCP, read and written by GStreamer.
namespace rtcmc::rtp {
namespace {

using Packet = GstRTCPPacket;

glib::Ref<GstBuffer> buffer_of(const std::vector<std::uint8_t>& bytes) {
  auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, bytes.size(), nullptr));
  gst_buffer_fill(buffer.get(), 0, bytes.data(), bytes.size());
  return buffer;
}

void expect_report(Packet& packet, const SenderReport& report) {
  ASSERT_EQ(gst_rtcp_packet_get_type(&packet), GST_RTCP_TYPE_SR);
  EXPECT_EQ(gst_rtcp_packet_get_rb_count(&packet), 0U);
  guint32 ssrc = 0;
  guint64 ntp_time = 0;
  guint32 rtp_timestamp = 0;
  guint32 packets = 0;
  guint32 octets = 0;
  gst_rtcp_packet_sr_get_sender_info(&packet, &ssrc, &ntp_time, &rtp_timestamp, &packets, &octets);
  EXPECT_EQ(ssrc, report.ssrc);
  EXPECT_EQ(ntp_time, report.ntp_time);
  EXPECT_EQ(rtp_timestamp, report.rtp_timestamp);
  EXPECT_EQ(packets, report.packets);
  EXPECT_EQ(octets, report.octets);
}

void expect_name(Packet& packet, std::uint32_t ssrc, const std::string& cname) {
  ASSERT_EQ(gst_rtcp_packet_get_type(&packet), GST_RTCP_TYPE_SDES);
  ASSERT_EQ(gst_rtcp_packet_sdes_get_item_count(&packet), 1U);
  ASSERT_TRUE(gst_rtcp_packet_sdes_first_item(&packet));
  EXPECT_EQ(gst_rtcp_packet_sdes_get_ssrc(&packet), ssrc);
  ASSERT_TRUE(gst_rtcp_packet_sdes_first_entry(&packet));
  GstRTCPSDESType type = GST_RTCP_SDES_INVALID;
  guint8 size = 0;
  guint8* data = nullptr;
  ASSERT_TRUE(gst_rtcp_packet_sdes_get_entry(&packet, &type, &size, &data));
  EXPECT_EQ(type, GST_RTCP_SDES_CNAME);
  EXPECT_EQ(std::string(data, data + size), cname);
  EXPECT_FALSE(gst_rtcp_packet_sdes_next_entry(&packet));
  EXPECT_FALSE(gst_rtcp_packet_sdes_next_item(&packet));
}

TEST(Rtcp, GStreamerReadsOurReports) {
  const SenderReport report{0xdeadbeef, 0xe000000180000002, 0xfffffffe, 0x01020304, 0xf0e0d0c0};
  // GStreamer 1.22 counts a word too few: it finds no name in a packet of just three.
  for (std::size_t size = 2; size <= 255; ++size) {
    const std::string cname(size, 'x');
    const auto buffer = buffer_of(compose_goodbye(report, cname, {1, 2}));
    ASSERT_TRUE(gst_rtcp_buffer_validate(buffer_of(compose(report, cname)).get()));
    ASSERT_TRUE(gst_rtcp_buffer_validate(buffer.get()));
    GstRTCPBuffer mapped = GST_RTCP_BUFFER_INIT;
    ASSERT_TRUE(gst_rtcp_buffer_map(buffer.get(), GST_MAP_READ, &mapped));
    Packet packet;
    EXPECT_EQ(gst_rtcp_buffer_get_packet_count(&mapped), 3U);
    EXPECT_TRUE(gst_rtcp_buffer_get_first_packet(&mapped, &packet));
    expect_report(packet, report);
    EXPECT_TRUE(gst_rtcp_packet_move_to_next(&packet));
    expect_name(packet, report.ssrc, cname);
    EXPECT_TRUE(gst_rtcp_packet_move_to_next(&packet));
    EXPECT_EQ(gst_rtcp_packet_get_type(&packet), GST_RTCP_TYPE_BYE);
    EXPECT_EQ(gst_rtcp_packet_bye_get_ssrc_count(&packet), 3U);
    EXPECT_EQ(gst_rtcp_packet_bye_get_nth_ssrc(&packet, 0), report.ssrc);
    EXPECT_EQ(gst_rtcp_packet_bye_get_nth_ssrc(&packet, 2), 2U);
    gst_rtcp_buffer_unmap(&mapped);
  }
}

void add(GstRTCPBuffer& rtcp, GstRTCPType type, const std::function<void(Packet&)>& fill) {
  Packet packet;
  ASSERT_TRUE(gst_rtcp_buffer_add_packet(&rtcp, type, &packet));
  fill(packet);
}

void fill_feedback(Packet& packet, GstRTCPFBType type, std::uint32_t media, const std::vector<std::uint8_t>& bytes) {
  gst_rtcp_packet_fb_set_type(&packet, type);
  gst_rtcp_packet_fb_set_sender_ssrc(&packet, 9);
  gst_rtcp_packet_fb_set_media_ssrc(&packet, media);
  ASSERT_TRUE(gst_rtcp_packet_fb_set_fci_length(&packet, static_cast<guint16>(bytes.size() / 4)));
  std::copy(bytes.begin(), bytes.end(), gst_rtcp_packet_fb_get_fci(&packet));
}

TEST(Rtcp, WeReadWhatGStreamerSays) {
  const auto buffer = glib::Ref<GstBuffer>::adopt(gst_rtcp_buffer_new(1400));
  GstRTCPBuffer mapped = GST_RTCP_BUFFER_INIT;
  ASSERT_TRUE(gst_rtcp_buffer_map(buffer.get(), GST_MAP_READWRITE, &mapped));
  add(mapped, GST_RTCP_TYPE_SR, [](Packet& packet) {
    gst_rtcp_packet_sr_set_sender_info(&packet, 9, 1, 2, 3, 4);
    gst_rtcp_packet_add_rb(&packet, 1, 64, -3, 1000, 90, 5000, 6000);
  });
  add(mapped, GST_RTCP_TYPE_RR, [](Packet& packet) {
    gst_rtcp_packet_rr_set_ssrc(&packet, 9);
    gst_rtcp_packet_add_rb(&packet, 2, 255, 70000, 1000, 91, 0, 0);
  });
  add(mapped, GST_RTCP_TYPE_RTPFB, [](Packet& packet) {
    fill_feedback(packet, GST_RTCP_RTPFB_TYPE_NACK, 1, {0xff, 0xff, 0, 1});
  });
  add(mapped, GST_RTCP_TYPE_PSFB, [](Packet& packet) { fill_feedback(packet, GST_RTCP_PSFB_TYPE_PLI, 1, {}); });
  add(mapped, GST_RTCP_TYPE_PSFB, [](Packet& packet) {
    fill_feedback(packet, GST_RTCP_PSFB_TYPE_FIR, 0, {0, 0, 0, 1, 7, 0, 0, 0});
  });
  gst_rtcp_buffer_unmap(&mapped);

  std::vector<std::uint8_t> bytes(gst_buffer_get_size(buffer.get()));
  gst_buffer_extract(buffer.get(), 0, bytes.data(), bytes.size());
  EXPECT_EQ(parse_feedback(bytes),
            (std::vector<Feedback>{ReportBlock{1, 64, -3, 90, 5000, 6000}, ReportBlock{2, 255, 70000, 91, 0, 0},
                                   Nack{1, {65535, 0}}, PictureLoss{1}, FullIntraRequest{1, 7}}));
}

}  // namespace
}  // namespace rtcmc::rtp
