// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/transmitter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "rtp/packet.hpp"

namespace rtcmc::rtp {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;
using Time = Transmitter::Time;

constexpr std::uint32_t kViewerSsrc = 0x01020304;
constexpr std::uint32_t kRtxSsrc = 0x05060708;
constexpr std::size_t kPayloadSize = 1000;
constexpr Time kBeginning{10s};
constexpr StreamFormat kFormat{.payload_type = 96, .retransmission_type = 97};

HeaderBytes in_source_header(std::uint16_t sequence) {
  const std::array<std::uint8_t, 12> packet{0x80, 100, 0, 0, 0, 0, 0, 9};
  return *HeaderBytes::of(packet, {.sequence = sequence});
}

/// A transmitter, and the numbers of what it sends.
struct Sender {
  explicit Sender(std::uint16_t first = 100, const StreamFormat& format = kFormat)
      : transmitter({.ssrc = kViewerSsrc, .retransmission_ssrc = kRtxSsrc, .first_sequence = first}) {
    EXPECT_TRUE(transmitter.set_format(format));
  }

  std::optional<std::uint16_t> send(std::uint16_t sequence) {
    const auto ours = number_of(transmitter.transmit(in_source_header(sequence), kPayloadSize, space), kViewerSsrc);
    if (ours) {
      ours_[sequence] = *ours;
    }
    return ours;
  }
  std::optional<std::uint16_t> send_again(std::uint16_t sequence, Time sent, Time now) {
    const auto ours = ours_.find(sequence);
    return ours == ours_.end() ? std::nullopt : send_again(sequence, ours->second, sent, now);
  }
  std::optional<std::uint16_t> send_again(std::uint16_t sequence, std::uint16_t ours, Time sent, Time now) {
    return number_of(transmitter.retransmit(ours, in_source_header(sequence), kPayloadSize, sent, now, space),
                     kRtxSsrc);
  }

  Transmitter transmitter;
  std::array<std::uint8_t, Transmitter::kMaxHeaderSize> space{};

 private:
  std::optional<std::uint16_t> number_of(std::optional<std::size_t> size, std::uint32_t ssrc) {
    if (!size) {
      return std::nullopt;
    }
    const auto parsed = PacketHeader::parse(std::span(space).first(*size));
    EXPECT_TRUE(parsed && parsed->ssrc == ssrc);
    return parsed->sequence;
  }

