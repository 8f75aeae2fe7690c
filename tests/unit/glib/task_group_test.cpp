// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/task_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

namespace rtcmc::glib::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPlenty = 60s;

TEST(TaskGroup, WithoutTasksThereIsNothingToWaitFor) {
  EXPECT_TRUE(TaskGroup().wait_for(0ms));
}

TEST(TaskGroup, AllTasksRun) {
  TaskGroup group;
  std::atomic<unsigned> done = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    group.run([&done] { ++done; });
  }
  ASSERT_TRUE(group.wait_for(kPlenty));
  EXPECT_EQ(done, 1000U);
}

TEST(TaskGroup, ATaskThatWaitsHoldsUpNobodyElse) {
  TaskGroup stuck;
  TaskGroup group;
  std::promise<void> freed;
  stuck.run([future = freed.get_future().share()] { future.wait(); });
  group.run([] {});
  EXPECT_TRUE(group.wait_for(kPlenty));
  EXPECT_FALSE(stuck.wait_for(0ms));
  freed.set_value();
  EXPECT_TRUE(stuck.wait_for(kPlenty));
}

TEST(TaskGroup, WhatATaskHoldsIsGoneWhenItIsDone) {
  TaskGroup group;
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watched = held;
  group.run([held = std::move(held)] {});
  ASSERT_TRUE(group.wait_for(kPlenty));
  EXPECT_TRUE(watched.expired());
}

TEST(TaskGroup, FewRunAtOnce) {
  const unsigned bound = 2 * std::max(1U, std::thread::hardware_concurrency());
  TaskGroup group;
  std::atomic<unsigned> begun = 0;
  std::promise<void> freed;
  const std::shared_future<void> may_end = freed.get_future().share();
  std::promise<void> all_threads_taken;
  for (unsigned i = 0; i < 4 * bound; ++i) {
    group.run([&, may_end] {
      if (++begun == bound) {
        all_threads_taken.set_value();
      }
      may_end.wait();
    });
  }
  ASSERT_EQ(all_threads_taken.get_future().wait_for(kPlenty), std::future_status::ready);
  EXPECT_EQ(begun, bound);
  freed.set_value();
  ASSERT_TRUE(group.wait_for(kPlenty));
  EXPECT_EQ(begun, 4 * bound);
}

TEST(TaskGroup, MayGoBeforeItsTasksAreDone) {
  std::promise<void> freed;
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  {
    TaskGroup group;
    group.run([future = freed.get_future().share(), done] {
      future.wait();
      done->set_value();
    });
  }
  freed.set_value();
  EXPECT_EQ(finished.wait_for(kPlenty), std::future_status::ready);
}

}  // namespace
}  // namespace rtcmc::glib::test
