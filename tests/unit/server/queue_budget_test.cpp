// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/queue_budget.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace rtcmc::server {
namespace {

Limits limits_of(std::size_t per_address, std::size_t in_all) {
  Limits limits;
  limits.max_queued_per_address = per_address;
  limits.max_queued_in_all = in_all;
  return limits;
}

/// A client for which something waits.
struct Reader {
  Reader(QueueBudget& budget, const std::string& address)
      : share(budget, address, [this] {
          gone = true;
          share.remove(share.bytes());
        }) {}

  void queue(std::size_t bytes) {
    share.add(bytes);
    share.keep_limits();
  }

  bool gone = false;
  QueueBudget::Share share;
};

TEST(QueueBudget, DropsTheGreediestOfAnAddressThatHasTooMuch) {
  const Limits limits = limits_of(100, 1000);
  QueueBudget budget(limits);
  Reader greedy(budget, "2001:db8::1"), modest(budget, "2001:db8::2"), other(budget, "192.0.2.1");
  other.queue(90);
  greedy.queue(60);
  modest.queue(40);
  EXPECT_FALSE(greedy.gone || modest.gone || other.gone) << "just within";
  modest.queue(1);
  EXPECT_TRUE(greedy.gone) << "although another one's bytes were the last";
  EXPECT_FALSE(modest.gone || other.gone);
  EXPECT_EQ(budget.bytes(), 90U + 41U);
}

TEST(QueueBudget, DropsTheGreediestOfAllIfThereIsTooMuchInAll) {
  const Limits limits = limits_of(0, 100);
  QueueBudget budget(limits);
  Reader greedy(budget, "192.0.2.1"), second(budget, "192.0.2.2"), newest(budget, "192.0.2.3");
  greedy.queue(50);
  second.queue(45);
  newest.queue(30);
  EXPECT_TRUE(greedy.gone);
  EXPECT_FALSE(second.gone || newest.gone);
  newest.queue(100);
  EXPECT_TRUE(newest.gone);
  EXPECT_FALSE(second.gone);
}

TEST(QueueBudget, HasBackWhatIsSentAndWhatGoes) {
  const Limits limits = limits_of(100, 100);
  QueueBudget budget(limits);
  std::optional<Reader> first(std::in_place, budget, "192.0.2.1");
  Reader second(budget, "192.0.2.1");
  first->queue(80);
  first->share.remove(50);
  second.queue(70);
  EXPECT_FALSE(second.gone);
  first.reset();
  EXPECT_EQ(budget.bytes(), 70U);
  second.queue(30);
  EXPECT_FALSE(second.gone);
}

TEST(QueueBudget, HasNoLimitAtZero) {
  const Limits limits = limits_of(0, 0);
  QueueBudget budget(limits);
  Reader reader(budget, "192.0.2.1");
  reader.queue(std::size_t{1} << 40);
  EXPECT_FALSE(reader.gone);
}

}  // namespace
}  // namespace rtcmc::server