  std::map<std::uint16_t, std::uint16_t> ours_;  // by the source's numbers
};

/// Stands for a new source among the numbers.
constexpr int kChange = -1;
/// Nothing was sent.
constexpr int kNone = -1;

struct Move {
  int source;
  int ours = kNone;
};

struct Course {
  const char* name;
  std::uint16_t first;
  std::vector<Move> steps;
};

TEST(Transmitter, GivesNumbersOfItsOwn) {
  const std::vector<Course> courses{
      {"in order", 100, {{7, 100}, {8, 101}, {9, 102}}},
      {"a gap stays", 100, {{7, 100}, {10, 103}, {11, 104}}},
      {"another order stays", 100, {{7, 100}, {9, 102}, {8, 101}, {10, 103}}},
      {"the source wraps", 100, {{65534, 100}, {65535, 101}, {0, 102}, {1, 103}}},
      {"ours wrap", 65534, {{7, 65534}, {8, 65535}, {10, 1}, {9, 0}, {11, 2}}},
      {"another source goes on", 100, {{7, 100}, {8, 101}, {kChange}, {50000, 102}, {50001, 103}}},
      {"another source goes on after the highest", 100, {{7, 100}, {9, 102}, {8, 101}, {kChange}, {3, 103}}},
      {"across the wrap", 65535, {{7, 65535}, {kChange}, {40000, 0}, {kChange}, {7, 1}}},
      {"changes without a packet between", 100, {{7, 100}, {kChange}, {kChange}, {7, 101}}},
      {"what precedes the first is late", 100, {{7, 100}, {6}, {8, 101}, {kChange}, {50, 102}, {49}, {51, 103}, {50}}},
      {"none twice", 100, {{7, 100}, {7}, {8, 101}, {7}, {8}, {10, 103}, {9, 102}, {9}, {11, 104}}},
      {"none twice across the wrap", 65535, {{7, 65535}, {8, 0}, {7}, {8}, {9, 1}}},
      {"what SRTP would refuse as too old", 100, {{7, 100}, {307, 400}, {207}, {208, 301}, {208}, {308, 401}}},
      {"a jump that is no loss goes on without a gap", 100, {{7, 100}, {40000, 101}, {40001, 102}, {7, 103}}},
      {"a jump of half the numbers", 0, {{0, 0}, {32767, 1}, {32768, 2}, {32769, 3}}},
  };
  for (const Course& course : courses) {
    Sender sender(course.first);
    for (const Move& step : course.steps) {
      if (step.source == kChange) {
        sender.transmitter.change_source();
        continue;
      }
      const auto number = sender.send(static_cast<std::uint16_t>(step.source));
      EXPECT_EQ(number ? *number : kNone, step.ours) << course.name << ": " << step.source;
    }
  }
}

struct Picture {
  std::uint32_t in_source;
  std::uint32_t ours;
  bool is_of_another = false;
};

TEST(Transmitter, TimestampsNeverGoBackWithAnotherSource) {
  const std::vector<std::vector<Picture>> courses{
      {{3000, 3000}, {6000, 6000}, {9000, 9000, true}, {12000, 12000}},
      {{3000, 3000}, {6000, 6000}, {6000, 6001, true}, {9000, 9001}, {12000, 12000, true}},
      {{6000, 6000}, {9000, 9000}, {6000, 9001, true}, {9000, 12001}, {6000, 12002, true}},
      {{6000, 6000}, {9000, 9000}, {7000, 7000}, {9000, 9001, true}},
      {{0xfffff000, 0xfffff000}, {500, 500}, {0xfffff000, 501, true}},
      {{900000, 900000}, {780000, 900001, true}, {783000, 903001}},
      {{900003, 900003}, {3, 3, true}, {6000, 6000}},
  };
  for (const auto& course : courses) {
    Sender sender;
    std::uint16_t sequence = 0;
    for (const Picture& picture : course) {
      if (picture.is_of_another) {
        sender.transmitter.change_source();
      }
      const std::array<std::uint8_t, 12> packet{0x80, 100, 0, 0, 0, 0, 0, 0};
      const auto written = sender.transmitter.transmit(
          *HeaderBytes::of(packet, {.sequence = sequence++, .timestamp = picture.in_source}), kPayloadSize,
          sender.space);
      ASSERT_TRUE(written);
      EXPECT_EQ(PacketHeader::parse(std::span(sender.space).first(*written))->timestamp, picture.ours)
          << &course - courses.data() << ": " << picture.in_source;
    }
    const auto again = sender.transmitter.report(kBeginning, 0, {0, course.back().in_source});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->rtp_timestamp, course.back().ours) << "reports are of the same time";
  }
}

TEST(Transmitter, SendsNothingWithoutAFormat) {
  Transmitter transmitter({.ssrc = kViewerSsrc});
  std::array<std::uint8_t, Transmitter::kMaxHeaderSize> out{};
  EXPECT_EQ(transmitter.transmit(in_source_header(7), kPayloadSize, out), std::nullopt);
  EXPECT_EQ(transmitter.retransmit(0, in_source_header(7), kPayloadSize, kBeginning, kBeginning, out), std::nullopt);
  EXPECT_EQ(transmitter.report(kBeginning, 0, {}), std::nullopt);
  EXPECT_FALSE(transmitter.set_format({.payload_type = 72})) << "that would be RTCP";
  EXPECT_EQ(transmitter.transmit(in_source_header(7), kPayloadSize, out), std::nullopt);
}

TEST(Transmitter, ASourceGoesOnForLongerThanItsNumbers) {
  Sender sender;
  ASSERT_EQ(sender.send(5000), 100);
  for (unsigned i = 1; i < 150'000; i += 2) {
    // Each pair in the wrong order.
    for (const unsigned at : {i + 1, i}) {
      ASSERT_EQ(sender.send(static_cast<std::uint16_t>(5000 + at)), static_cast<std::uint16_t>(100 + at)) << at;
      ASSERT_EQ(sender.transmitter.source_sequence(static_cast<std::uint16_t>(100 + at)),
                static_cast<std::uint16_t>(5000 + at));
    }
  }
}

