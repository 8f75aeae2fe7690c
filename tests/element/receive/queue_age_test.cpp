// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/queue_age.hpp"

#include <gtest/gtest.h>

namespace rtcmc::receive {
namespace {

TEST(QueueAge, IsFromTheFirstThatWaitsToTheLast) {
  QueueAge age;
  EXPECT_EQ(age.of(0), 0U);
  for (GstClockTime time = 100; time <= 500; time += 100) {
    age.add(time, false);
  }
  EXPECT_EQ(age.of(5), 400U);
  EXPECT_EQ(age.of(3), 200U);
  EXPECT_EQ(age.of(1), 0U);
  age.add(600, false);
  EXPECT_EQ(age.of(2), 100U);
  EXPECT_EQ(age.of(0), 0U);
}

TEST(QueueAge, WhatWasLeftOutDoesNotCount) {
  QueueAge age;
  age.add(100, false);
  age.add(200, false);
  age.add(5000, true);
  EXPECT_EQ(age.of(3), 100U);
  age.add(5100, false);
  EXPECT_EQ(age.of(4), 200U);
  EXPECT_EQ(age.of(2), 100U);
}

TEST(QueueAge, WhatComesBehindAPauseIsNotOldItself) {
  QueueAge age;
  age.add(100, false);
  EXPECT_EQ(age.of(0), 0U);
  age.add(9000, false);
  EXPECT_EQ(age.of(1), 0U);
  age.add(9100, false);
  EXPECT_EQ(age.of(2), 100U);
}

TEST(QueueAge, WhatHasNoTimeOrGoesBackAddsNothing) {
  QueueAge age;
  age.add(GST_CLOCK_TIME_NONE, false);
  age.add(100, false);
  age.add(50, false);
  age.add(GST_CLOCK_TIME_NONE, false);
  EXPECT_EQ(age.of(4), 0U);
  age.add(60, false);
  EXPECT_EQ(age.of(5), 10U);
}

}  // namespace
}  // namespace rtcmc::receive
