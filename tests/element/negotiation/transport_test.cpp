// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/transport.hpp"

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gst_ref.hpp"
#include "ice_pair.hpp"
#include "peer/ice_sender.hpp"
#include "srtp_receiver.hpp"

// What is sent through a transport, as it reaches the other end of a real connection, and what libsrtp makes of it
// there.

namespace rtcmc {
namespace {

using test::IceProtocol;
using Bytes = std::vector<std::uint8_t>;
using Packet = send::Wire::Packet;

constexpr std::size_t kTagBytes = 10;

srtp::Key key_of(std::uint8_t byte) {
  return *srtp::Key::of(srtp::Profile::AesCm128Sha1Tag80, Bytes(30, byte));
}

std::uint32_t number_in(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + size; ++i) {
    number = number << 8U | bytes.at(i);
  }
  return number;
}

Bytes media_packet(std::uint32_t ssrc, std::uint16_t sequence, std::size_t size = 200) {
  Bytes bytes{0x80, 96, static_cast<std::uint8_t>(sequence >> 8U), static_cast<std::uint8_t>(sequence), 0, 0, 0, 1};
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(ssrc >> (shift - 8)));
  }
  bytes.resize(size, 0x55);
  return bytes;
}

Bytes report_of(std::uint32_t ssrc) {
  Bytes bytes{0x80, 201, 0, 1};
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(ssrc >> (shift - 8)));
  }
  return bytes;
}

/// What arrives, all of it: whether it can be read, and no key stream was used before.
class Reader {
 public:
  void set_key(const srtp::Key& key) {
    ++keys_;
    receiver_.emplace(key, srtp_profile_aes128_cm_sha1_80);
    rollovers_.clear();
  }

  void read(const std::vector<std::string>& datagrams) {
    for (const std::string& datagram : datagrams) {
      const Bytes bytes(datagram.begin(), datagram.end());
      const bool is_report = bytes.at(1) >= 192 && bytes.at(1) <= 223;
      const auto text = is_report ? receiver_->rtcp(bytes) : receiver_->rtp(bytes);
      ASSERT_TRUE(text) << "not protected, by another key, or twice";
      texts.push_back(*text);
      const bool is_new = is_report
                              ? indices_.emplace(keys_, true, number_in(bytes, 4, 4), index_of_report(bytes)).second
                              : indices_.emplace(keys_, false, number_in(bytes, 8, 4), index_of(bytes)).second;
      EXPECT_TRUE(is_new) << "a key stream was used twice";
    }
  }

  std::vector<Bytes> texts;

 private:
  /// RFC 3711, 3.3.1: with how often the number has begun anew. They come in their order here.
  std::uint64_t index_of(const Bytes& bytes) {
    const auto sequence = static_cast<std::uint16_t>(number_in(bytes, 2, 2));
    auto& [rollovers, last] = rollovers_[number_in(bytes, 8, 4)];
    rollovers += sequence < last ? 1 : 0;
    last = sequence;
    return std::uint64_t{rollovers} << 16U | sequence;
  }
  static std::uint64_t index_of_report(const Bytes& bytes) {
    return number_in(bytes, bytes.size() - kTagBytes - 4, 4) & 0x7fffffffU;
  }

  unsigned keys_ = 0;
  std::optional<test::SrtpReceiver> receiver_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint16_t>> rollovers_;
  std::set<std::tuple<unsigned, bool, std::uint32_t, std::uint64_t>> indices_;
};

class TransportTest : public ::testing::TestWithParam<IceProtocol> {
 protected:
  ~TransportTest() override { transport_->close(); }

  GstFlowReturn send(const std::vector<Bytes>& packets) const {
    std::vector<Packet> pieces;
    for (const Bytes& bytes : packets) {
      auto& piece = pieces.emplace_back();
      std::copy_n(bytes.begin(), 12, piece.header.begin());
      piece.header_size = 12;
      piece.payload = std::span(bytes).subspan(12);
    }
    return transport_->send(pieces);
  }
  void send_and_read(const std::vector<Bytes>& packets) {
    EXPECT_EQ(send(packets), GST_FLOW_OK);
    reader_.read(pair_.arrived(packets.size()));
    EXPECT_EQ(std::exchange(reader_.texts, {}), packets);
  }
  void report_and_read(std::uint32_t ssrc) {
    EXPECT_EQ(transport_->send_control(report_of(ssrc)), GST_FLOW_OK);
    reader_.read(pair_.arrived(1));
    EXPECT_EQ(std::exchange(reader_.texts, {}), std::vector<Bytes>{report_of(ssrc)});
  }
  void set_key(std::uint8_t byte) {
    transport_->set_key(key_of(byte));
    reader_.set_key(key_of(byte));
  }

  test::IcePair pair_{GetParam()};
  const std::shared_ptr<Transport> transport_ =
      std::make_shared<Transport>(IceSender::make(pair_.sink()), "a participant");
  Reader reader_;
};

