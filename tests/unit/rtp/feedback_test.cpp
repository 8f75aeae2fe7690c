// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/feedback.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

namespace rtcmc::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Words = std::vector<std::uint32_t>;

constexpr std::uint8_t kSr = 200;
constexpr std::uint8_t kRr = 201;
constexpr std::uint8_t kSdes = 202;
constexpr std::uint8_t kBye = 203;
constexpr std::uint8_t kApp = 204;
constexpr std::uint8_t kTransport = 205;
constexpr std::uint8_t kPayload = 206;
constexpr std::uint8_t kExtended = 207;

constexpr std::uint32_t kThem = 0x11223344;
constexpr std::uint32_t kVideo = 0xdeadbeef;
constexpr std::uint32_t kAudio = 0xcafe0001;

Bytes packet(unsigned count, std::uint8_t type, const Words& words) {
  Bytes bytes{static_cast<std::uint8_t>(0x80U | count), type, static_cast<std::uint8_t>(words.size() >> 8U),
              static_cast<std::uint8_t>(words.size())};
  for (const std::uint32_t word : words) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  return bytes;
}

Bytes with_byte(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes.at(at) = value;
  return bytes;
}

/// The same with its padding bit, and the last byte telling how much of it is padding.
Bytes padded(const Bytes& bytes, std::uint8_t padding) {
  return with_byte(with_byte(bytes, 0, bytes[0] | 0x20), bytes.size() - 1, padding);
}

