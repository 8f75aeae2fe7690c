// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sdp_names.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rtcmc::sdp {
namespace {

struct Freed {
  void operator()(GstSDPMessage* message) const { gst_sdp_message_free(message); }
};
using Message = std::unique_ptr<GstSDPMessage, Freed>;

Message message_of(const std::string& in_session, const std::string& in_section) {
  const std::string text = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + in_session +
                           "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n" + in_section;
  GstSDPMessage* message = nullptr;
  gst_sdp_message_new_from_text(text.c_str(), &message);
  return Message(message);
}

std::string line(const std::string& attribute) {
  return "a=" + attribute + "\r\n";
}

/// The section's attributes, each as it was written.
std::vector<std::string> attributes_of(const Message& message) {
  const GstSDPMedia* media = gst_sdp_message_get_media(message.get(), 0);
  std::vector<std::string> result;
  for (guint i = 0; i < gst_sdp_media_attributes_len(media); ++i) {
    const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(media, i);
    result.push_back(std::string(attribute->key) + (*attribute->value ? ":" : "") + attribute->value);
  }
  return result;
}

struct AttributeCase {
  const char* attribute;
  bool stays;
};

TEST(SdpNames, WhatWeHaveNoUseForGoes) {
  for (const auto& [attribute, stays] : {
           AttributeCase{"mid:0", true},
           AttributeCase{"rtcp-mux", true},
           AttributeCase{"rtpmap:96 VP8/90000", true},
           AttributeCase{"fmtp:96 max-fr=30;max-fs=3600", true},
           AttributeCase{"rtcp-fb:96 nack pli", true},
           AttributeCase{"rtcp-fb:* transport-cc", true},
           AttributeCase{"rtcp-fb:96 nack invented", false},
           AttributeCase{"rtcp-fb:96", false},
           AttributeCase{"extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", true},
           AttributeCase{"extmap:3/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", true},
           AttributeCase{"extmap:256 urn:of:nobody", false},
           AttributeCase{"extmap:0 urn:of:nobody", false},
           AttributeCase{"extmap:urn", false},
           AttributeCase{"ssrc:1234 cname:ann", true},
           AttributeCase{"ssrc:1234 msid:a b", false},
           AttributeCase{"ssrc:1234", false},
           AttributeCase{"rid:h send", false},
           AttributeCase{"key-mgmt:mikey AQ==", false},
           AttributeCase{"x-google-flag:conference", false},
           AttributeCase{"invented-by-somebody:1", false},
       }) {
    const auto message = message_of("", line(attribute));
    FieldNames names(100);
    EXPECT_EQ(bound_names(message.get(), names), std::nullopt);
    EXPECT_EQ(attributes_of(message), stays ? std::vector<std::string>{attribute} : std::vector<std::string>{});
  }
  const auto message = message_of(line("group:BUNDLE 0") + line("invented:1"), "");
  FieldNames names(100);
  EXPECT_EQ(bound_names(message.get(), names), std::nullopt);
  EXPECT_EQ(gst_sdp_message_attributes_len(message.get()), 1U);
}

/// Whatever is invented: of all descriptions together no more names stay than there is room for.
TEST(SdpNames, TheProcessTakesNoMoreThanItsShare) {
  constexpr unsigned kRoom = 5;
  FieldNames names(kRoom);
  unsigned stayed = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(77'000'000 + i);
    const auto message = message_of("", line("ssrc:" + number + " cname:ann") + line("mid:0"));
    EXPECT_EQ(bound_names(message.get(), names), std::nullopt);
    const auto left = attributes_of(message);
    EXPECT_EQ(left.back(), "mid:0");
    stayed += left.size() - 1;
  }
  EXPECT_EQ(stayed, kRoom);
  const auto known = message_of("", line("ssrc:77000000 cname:bob") + line("fmtp:96 Invented-Parameter=1;apt=96"));
  EXPECT_EQ(bound_names(known.get(), names), std::nullopt);
  EXPECT_EQ(attributes_of(known), std::vector<std::string>{"ssrc:77000000 cname:bob"});
}

TEST(SdpNames, OneSectionHasSixteenSources) {
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    lines += line("ssrc:" + std::to_string(88'000'000 + i % 20) + " cname:ann");
  }
  FieldNames names(1000);
  const auto message = message_of("", lines);
  EXPECT_EQ(bound_names(message.get(), names), std::nullopt);
  EXPECT_EQ(attributes_of(message).size(), 16U);
}

TEST(SdpNames, TooManyAttributesAreRefused) {
  std::string lines;
  for (int i = 0; i < 1001; ++i) {
    lines += line("invented-" + std::to_string(i));
  }
  FieldNames names(1000);
  EXPECT_NE(bound_names(message_of("", lines).get(), names), std::nullopt);
  EXPECT_NE(bound_names(message_of(lines, "").get(), names), std::nullopt);
  EXPECT_EQ(g_quark_try_string("a-invented-1"), 0U);
}

}  // namespace
}  // namespace rtcmc::sdp
