// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/connection_report.hpp"

#include <gtest/gtest.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <string>

#include "element/extra.hpp"

namespace rtcmc::stats {
namespace {

/// What webrtcbin 1.22.0 says when two elements talk: video 10 and its retransmission 11 come, 12 has sent nothing yet,
/// audio 20 and video 30 go. Fields that nobody reads are left out.
// clang-format off
constexpr const char* kReply =
    R"s(application/x-webrtc-stats, )s"
    R"s(ice-candidate-local_1_127.0.0.1_40713=(structure)"remote-candidate\,\ type\=\(GstWebRTCStatsType\)remote-candidate\,\ candidate-type\=\(string\)host\,\ protocol\=\(string\)udp\;", )s"
    R"s(ice-candidate-remote_1_127.0.0.1_41167=(structure)"local-candidate\,\ type\=\(GstWebRTCStatsType\)local-candidate\,\ candidate-type\=\(string\)host\,\ protocol\=\(string\)udp\;", )s"
    R"s(ice-candidate-pair_webrtcnicetransport0=(structure)"candidate-pair\,\ type\=\(GstWebRTCStatsType\)candidate-pair\,\ local-candidate-id\=\(string\)ice-candidate-local_1_127.0.0.1_40713\,\ remote-candidate-id\=\(string\)ice-candidate-remote_1_127.0.0.1_41167\;", )s"
    R"s(rtp-inbound-stream-stats_10=(structure)"inbound-rtp\,\ type\=\(GstWebRTCStatsType\)inbound-rtp\,\ ssrc\=\(uint\)10\,\ kind\=\(string\)video\,\ packets-received\=\(guint64\)287\,\ packets-lost\=\(gint64\)0\,\ jitter\=\(double\)0.0054777777777777776\,\ packets-discarded\=\(guint64\)0\,\ packets-repaired\=\(guint64\)0\,\ bytes-received\=\(guint64\)307086\,\ fir-count\=\(uint\)7\,\ pli-count\=\(uint\)0\,\ nack-count\=\(uint\)7\,\ gst-rtpsource-stats\=\(structure\)\"application/x-rtp-source-stats\\\,\\\ ssrc\\\=\\\(uint\\\)10\\\,\\\ clock-rate\\\=\\\(int\\\)90000\\\,\\\ octets-sent\\\=\\\(guint64\\\)0\\\,\\\ octets-received\\\=\\\(guint64\\\)307086\\\,\\\ packets-lost\\\=\\\(int\\\)-1\\\,\\\ jitter\\\=\\\(uint\\\)493\\\;\"\;", )s"
    R"s(rtp-inbound-stream-stats_11=(structure)"inbound-rtp\,\ type\=\(GstWebRTCStatsType\)inbound-rtp\,\ ssrc\=\(uint\)11\,\ kind\=\(string\)video\,\ packets-received\=\(guint64\)13\,\ packets-lost\=\(gint64\)0\,\ jitter\=\(double\)0.03691111111111111\,\ packets-discarded\=\(guint64\)0\,\ packets-repaired\=\(guint64\)0\,\ bytes-received\=\(guint64\)13767\,\ fir-count\=\(uint\)0\,\ pli-count\=\(uint\)0\,\ nack-count\=\(uint\)0\,\ gst-rtpsource-stats\=\(structure\)\"application/x-rtp-source-stats\\\,\\\ ssrc\\\=\\\(uint\\\)11\\\,\\\ clock-rate\\\=\\\(int\\\)90000\\\,\\\ octets-sent\\\=\\\(guint64\\\)0\\\,\\\ octets-received\\\=\\\(guint64\\\)13767\\\,\\\ packets-lost\\\=\\\(int\\\)-1\\\,\\\ jitter\\\=\\\(uint\\\)3322\\\;\"\;", )s"
    R"s(rtp-outbound-stream-stats_20=(structure)"outbound-rtp\,\ type\=\(GstWebRTCStatsType\)outbound-rtp\,\ ssrc\=\(uint\)20\,\ kind\=\(string\)video\,\ bytes-sent\=\(guint64\)35258\,\ packets-sent\=\(guint64\)218\,\ fir-count\=\(uint\)0\,\ pli-count\=\(uint\)0\,\ nack-count\=\(uint\)0\,\ gst-rtpsource-stats\=\(structure\)\"application/x-rtp-source-stats\\\,\\\ ssrc\\\=\\\(uint\\\)20\\\,\\\ clock-rate\\\=\\\(int\\\)48000\\\,\\\ octets-sent\\\=\\\(guint64\\\)35258\\\,\\\ octets-received\\\=\\\(guint64\\\)35258\\\,\\\ packets-lost\\\=\\\(int\\\)0\\\,\\\ jitter\\\=\\\(uint\\\)0\\\;\"\;", )s"
    R"s(rtp-inbound-stream-stats_12=(structure)"inbound-rtp\,\ type\=\(GstWebRTCStatsType\)inbound-rtp\,\ ssrc\=\(uint\)12\,\ kind\=\(string\)video\,\ packets-received\=\(guint64\)0\,\ jitter\=\(double\)-0\,\ bytes-received\=\(guint64\)0\,\ fir-count\=\(uint\)0\,\ pli-count\=\(uint\)0\,\ nack-count\=\(uint\)0\,\ gst-rtpsource-stats\=\(structure\)\"application/x-rtp-source-stats\\\,\\\ ssrc\\\=\\\(uint\\\)12\\\,\\\ clock-rate\\\=\\\(int\\\)-1\\\,\\\ octets-sent\\\=\\\(guint64\\\)0\\\,\\\ octets-received\\\=\\\(guint64\\\)0\\\,\\\ packets-lost\\\=\\\(int\\\)0\\\,\\\ jitter\\\=\\\(uint\\\)0\\\;\"\;", )s"
    R"s(rtp-remote-inbound-stream-stats_30=(structure)"remote-inbound-rtp\,\ type\=\(GstWebRTCStatsType\)remote-inbound-rtp\,\ ssrc\=\(uint\)30\,\ kind\=\(string\)video\,\ packets-lost\=\(gint64\)-1\,\ fraction-lost\=\(double\)0\,\ round-trip-time\=\(double\)0.003692626953125\,\ gst-rtpsource-stats\=\(structure\)\"application/x-rtp-source-stats\\\,\\\ ssrc\\\=\\\(uint\\\)11\\\,\\\ clock-rate\\\=\\\(int\\\)90000\\\,\\\ octets-sent\\\=\\\(guint64\\\)0\\\,\\\ octets-received\\\=\\\(guint64\\\)13767\\\,\\\ packets-lost\\\=\\\(int\\\)-1\\\,\\\ jitter\\\=\\\(uint\\\)3322\\\;\"\;", )s"
    R"s(rtp-outbound-stream-stats_30=(structure)"outbound-rtp\,\ type\=\(GstWebRTCStatsType\)outbound-rtp\,\ ssrc\=\(uint\)30\,\ kind\=\(string\)video\,\ bytes-sent\=\(guint64\)213974\,\ packets-sent\=\(guint64\)256\,\ fir-count\=\(uint\)0\,\ pli-count\=\(uint\)0\,\ nack-count\=\(uint\)0\,\ gst-rtpsource-stats\=\(structure\)\"application/x-rtp-source-stats\\\,\\\ ssrc\\\=\\\(uint\\\)30\\\,\\\ clock-rate\\\=\\\(int\\\)90000\\\,\\\ octets-sent\\\=\\\(guint64\\\)213974\\\,\\\ octets-received\\\=\\\(guint64\\\)213974\\\,\\\ packets-lost\\\=\\\(int\\\)0\\\,\\\ jitter\\\=\\\(uint\\\)0\\\;\"\;";)s";