Bytes compound(std::initializer_list<Bytes> packets) {
  Bytes all;
  for (const Bytes& one : packets) {
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words kVideoBlock{kVideo, 0x40000007, 0x00010123, 90, 0xaabbccdd, 0x8000};
const Words kAudioBlock{kAudio, 0x00fffffd, 0x0000ffff, 0xffffffff, 0, 0};
const ReportBlock kVideoReport{kVideo, 64, 7, 90, 0xaabbccdd, 0x8000};
const ReportBlock kAudioReport{kAudio, 0, -3, 0xffffffff, 0, 0};

const Words kSenderInfo{0xe0000000, 0x80000000, 3000, 10, 2000};
const Bytes kPli = packet(1, kPayload, {kThem, kVideo});
const PictureLoss kPictureLoss{kVideo};

Bytes nack(const Words& information) {
  return packet(1, kTransport, joined({kThem, kVideo}, information));
}

Bytes fir(const Words& information) {
  return packet(4, kPayload, joined({kThem, 0}, information));
}

Bytes remb(const Words& information) {
  return packet(15, kPayload, joined({kThem, 0, 0x52454d42}, information));
}

Bytes transport_wide(const Words& information) {
  return packet(15, kTransport, joined({kThem, kVideo}, information));
}

// From 0xfffe on two packets, 192 ms, feedback 9; a run of two; 1 ms and 2 ms.
const Bytes kTransportWide = transport_wide({0xfffe0002, 0x00000309, 0x20020408});
const TransportFeedback kTransportFeedback{
    kVideo, 9, {{0xfffe, TransportFeedback::Arrival{193'000}}, {0xffff, TransportFeedback::Arrival{195'000}}}};

struct Case {
  std::string name;
  Bytes compound;
  std::vector<Feedback> expected;
};

class FeedbackTable : public ::testing::TestWithParam<Case> {};

TEST_P(FeedbackTable, Holds) {
  EXPECT_EQ(parse_feedback(GetParam().compound), GetParam().expected);
}

const std::vector<Case> kUnderstood{
    {"Nothing", {}, {}},
    {"ReceiverReport", packet(1, kRr, joined({kThem}, kVideoBlock)), {kVideoReport}},
    {"TwoBlocks", packet(2, kRr, joined(joined({kThem}, kVideoBlock), kAudioBlock)), {kVideoReport, kAudioReport}},
    {"SenderReport", packet(1, kSr, joined(joined({kThem}, kSenderInfo), kAudioBlock)), {kAudioReport}},
    {"MostPacketsLost",
     packet(2, kRr, {kThem, kVideo, 0xff7fffff, 0, 0, 0, 0, kAudio, 0xff800000, 0, 0, 0, 0}),
     {ReportBlock{kVideo, 255, 0x7fffff, 0, 0, 0}, ReportBlock{kAudio, 255, -0x800000, 0, 0, 0}}},
    {"ReportOfNobody", packet(0, kRr, {kThem}), {}},
    {"BlocksThenAnExtensionOfTheProfile", packet(1, kRr, joined(joined({kThem}, kVideoBlock), {1, 2})), {kVideoReport}},
    {"PictureLoss", kPli, {kPictureLoss}},
    {"Nack", nack({0x03e80000}), {Nack{kVideo, {1000}}}},
    {"NackWithBits", nack({0x03e88005}), {Nack{kVideo, {1000, 1001, 1003, 1016}}}},
    {"NackAcrossTheWrap", nack({0xffff0003, 0xfff08001}), {Nack{kVideo, {65535, 0, 1, 65520, 65521, 0}}}},
    {"NackOfManyWords", nack({0x00010000, 0x00640001, 0x00010000}), {Nack{kVideo, {1, 100, 101, 1}}}},
    {"FullIntra", fir({kVideo, 0x05ffffff}), {FullIntraRequest{kVideo, 5}}},
    {"FullIntraOfSeveral",
     fir({kVideo, 0xff000000, kAudio, 0}),
     {FullIntraRequest{kVideo, 255}, FullIntraRequest{kAudio, 0}}},
    {"ReceiverEstimate", remb({0x0102eebb, kVideo}), {ReceiverEstimate{kVideo, 0x2eebb}}},
    {"ReceiverEstimateOfSeveral", remb({0x02fc0001, kAudio, kVideo}), {ReceiverEstimate{kAudio, 0x8000000000000000}}},
    {"ReceiverEstimateOfNothing", remb({0x01fc0000, kVideo}), {ReceiverEstimate{kVideo, 0}}},
    {"MostOfAReceiverEstimate", remb({0x01ffffff, kVideo}), {ReceiverEstimate{kVideo, UINT64_MAX}}},
    {"JustTooMuchOfAReceiverEstimate", remb({0x01bfffff, kVideo}), {ReceiverEstimate{kVideo, UINT64_MAX}}},
    {"JustNotTooMuchOfAReceiverEstimate", remb({0x01bbffff, kVideo}), {ReceiverEstimate{kVideo, 0x3ffffULL << 46U}}},
    {"ReceiverEstimateThenMore", remb({0x010400ff, kVideo, 1, 2}), {ReceiverEstimate{kVideo, 510}}},
    {"TransportWide", kTransportWide, {kTransportFeedback}},
    {"InOrder",
     compound({packet(1, kRr, joined({kThem}, kVideoBlock)), packet(1, kSdes, {kThem, 0x01016100}), nack({0x00070000}),
               kPli, fir({kVideo, 0x01000000})}),
     {kVideoReport, Nack{kVideo, {7}}, kPictureLoss, FullIntraRequest{kVideo, 1}}},
};

/// Of each, what follows is taken.
const std::vector<Case> kPassedOver{
    {"NoBody", compound({packet(0, kBye, {}), kPli}), {kPictureLoss}},
    {"NoBodyWhereThereMustBeOne",
     compound({packet(0, kSr, {}), packet(1, kRr, {}), packet(1, kTransport, {}), packet(4, kPayload, {}), kPli}),
     {kPictureLoss}},
    {"OtherTypes",
     compound({packet(1, kSdes, {kThem, 0x01016100}), packet(1, kBye, {kThem}), packet(1, kApp, {kThem, 0}),
               packet(0, kExtended, {kThem, 0x04000002, 0, 0}), packet(1, 192, {kThem, kVideo}),
               packet(1, 223, {kThem, kVideo}), kPli}),
     {kPictureLoss}},
    {"TransportWideWithoutItsPacket", compound({transport_wide({0x00010001, 0, 0}), kPli}), {kPictureLoss}},
    {"TransportWideCutShort", compound({transport_wide({0x00010001}), kPli}), {kPictureLoss}},
    {"OtherTransportFeedback", compound({packet(4, kTransport, {kThem, kVideo, 0x00010001}), kPli}), {kPictureLoss}},
    {"SliceLoss", compound({packet(2, kPayload, {kThem, kVideo, 0x00010001}), kPli}), {kPictureLoss}},
    {"ReferencePicture", compound({packet(3, kPayload, {kThem, kVideo, 0x08600000}), kPli}), {kPictureLoss}},
    {"OtherOfAnApplication",
     compound({packet(15, kPayload, {kThem, 0, 0x52454d43, 0x01000001, kVideo}), kPli}),
     {kPictureLoss}},
    {"EstimateForNobody", compound({remb({0x00000001}), remb({0x00000001, kVideo}), kPli}), {kPictureLoss}},
    {"EstimateForMoreThanItNames", compound({remb({0x02000001, kVideo}), kPli}), {kPictureLoss}},
    {"EstimateCutShort", compound({packet(15, kPayload, {kThem, 0, 0x52454d42}), remb({}), kPli}), {kPictureLoss}},
    {"MoreBlocksClaimedThanFit", compound({packet(2, kRr, joined({kThem}, kVideoBlock)), kPli}), {kPictureLoss}},
    {"MoreSenderBlocksClaimedThanFit",
     compound({packet(1, kSr, joined({kThem, 0, 0, 0, 0}, kVideoBlock)), kPli}),
     {kPictureLoss}},
    {"BlockCutShort", compound({packet(1, kRr, {kThem, kVideo, 0, 0, 0, 0}), kPli}), {kPictureLoss}},
    {"SenderReportWithoutItsInfo", compound({packet(0, kSr, {kThem}), kPli}), {kPictureLoss}},
    {"NackOfNothing", compound({nack({}), kPli}), {kPictureLoss}},
    {"FeedbackWithoutMedia", compound({packet(1, kPayload, {kThem}), kPli}), {kPictureLoss}},
    {"NackWithoutMedia", compound({packet(1, kTransport, {kThem}), kPli}), {kPictureLoss}},
    {"FullIntraOfNobody", compound({fir({}), kPli}), {kPictureLoss}},
    {"FullIntraCutShort", compound({fir({kVideo, 0x01000000, kAudio}), kPli}), {kPictureLoss}},
};

const std::vector<Case> kPadding{
    {"AtTheEnd", padded(packet(1, kPayload, {kThem, kVideo, 0}), 4), {kPictureLoss}},
    {"OfSeveralWords", padded(nack({0x00070000, 0x00080000, 0}), 8), {Nack{kVideo, {7}}}},
    {"OfTheLastPacket",
     compound({kPli, padded(packet(1, kPayload, {kThem, kAudio, 0}), 4)}),
     {kPictureLoss, PictureLoss{kAudio}}},
    {"OfAnEarlierPacket", compound({padded(nack({0x00070000, 0}), 4), kPli}), {Nack{kVideo, {7}}, kPictureLoss}},
    {"OfAWholeBody", compound({padded(packet(0, kBye, {0}), 4), kPli}), {kPictureLoss}},
    {"TakesABlockAway", padded(packet(1, kRr, joined({kThem}, kVideoBlock)), 4), {}},
    {"TakesTheMediaAway", padded(packet(1, kPayload, {kThem, 0}), 4), {}},
    {"None", compound({padded(nack({0x00070000, 0}), 0), kPli}), {}},
    // As Chromium pads.
    {"NotOfWholeWords", compound({padded(nack({0x00070000, 0}), 3), kPli}), {Nack{kVideo, {7}}, kPictureLoss}},
    {"OfAByte",
     compound({padded(packet(15, kTransport, {kThem, kVideo, 0x07d00001, 0x00000105, 0x20010401}), 1), kPli}),
     {TransportFeedback{kVideo, 5, {{2000, TransportFeedback::Arrival{65'000}}}}, kPictureLoss}},
    {"MoreThanTheBody", compound({padded(nack({0}), 16), kPli}), {}},
    {"WithoutBody", compound({with_byte(packet(0, kBye, {}), 0, 0xa0), kPli}), {}},
    {"WrongAfterWhatIsRight", compound({kPli, padded(nack({0}), 255)}), {kPictureLoss}},
};

/// Of none, what follows is taken.
const std::vector<Case> kNotTrusted{
    {"Version0", compound({with_byte(kPli, 0, 0x01), kPli}), {}},
    {"Version1", compound({with_byte(kPli, 0, 0x41), kPli}), {}},
    {"Version3", compound({with_byte(kPli, 0, 0xc1), kPli}), {}},
    {"OfALaterPacket", compound({kPli, with_byte(kPli, 0, 0x41), kPli}), {kPictureLoss}},
    {"RtpPacket", compound({packet(0, 96, {0, kVideo}), kPli}), {}},
    {"RtpPacketWithMarker", compound({packet(0, 0xe0, {0, kVideo}), kPli}), {}},
    {"JustBelowItsTypes", compound({packet(0, 191, {}), kPli}), {}},
    {"LengthBeyondTheEnd", with_byte(kPli, 3, 3), {}},
    {"LongestLength", with_byte(with_byte(kPli, 2, 0xff), 3, 0xff), {}},
    {"LengthBeyondTheEndLater", compound({kPli, with_byte(kPli, 3, 3)}), {kPictureLoss}},
    {"HeaderCutShort", compound({kPli, {0x81, kPayload, 0}}), {kPictureLoss}},
};

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Understood, FeedbackTable, ::testing::ValuesIn(kUnderstood), name_of);
INSTANTIATE_TEST_SUITE_P(PassedOver, FeedbackTable, ::testing::ValuesIn(kPassedOver), name_of);
INSTANTIATE_TEST_SUITE_P(Padding, FeedbackTable, ::testing::ValuesIn(kPadding), name_of);
INSTANTIATE_TEST_SUITE_P(NotTrusted, FeedbackTable, ::testing::ValuesIn(kNotTrusted), name_of);

TEST(Feedback, SaysNoMoreWhenCutShort) {
  const Bytes whole = compound({packet(1, kRr, joined({kThem}, kVideoBlock)), nack({0x00070003}), kPli,
                                fir({kVideo, 0x01000000, kAudio, 0x02000000})});
  const auto all = parse_feedback(whole);
  ASSERT_EQ(all.size(), 5U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto some = parse_feedback(part);
    ASSERT_LT(some.size(), all.size());
    EXPECT_TRUE(std::ranges::equal(some, std::span(all).first(some.size()))) << size;
  }
}

TEST(Feedback, AllOfWhatIsNamedByBits) {
  std::vector<std::uint16_t> expected;
  for (std::uint16_t i = 0; i < 17; ++i) {
    expected.push_back(static_cast<std::uint16_t>(65530 + i));
  }
  EXPECT_EQ(parse_feedback(nack({0xfffaffff})), (std::vector<Feedback>{Nack{kVideo, expected}}));
}

TEST(Feedback, FactsAreBounded) {
  Words entries;
  Words blocks{kThem};
  for (std::uint32_t i = 0; i < 31; ++i) {
    blocks = joined(blocks, kVideoBlock);
  }
  for (std::uint32_t i = 0; i < 2 * kMaxFeedback; ++i) {
    entries = joined(entries, {i, 0});
  }
  Bytes requests;
  Bytes nacks;
  for (std::size_t i = 0; i < 2 * kMaxFeedback; ++i) {
    requests = compound({requests, kPli});
    nacks = compound({nacks, nack({0x00070000})});
  }
  const Bytes reports = packet(31, kRr, blocks);
  for (const Bytes& many : {requests, nacks, fir(entries), compound({reports, reports, reports})}) {
    const auto feedback = parse_feedback(many);
    ASSERT_EQ(feedback.size(), kMaxFeedback);
    EXPECT_EQ(parse_feedback(compound({many, kPli})), feedback);
  }
}

TEST(Feedback, SequenceNumbersAreBoundedOverAll) {
  const Bytes many = nack(Words(40, 0x0000ffff));  // 680 numbers
  const auto feedback = parse_feedback(compound({many, many, many, kPli}));
  ASSERT_EQ(feedback.size(), 3U) << "one that names nothing is none";
  EXPECT_EQ(std::get<Nack>(feedback[0]).sequences.size(), 680U);
  EXPECT_EQ(std::get<Nack>(feedback[1]).sequences.size(), kMaxNacked - 680);
  EXPECT_EQ(feedback[2], Feedback(kPictureLoss));
}

TEST(Feedback, TransportWidePacketsAreBoundedOverAll) {
  const Bytes many = transport_wide({0x00000bb8, 0, 0x0bb80000});  // 3,000, none of which came
  const auto feedback = parse_feedback(compound({many, many, many, kPli}));
  ASSERT_EQ(feedback.size(), 3U) << "one that names nothing is none";
  EXPECT_EQ(std::get<TransportFeedback>(feedback[0]).packets.size(), 3000U);
  EXPECT_EQ(std::get<TransportFeedback>(feedback[1]).packets.size(), kMaxTransportPackets - 3000);
  EXPECT_EQ(feedback[2], Feedback(kPictureLoss));
}

}  // namespace
}  // namespace rtcmc::rtp
