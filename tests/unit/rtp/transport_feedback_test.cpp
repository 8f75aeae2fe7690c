// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/transport_feedback.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rtcmc::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Packets = std::vector<TransportFeedback::Packet>;
using Arrival = TransportFeedback::Arrival;

constexpr std::uint32_t kPicture = 0xdeadbeef;
constexpr std::uint8_t kNumber = 0x2a;
constexpr std::size_t kNoLimit = 0x10000;

/// The header, with a reference time of `reference` times 64 ms, then `rest`.
Bytes message(std::uint16_t base, std::uint16_t count, std::uint32_t reference, const Bytes& rest) {
  const auto byte = [](std::uint32_t number, unsigned shift) { return static_cast<std::uint8_t>(number >> shift); };
  Bytes bytes{byte(base, 8),       byte(base, 0),      byte(count, 8),     byte(count, 0),
              byte(reference, 16), byte(reference, 8), byte(reference, 0), kNumber};
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

std::optional<Arrival> at(std::int64_t microseconds) {
  return Arrival{microseconds};
}

constexpr std::optional<Arrival> kMissing;

struct FeedbackCase {
  std::string name;
  Bytes information;
  std::optional<Packets> expected;
};

class TransportFeedbackTable : public ::testing::TestWithParam<FeedbackCase> {};

TEST_P(TransportFeedbackTable, Holds) {
  const auto feedback = parse_transport_feedback(kPicture, GetParam().information, kNoLimit);
  ASSERT_EQ(feedback.has_value(), GetParam().expected.has_value());
  if (feedback) {
    EXPECT_EQ(*feedback, (TransportFeedback{kPicture, kNumber, *GetParam().expected}));
  }
}

Packets none_of(std::uint16_t base, std::size_t count) {
  Packets packets;
  for (std::size_t i = 0; i < count; ++i, ++base) {
    packets.push_back({base, kMissing});
  }
  return packets;
}

Packets joined(Packets packets, const Packets& more) {
  packets.insert(packets.end(), more.begin(), more.end());
  return packets;
}

const std::vector<FeedbackCase> kChunks{
    {"RunOfSmallDeltas", message(5, 3, 1, {0x20, 0x03, 0, 1, 255}),
     Packets{{5, at(64'000)}, {6, at(64'250)}, {7, at(128'000)}}},
    {"RunOfLargeDeltas", message(5, 2, 1, {0x40, 0x02, 0x01, 0x00, 0x7f, 0xff}),
     Packets{{5, at(128'000)}, {6, at(8'319'750)}}},
    {"RunOfNothing", message(5, 3, 1, {0x00, 0x03}), none_of(5, 3)},
    {"LongestRun", message(0, 0x1fff, 0, {0x1f, 0xff}), none_of(0, 0x1fff)},
    {"VectorOfBits",
     // 1 0 1 1, then zeros
     message(5, 14, 0, {0xac, 0x00, 4, 8, 12}),
     joined({{5, at(1000)}, {6, kMissing}, {7, at(3000)}, {8, at(6000)}}, none_of(9, 10))},
    {"LastOfAVectorOfBits", message(5, 14, 0, {0x80, 0x01, 4}), joined(none_of(5, 13), {{18, at(1000)}})},
    {"VectorOfPairs",
     // 01 00 10 00 00 00 01
     message(5, 7, 0, {0xd2, 0x01, 4, 0x00, 0x08, 12}),
     joined({{5, at(1000)}, {6, kMissing}, {7, at(3000)}}, joined(none_of(8, 3), {{11, at(6000)}}))},
    {"OneAfterTheOther", message(5, 17, 0, {0x00, 0x02, 0x80, 0x01, 0x20, 0x01, 4, 8}),
     joined(none_of(5, 15), {{20, at(1000)}, {21, at(3000)}})},
    {"EmptyRun", message(5, 1, 0, {0x20, 0x00, 0x00, 0x00, 0x20, 0x01, 4}), Packets{{5, at(1000)}}},
};

const std::vector<FeedbackCase> kTimes{
    {"NegativeDeltas", message(5, 2, 2, {0x40, 0x02, 0xff, 0xfc, 0x80, 0x00}),
     Packets{{5, at(127'000)}, {6, at(-8'065'000)}}},
    {"NegativeAmongOthers",
     // 01 10 01 01
     message(5, 4, 1, {0xd9, 0x40, 8, 0xff, 0xfc, 4, 4}),
     Packets{{5, at(66'000)}, {6, at(65'000)}, {7, at(66'000)}, {8, at(67'000)}}},
    {"LastReference", message(5, 2, 0xffffff, {0x20, 0x02, 255, 255}),
     Packets{{5, TransportFeedback::kPeriod - Arrival{250}}, {6, TransportFeedback::kPeriod + Arrival{63'500}}}},
};

const std::vector<FeedbackCase> kSequences{
    {"Wrap", message(0xfffe, 4, 0, {0x20, 0x04, 4, 4, 4, 4}),
     Packets{{0xfffe, at(1000)}, {0xffff, at(2000)}, {0, at(3000)}, {1, at(4000)}}},
    {"RunLongerThanThePackets", message(5, 2, 0, {0x3f, 0xff, 4, 4}), Packets{{5, at(1000)}, {6, at(2000)}}},
    {"VectorLongerThanThePackets", message(5, 1, 0, {0xbf, 0xff, 4}), Packets{{5, at(1000)}}},
    {"PairsLongerThanThePackets", message(5, 1, 0, {0xd5, 0x55, 4}), Packets{{5, at(1000)}}},
    {"MoreThanItsDeltas", message(5, 1, 0, {0x20, 0x01, 4, 0, 0, 0, 0}), Packets{{5, at(1000)}}},
};

const std::vector<FeedbackCase> kLeftOut{
    {"Nothing", {}, std::nullopt},
    {"HeaderCutShort", {0, 5, 0, 1, 0, 0, 1}, std::nullopt},
    {"NoPackets", message(5, 0, 1, {0x20, 0x01, 4}), std::nullopt},
    {"NoChunk", message(5, 1, 1, {}), std::nullopt},
    {"HalfAChunk", message(5, 1, 1, {0x20}), std::nullopt},
    {"TooFewChunks", message(5, 15, 1, {0x80, 0x00}), std::nullopt},
    {"MostPacketsOfOneChunk", message(5, 0xffff, 1, {0x3f, 0xff}), std::nullopt},
    {"NoDelta", message(5, 1, 1, {0x20, 0x01}), std::nullopt},
    {"TooFewDeltas", message(5, 3, 1, {0x20, 0x03, 4, 4}), std::nullopt},
    {"HalfADelta", message(5, 1, 1, {0x40, 0x01, 4}), std::nullopt},
    {"StatusThatDoesNotExist", message(5, 1, 1, {0x60, 0x01, 4, 4, 4, 4}), std::nullopt},
    {"SuchAPair", message(5, 1, 1, {0xf0, 0x00, 4, 4, 4, 4}), std::nullopt},
};

std::string name_of_feedback(const ::testing::TestParamInfo<FeedbackCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Chunks, TransportFeedbackTable, ::testing::ValuesIn(kChunks), name_of_feedback);
INSTANTIATE_TEST_SUITE_P(Times, TransportFeedbackTable, ::testing::ValuesIn(kTimes), name_of_feedback);
INSTANTIATE_TEST_SUITE_P(Sequences, TransportFeedbackTable, ::testing::ValuesIn(kSequences), name_of_feedback);
INSTANTIATE_TEST_SUITE_P(LeftOut, TransportFeedbackTable, ::testing::ValuesIn(kLeftOut), name_of_feedback);

TEST(TransportFeedback, SaysNothingWhenCutShort) {
  const Bytes whole = message(0xfffe, 17, 0, {0x00, 0x02, 0x80, 0x01, 0x40, 0x01, 4, 0x00, 0x08});
  ASSERT_TRUE(parse_transport_feedback(kPicture, whole, kNoLimit));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_transport_feedback(kPicture, std::span(whole).first(size), kNoLimit)) << size;
  }
}

TEST(TransportFeedback, TheFirstUpToTheLimit) {
  const Bytes bytes = message(5, 0x2000, 0, {0x00, 0x01, 0x20, 0x03, 0x1f, 0xfc, 4, 4, 4});
  const Packets first{{5, kMissing}, {6, at(1000)}, {7, at(2000)}, {8, at(3000)}, {9, kMissing}};
  for (std::size_t limit = 0; limit <= first.size(); ++limit) {
    const auto feedback = parse_transport_feedback(kPicture, bytes, limit);
    ASSERT_TRUE(feedback);
    EXPECT_EQ(feedback->packets, Packets(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(limit)));
  }
}

}  // namespace
}  // namespace rtcmc::rtp
