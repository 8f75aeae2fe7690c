// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/resources.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rtcmc::resources {
namespace {

TEST(Resources, OfThisProcessAreKnown) {
  const Left left = measure();
  ASSERT_TRUE(left.descriptors);
  EXPECT_GT(left.descriptor_limit, *left.descriptors);
}

TEST(Resources, AShortageNamesTheRemedy) {
  const auto none_left = shortage({.descriptors = 40, .descriptor_limit = 1024}, 0);
  ASSERT_TRUE(none_left);
  EXPECT_NE(none_left->find("ulimit -n"), std::string::npos);
  const auto no_threads = shortage({.threads = 40, .thread_limit = 100}, 0);
  ASSERT_TRUE(no_threads);
  EXPECT_NE(no_threads->find("TasksMax"), std::string::npos);
}

TEST(Resources, ConnectionsThatAreBeingMadeCount) {
  const Left left{.descriptors = 200, .descriptor_limit = 1024};
  EXPECT_FALSE(shortage(left, 0));
  EXPECT_TRUE(shortage(left, 20));
}

TEST(Resources, WithoutLimitsThereIsPlace) {
  EXPECT_FALSE(shortage({}, 1000));
}

}  // namespace
}  // namespace rtcmc::resources