TEST_P(TransportTest, NothingIsSentUnprotected) {
  ASSERT_TRUE(pair_.connect());
  EXPECT_EQ(send({media_packet(1, 1)}), GST_FLOW_FLUSHING);
  EXPECT_EQ(transport_->send_control(report_of(1)), GST_FLOW_FLUSHING);
  set_key(1);
  send_and_read({media_packet(1, 2)});  // the first that arrives
  transport_->close();
  EXPECT_FALSE(transport_->has_key());
  transport_->set_key(key_of(2));
  EXPECT_EQ(send({media_packet(1, 3)}), GST_FLOW_FLUSHING);
  EXPECT_EQ(transport_->send_control(report_of(1)), GST_FLOW_FLUSHING);
}

TEST_P(TransportTest, AFrameOfMorePacketsThanGoAtOnceArrivesInItsOrder) {
  ASSERT_TRUE(pair_.connect());
  set_key(1);
  std::vector<Bytes> frame;
  for (std::uint16_t i = 0; i < 150; ++i) {
    frame.push_back(media_packet(1, i, i == 149 ? 50 : 100));
  }
  send_and_read(frame);
}

TEST_P(TransportTest, AKeyStreamIsNeverUsedTwice) {
  constexpr std::uint32_t kVideo = 1;
  constexpr std::uint32_t kSound = 2;
  ASSERT_TRUE(pair_.connect());
  std::uint16_t sequence = 30'000;
  for (const std::uint8_t key : {1, 2, 3}) {
    set_key(key);
    for (int i = 0; i < 6; ++i) {
      pair_.say(i % 2 == 0 ? NICE_COMPONENT_STATE_FAILED : NICE_COMPONENT_STATE_READY);
      send_and_read({media_packet(kVideo, sequence), media_packet(kVideo, static_cast<std::uint16_t>(sequence + 1)),
                     media_packet(kSound, sequence)});
      report_and_read(kVideo);
      report_and_read(kSound);
      transport_->set_key(key_of(key));                          // again: what it has protected is not forgotten
      sequence = static_cast<std::uint16_t>(sequence + 30'000);  // it begins anew every second or third time
    }
  }
}

TEST_P(TransportTest, APacketThatIsNotProtectedIsLeftOut) {
  ASSERT_TRUE(pair_.connect());
  set_key(1);
  send_and_read({media_packet(1, 1)});
  EXPECT_EQ(send({media_packet(1, 1), media_packet(1, 2), media_packet(1, 3, 70'000), media_packet(1, 4)}),
            GST_FLOW_ERROR);
  reader_.read(pair_.arrived(2));
  EXPECT_EQ(reader_.texts, (std::vector<Bytes>{media_packet(1, 2), media_packet(1, 4)}));
}

struct HarnessDeleter {
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
};

/// webrtcbin's RTP session sends by there.
TEST_P(TransportTest, TheElementThatEncryptedBeforeDoesSoNoMore) {
  ASSERT_TRUE(pair_.connect());
  const auto srtpenc =
      glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("srtpenc", nullptr))));
  ASSERT_TRUE(srtpenc);
  g_object_set(srtpenc.get(), "random-key", TRUE, nullptr);
  const auto early = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(srtpenc.get(), "rtcp_sink_0"));
  Transport::replace(srtpenc.get(), transport_);
  const auto late = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(srtpenc.get(), "rtp_sink_1"));
  const std::unique_ptr<GstHarness, HarnessDeleter> reports(
      gst_harness_new_with_element(srtpenc.get(), "rtcp_sink_0", "rtcp_src_0"));
  const std::unique_ptr<GstHarness, HarnessDeleter> media(
      gst_harness_new_with_element(srtpenc.get(), "rtp_sink_1", "rtp_src_1"));
  gst_harness_set_src_caps_str(reports.get(), "application/x-rtcp");
  gst_harness_set_src_caps_str(media.get(), "application/x-rtp");
  const auto buffer_of = [](const Bytes& bytes) { return gst_buffer_new_memdup(bytes.data(), bytes.size()); };

  EXPECT_EQ(gst_harness_push(reports.get(), buffer_of(report_of(7))), GST_FLOW_OK);  // lost: there is no key
  set_key(1);
  EXPECT_EQ(gst_harness_push(reports.get(), buffer_of(report_of(8))), GST_FLOW_OK);
  EXPECT_EQ(gst_harness_push(media.get(), buffer_of(media_packet(9, 1))), GST_FLOW_OK);
  auto list = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new());
  gst_buffer_list_add(list.get(), buffer_of(media_packet(9, 2)));
  gst_buffer_list_add(list.get(), buffer_of(media_packet(9, 3)));
  EXPECT_EQ(gst_pad_push_list(media->srcpad, list.release()), GST_FLOW_OK);
  EXPECT_EQ(transport_->send_control(report_of(8)), GST_FLOW_OK);
  reader_.read(pair_.arrived(5));
  EXPECT_EQ(reader_.texts, (std::vector<Bytes>{report_of(8), media_packet(9, 1), media_packet(9, 2), media_packet(9, 3),
                                               report_of(8)}));
  EXPECT_EQ(gst_harness_buffers_received(reports.get()), 0U);
  EXPECT_EQ(gst_harness_buffers_received(media.get()), 0U);
}

INSTANTIATE_TEST_SUITE_P(All, TransportTest, ::testing::Values(IceProtocol::Udp, IceProtocol::Tcp),
                         [](const auto& info) { return info.param == IceProtocol::Udp ? "Udp" : "Tcp"; });

}  // namespace
}  // namespace rtcmc