// clang-format on

ConnectionReport report_of(const std::string& text) {
  g_type_class_unref(g_type_class_ref(GST_TYPE_WEBRTC_STATS_TYPE));  // so that the text's enum values are known
  const StructurePtr structure(gst_structure_from_string(text.c_str(), nullptr));
  EXPECT_TRUE(structure);
  return connection_report(structure.get());
}

TEST(ConnectionReport, TellsStreamsBySsrc) {
  const ConnectionReport report = report_of(kReply);
  ASSERT_EQ(report.inbound.size(), 3U);
  EXPECT_EQ(report.inbound.at(10).packets, 287U);
  EXPECT_EQ(report.inbound.at(10).nacks, 7U);
  EXPECT_EQ(report.inbound.at(10).firs, 7U);
  EXPECT_EQ(report.inbound.at(10).jitter, 493U);
  EXPECT_EQ(report.inbound.at(11).bytes, 13767U);
  EXPECT_EQ(report.inbound.at(12).packets, 0U);
}

TEST(ConnectionReport, LossIsNeverNegative) {
  EXPECT_EQ(report_of(kReply).inbound.at(10).packets_lost, 0U);
}

TEST(ConnectionReport, FindsTheCandidatesByTheirIds) {
  std::string text = kReply;
  const std::size_t remote = text.find("host", text.find("ice-candidate-remote"));
  text.replace(remote, 4, "relay");
  const ConnectionReport report = report_of(text);
  ASSERT_TRUE(report.pair);
  EXPECT_EQ(report.pair->local_type, "host");
  EXPECT_EQ(report.pair->remote_type, "relay");
  EXPECT_EQ(report.pair->protocol, "udp");
}

TEST(ConnectionReport, NoReplyOrAnErrorIsAnEmptyReport) {
  for (const char* text : {"error, reason=closed", "x, s=(structure)\"y\\,\\ type\\=\\(int\\)3\\;\""}) {
    const ConnectionReport report = report_of(text);
    EXPECT_TRUE(report.inbound.empty() && !report.pair);
  }
  EXPECT_TRUE(connection_report(nullptr).inbound.empty());
}

}  // namespace
}  // namespace rtcmc::stats