/// The index that SRTP protects a packet with, as its sender takes it from the numbers (RFC 3711, 3.3.1).
class Indices {
 public:
  /// Whether SRTP would take it: neither twice nor too old.
  [[nodiscard]] bool add(std::uint16_t sequence) {
    highest_ = highest_ ? std::max(*highest_, index_of(sequence)) : sequence;
    const std::int64_t index = index_of(sequence);
    return index + 127 >= *highest_ && seen_.insert(index).second;
  }
  [[nodiscard]] std::size_t count() const { return seen_.size(); }

 private:
  [[nodiscard]] std::int64_t index_of(std::uint16_t sequence) const {
    return *highest_ + static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(*highest_));
  }

  std::optional<std::int64_t> highest_;
  std::set<std::int64_t> seen_;
};

class Walk : public ::testing::TestWithParam<unsigned> {};

TEST_P(Walk, NoIndexIsProtectedTwice) {
  std::mt19937 dice(GetParam());
  const auto roll = [&dice](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
  Sender sender(static_cast<std::uint16_t>(roll(1U << 15U)));
  Indices media;
  Indices retransmissions;
  auto source = static_cast<std::uint16_t>(roll(1U << 16U));
  auto now = kBeginning;
  for (unsigned i = 0; i < 150'000; ++i, now += 1ms) {
    const unsigned what = roll(2000);
    if (what == 0) {
      sender.transmitter.change_source();
      source = static_cast<std::uint16_t>(roll(1U << 16U));
    } else if (what == 1) {
      source = static_cast<std::uint16_t>(roll(1U << 16U));  // nobody said so
    } else if (what < 5) {
      ASSERT_TRUE(sender.transmitter.set_format({.payload_type = static_cast<std::uint8_t>(96 + roll(10)),
                                                 .retransmission_type = static_cast<std::uint8_t>(110 + roll(10)),
                                                 .mid = MidExtension{1, "0"}}));
    }
    const auto late = static_cast<std::uint16_t>(what < 200 ? roll(300) : 0);
    const auto lost = static_cast<std::uint16_t>(what > 1900 ? roll(20) : 0);
    if (roll(4) == 0) {
      sender.transmitter.leave_out(static_cast<std::uint16_t>(source - late));
    } else if (const auto number = sender.send(static_cast<std::uint16_t>(source - late))) {
      ASSERT_TRUE(media.add(*number)) << i;
    }
    if (late == 0) {
      source = static_cast<std::uint16_t>(source + 1 + lost);
    }
    const auto missed = static_cast<std::uint16_t>(source - roll(500));
    if (const auto again = sender.send_again(missed, now - 100ms, now)) {
      ASSERT_TRUE(retransmissions.add(*again)) << i;
    }
  }
  EXPECT_GT(media.count(), 95'000U);
  EXPECT_GT(retransmissions.count(), 1'000U);
}

INSTANTIATE_TEST_SUITE_P(Transmitter, Walk, ::testing::Range(1U, 7U));

TEST(Transmitter, WhatIsLeftOutTakesNoNumber) {
  Sender sender;
  sender.transmitter.leave_out(6);
  EXPECT_EQ(sender.send(7), 100) << "before the first one, there is nothing to be left out of";
  for (std::uint16_t i = 8; i < 3000; ++i) {
    sender.transmitter.leave_out(i);
  }
  EXPECT_EQ(sender.send(3000), 101) << "however many";
  EXPECT_EQ(sender.send(3001), 102);
  EXPECT_EQ(sender.transmitter.source_sequence(100), 7);
  EXPECT_EQ(sender.transmitter.source_sequence(101), 3000);
  EXPECT_EQ(sender.send_again(7, kBeginning, kBeginning), 0) << "from before that";
}

TEST(Transmitter, WhatIsLateHasItsPlaceAmongWhatWasLeftOut) {
  Sender sender;
  EXPECT_EQ(sender.send(10), 100);
  EXPECT_EQ(sender.send(12), 102);
  sender.transmitter.leave_out(13);
  sender.transmitter.leave_out(14);
  EXPECT_EQ(sender.send(16), 104) << "15 may be of what is wanted: a gap";
  EXPECT_EQ(sender.send(11), 101);
  EXPECT_EQ(sender.send(15), 103);
  EXPECT_EQ(sender.send(17), 105);
  EXPECT_EQ(sender.send(13), std::nullopt) << "no number is free for it";
  EXPECT_EQ(sender.transmitter.source_sequence(103), 15);
}

TEST(Transmitter, KnowsTheSourcesNumberOfWhatItSent) {
  Sender sender;
  sender.send(7);
  sender.transmitter.change_source();
  EXPECT_EQ(sender.transmitter.source_sequence(100), std::nullopt);
  sender.send(50000);
  sender.send(50002);
  EXPECT_EQ(sender.transmitter.source_sequence(100), std::nullopt) << "of the source before";
  EXPECT_EQ(sender.transmitter.source_sequence(101), 50000);
  EXPECT_EQ(sender.transmitter.source_sequence(103), 50002);
  EXPECT_EQ(sender.transmitter.source_sequence(104), std::nullopt) << "still to come";
}

TEST(Transmitter, ARetransmissionIsThePacketWithItsNumberBeforeThePayload) {
  Sender sender(0x1234, {.payload_type = 96, .retransmission_type = 97, .mid = MidExtension{3, "ab"}});
  // With padding, a CSRC and a marker.
  const Bytes packet{0xa1, 0x80 | 100, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto original = HeaderBytes::of(packet, {});
  ASSERT_TRUE(original);
  ASSERT_TRUE(sender.transmitter.transmit(*original, kPayloadSize, sender.space));
  for (std::uint8_t number = 0; number < 2; ++number) {
    const auto now = kBeginning + number * 100ms;
    const auto size = sender.transmitter.retransmit(0x1234, *original, kPayloadSize, kBeginning, now, sender.space);
    ASSERT_TRUE(size);
    const Bytes expected{0xb1, 0x80 | 97, 0,  number, 1,    2, 3, 4,    5,   6,   7, 8,    9,
                         10,   11,        12, 0xbe,   0xde, 0, 1, 0x31, 'a', 'b', 0, 0x12, 0x34};
    Bytes written(sender.space.begin(), sender.space.begin() + static_cast<std::ptrdiff_t>(*size));
    EXPECT_EQ(Bytes(written.begin() + 8, written.begin() + 12), (Bytes{5, 6, 7, 8}));
    std::copy_n(packet.begin() + 8, 4, written.begin() + 8);
    EXPECT_EQ(written, expected);
  }
  EXPECT_EQ(sender.transmitter.count().retransmitted_packets, 2U);
  EXPECT_EQ(sender.transmitter.count().retransmitted_bytes, 2 * kPayloadSize);
  EXPECT_EQ(sender.transmitter.count().packets, 1U);
}

TEST(Transmitter, NothingIsSentAgainToWhoDidNotAgree) {
  struct Case {
    std::optional<std::uint32_t> ssrc;
    std::optional<std::uint8_t> type;
  };
  for (const auto& [ssrc, type] : std::vector<Case>{{std::nullopt, 97}, {kRtxSsrc, std::nullopt}, {kRtxSsrc, 72}}) {
    Transmitter transmitter({.ssrc = kViewerSsrc, .retransmission_ssrc = ssrc});
    ASSERT_TRUE(transmitter.set_format({.payload_type = 96, .retransmission_type = type}));
    std::array<std::uint8_t, Transmitter::kMaxHeaderSize> out{};
    ASSERT_TRUE(transmitter.transmit(in_source_header(7), kPayloadSize, out));
    EXPECT_FALSE(transmitter.retransmit(0, in_source_header(7), kPayloadSize, kBeginning, kBeginning, out));
  }
}

TEST(Transmitter, WhatWasNotSentIsNotSentAgain) {
  Sender sender;
  EXPECT_EQ(sender.send_again(7, kBeginning, kBeginning), std::nullopt);
  sender.send(7);
  EXPECT_EQ(sender.send_again(6, 99, kBeginning, kBeginning), std::nullopt) << "before its time";
  EXPECT_EQ(sender.send_again(8, 101, kBeginning, kBeginning), std::nullopt) << "still to come";
  EXPECT_EQ(sender.send_again(8, 100, kBeginning, kBeginning), std::nullopt) << "another one";
  EXPECT_EQ(sender.send_again(7, kBeginning, kBeginning), 0);
  sender.transmitter.change_source();
  EXPECT_EQ(sender.send_again(7, kBeginning, kBeginning + 100ms), std::nullopt);
}

TEST(Transmitter, RetransmissionsAreAQuarterOnTheWireHoweverSmall) {
  Sender sender(0, {.payload_type = 96, .retransmission_type = 97, .mid = MidExtension{1, "0123456789abcdef"}});
  std::size_t sent = 0;
  std::size_t repaired = 0;
  auto now = kBeginning;
  for (unsigned i = 0; i < 50'000; ++i, now += 1ms) {
    const auto size = sender.transmitter.transmit(in_source_header(static_cast<std::uint16_t>(i)), 20, sender.space);
    ASSERT_TRUE(size);
    sent += *size + 20;
    for (unsigned back = 0; back < 50 && back <= i; ++back) {
      const auto number = static_cast<std::uint16_t>(i - back);
      const auto again =
          sender.transmitter.retransmit(number, in_source_header(number), 20, now - back * 1ms, now, sender.space);
      repaired += again ? *again + 20 : 0;
    }
  }
  EXPECT_LE(repaired, sent / 4 + RepairPolicy::kMaxCredit);
  EXPECT_GE(repaired, sent / 5);
}

constexpr std::uint64_t kSecond = std::uint64_t{1} << 32U;

TEST(Transmitter, AReportTellsTheTimestampOfItsMoment) {
  struct Case {
    const char* name;
    std::uint64_t ntp_time;
    ClockPair clock;
    std::uint32_t timestamp;
  };
  const std::vector<Case> cases{
      {"at once", 100 * kSecond, {100 * kSecond, 5000}, 5000},
      {"later", 102 * kSecond + kSecond / 2, {100 * kSecond, 5000}, 5000 + 225'000},
      {"before", 99 * kSecond, {100 * kSecond, 100'000}, 10'000},
      {"wraps", 101 * kSecond, {100 * kSecond, 0xffffffffU}, 89'999},
      {"wraps back", 99 * kSecond, {100 * kSecond, 89'999}, 0xffffffffU},
      {"when seconds of NTP wrap", kSecond, {0xffffffffU * kSecond, 5000}, 5000 + 180'000},
  };
  for (const Case& each : cases) {
    Sender sender;
    sender.send(7);
    const auto report = sender.transmitter.report(kBeginning, each.ntp_time, each.clock);
    ASSERT_TRUE(report) << each.name;
    EXPECT_EQ(report->rtp_timestamp, each.timestamp) << each.name;
    EXPECT_EQ(report->ssrc, kViewerSsrc);
    EXPECT_EQ(report->ntp_time, each.ntp_time);
    EXPECT_EQ(sender.transmitter.report_at(each.ntp_time).rtp_timestamp, each.timestamp) << each.name;
  }
}

TEST(Transmitter, ReportsOnceASecondOfWhatWasSent) {
  Sender sender;
  EXPECT_FALSE(sender.transmitter.report(kBeginning, 0, {})) << "of nothing";
  sender.send(7);
  ASSERT_TRUE(sender.transmitter.report(kBeginning, 0, {}));
  sender.send(8);
  sender.send(8);
  sender.send_again(7, kBeginning, kBeginning);
  EXPECT_FALSE(sender.transmitter.report(kBeginning + 999ms, 0, {}));
  const auto report = sender.transmitter.report(kBeginning + 1s, 0, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->packets, 2U);
  EXPECT_EQ(report->octets, 2 * kPayloadSize);
}

TEST(Transmitter, AReportBlockTellsRoundTripAndLoss) {
  struct Case {
    std::uint32_t last;
    std::uint32_t delay;
    std::uint64_t now;
    std::optional<double> round_trip;
  };
  const std::vector<Case> cases{
      {0, 5, 100 * kSecond, std::nullopt},
      {100U << 16U, 1U << 15U, 101 * kSecond, 0.5},
      {100U << 16U, 2U << 16U, 101 * kSecond, 0.0},
      {0xffffU << 16U, 0, (std::uint64_t{1} << 48U) + kSecond, 2.0},
  };
  for (const Case& each : cases) {
    Sender sender;
    sender.transmitter.take(ReportBlock{kViewerSsrc, 64, -3, 90, each.last, each.delay}, each.now);
    const auto& reception = sender.transmitter.count().reception;
    ASSERT_TRUE(reception);
    EXPECT_EQ(reception->round_trip_time, each.round_trip) << each.now;
    EXPECT_EQ(reception->packets_lost, 0U) << "more came than were sent";
    EXPECT_EQ(reception->fraction_lost, 0.25);
    EXPECT_EQ(reception->jitter, 90U);
  }
}

TEST(Transmitter, WhatItMeasuresRulesWhenItRepeats) {
  Sender sender;
  sender.send(7);
  sender.transmitter.take(ReportBlock{kViewerSsrc, 0, 0, 0, 100U << 16U, 0}, 100 * kSecond + kSecond / 4);
  EXPECT_TRUE(sender.send_again(7, kBeginning, kBeginning));
  EXPECT_FALSE(sender.send_again(7, kBeginning, kBeginning + 249ms));
  EXPECT_TRUE(sender.send_again(7, kBeginning, kBeginning + 250ms));
}

/// What the packet that comes next says of the time that pictures are to be held back; absent: nothing.
std::optional<std::chrono::milliseconds> told_delay(Sender& sender, std::uint16_t sequence) {
  constexpr std::size_t kFixedHeader = 12;
  constexpr std::size_t kValue = kFixedHeader + 4 + 1;  // after the block's header and the one of the only extension
  const auto size = sender.transmitter.transmit(in_source_header(sequence), kPayloadSize, sender.space);
  EXPECT_TRUE(size);
  if (*size == kFixedHeader) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(10) * (sender.space[kValue] << 4U | sender.space[kValue + 1] >> 4U);
}

TEST(Transmitter, ALossyLinksReceiverIsToldToWaitForRepairs) {
  StreamFormat format = kFormat;
  format.mid.reset();
  format.playout_delay_id = 5;
  Sender sender(100, format);
  std::uint16_t sequence = 0;
  std::int32_t lost = 0;
  const auto report = [&](std::int32_t lost_of_250) {
    const auto take = [&] {
      // The round trip is 100 ms.
      sender.transmitter.take(ReportBlock{kViewerSsrc, 26, lost, 0, 100U << 16U, 0}, 100 * kSecond + kSecond / 10);
    };
    for (int i = 0; i < 250; ++i) {
      sender.send(++sequence);
      if (i % 10 == 0) {
        ++lost;
        take();  // with a question
        --lost;
      }
    }
    lost += lost_of_250;
    take();
  };
  EXPECT_EQ(told_delay(sender, ++sequence), std::nullopt);
  for (int i = 0; i < 20; ++i) {
    report(i % 2 == 0 ? 14 : -14);
  }
  EXPECT_EQ(told_delay(sender, ++sequence), std::nullopt) << "some are late, nothing is lost";
  for (int i = 0; i < 20; ++i) {
    report(25);
  }
  EXPECT_EQ(told_delay(sender, ++sequence), 300ms);
  for (int i = 0; i < 50; ++i) {
    report(0);
  }
  EXPECT_EQ(told_delay(sender, ++sequence), 0ms) << "it has to be taken back";

  Sender without(100, kFormat);
  for (std::uint16_t i = 1; i <= 5000; ++i) {
    without.send(i);
    without.transmitter.take(ReportBlock{kViewerSsrc, 26, i / 10, 0, 100U << 16U, 0}, 100 * kSecond + kSecond / 10);
  }
  const auto size = without.transmitter.transmit(in_source_header(5001), kPayloadSize, without.space);
  EXPECT_EQ(size, Sender(100, kFormat).transmitter.transmit(in_source_header(1), kPayloadSize, without.space))
      << "not negotiated";
}

TEST(Transmitter, AFullIntraRequestThatIsRepeatedIsOne) {
  Sender sender;
  EXPECT_TRUE(sender.transmitter.take(FullIntraRequest{kViewerSsrc, 0}));
  EXPECT_FALSE(sender.transmitter.take(FullIntraRequest{kViewerSsrc, 0}));
  EXPECT_TRUE(sender.transmitter.take(FullIntraRequest{kViewerSsrc, 1}));
  EXPECT_TRUE(sender.transmitter.take(FullIntraRequest{kViewerSsrc, 0})) << "it wraps";
  sender.transmitter.take(PictureLoss{kViewerSsrc});
  sender.transmitter.take(Nack{kViewerSsrc, {1, 2}});
  EXPECT_EQ(sender.transmitter.count().firs, 4U);
  EXPECT_EQ(sender.transmitter.count().plis, 1U);
  EXPECT_EQ(sender.transmitter.count().nacks, 1U);
}

}  // namespace
}  // namespace rtcmc::rtp
