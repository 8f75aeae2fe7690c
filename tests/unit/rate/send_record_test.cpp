// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/send_record.hpp"

#include <gtest/gtest.h>

namespace rtcmc::rate {
namespace {

using namespace std::chrono_literals;

constexpr Time kSendRecordStart{10h};

/// Packets from `first` on, one each 10 ms.
SendRecord sent(std::uint16_t first, std::size_t count) {
  SendRecord record;
  for (std::size_t i = 0; i < count; ++i) {
    record.on_sent(first++, {kSendRecordStart + i * 10ms, static_cast<std::uint32_t>(i), 0});
  }
  return record;
}

TEST(SendRecord, KnowsWhatWasSentOnce) {
  SendRecord record = sent(65'535, 3);
  EXPECT_FALSE(record.on_received(65'534));
  EXPECT_FALSE(record.on_received(2));
  const auto packet = record.on_received(1);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->bytes, 2U);
  EXPECT_EQ(packet->time, kSendRecordStart + 20ms);
  EXPECT_FALSE(record.on_received(1));
}

TEST(SendRecord, ForgetsWhatWasSentLongBefore) {
  SendRecord record = sent(100, SendRecord::kCapacity + 1);
  EXPECT_FALSE(record.on_received(100));
  EXPECT_TRUE(record.on_received(101));
}

TEST(SendRecord, LossIsCertainOnceItCannotBeOvertaking) {
  SendRecord record = sent(0, 100);
  record.on_missing(0);
  ASSERT_TRUE(record.on_received(1));
  ASSERT_TRUE(record.on_received(15));
  EXPECT_EQ(record.settle().lost, 1U) << "15 packets, 150 ms";
  record.on_missing(14);
  ASSERT_TRUE(record.on_received(14)) << "it had been overtaken";
  ASSERT_TRUE(record.on_received(40));
  const auto outcome = record.settle();
  EXPECT_EQ(outcome.lost, 0U);
  EXPECT_EQ(outcome.received, 3U);
  EXPECT_EQ(record.settle().received, 0U) << "all are told only once";
}

TEST(SendRecord, WhatIsSaidToBeMissingAfterItCameCame) {
  SendRecord record = sent(0, 100);
  ASSERT_TRUE(record.on_received(0));
  record.on_missing(0);
  ASSERT_TRUE(record.on_received(50));
  EXPECT_EQ(record.settle().lost, 0U);
}

TEST(SendRecord, OfWhatNothingIsSaidIsNotLost) {
  SendRecord record = sent(65'500, 100);
  ASSERT_TRUE(record.on_received(50));
  const auto outcome = record.settle();
  EXPECT_EQ(outcome.lost, 0U);
  EXPECT_EQ(outcome.received, 0U);
}

TEST(SendRecord, GoesOnAfterASilenceOfTheReceiver) {
  SendRecord record = sent(0, 60'000);
  record.on_missing(59'900);
  ASSERT_TRUE(record.on_received(59'901));
  ASSERT_TRUE(record.on_received(59'999));
  const auto outcome = record.settle();
  EXPECT_EQ(outcome.lost, 1U);
  EXPECT_EQ(outcome.received, 1U);
}

}  // namespace
}  // namespace rtcmc::rate
