// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "rate/simulated_link.hpp"

/// The cases of RFC 8867, as far as they are about one sender, and some of its network's faults. All in simulated time.
namespace rtcmc::rate::simulation {
namespace {

std::function<double(Duration)> steps(double first, Duration until, double second, Duration then, double third) {
  return [=](Duration now) { return now < until ? first : now < then ? second : third; };
}

struct Case {
  std::string name;
  LinkOptions link;
  std::size_t from = 10;  // in second
  std::size_t to = 40;
  double least = 0;  // bit/s, that come through in the mean
  double most = 1e9;
  Duration longest_queue = 300ms;
  Flow::Options flow = {};
};

class Links : public ::testing::TestWithParam<Case> {};

TEST_P(Links, CarriesMostOfIt) {
  const Case& param = GetParam();
  World world(param.link);
  const Flow& flow = world.add(param.flow);
  world.run(std::chrono::seconds(param.to));
  EXPECT_GE(flow.mean_received(param.from, param.to), param.least);
  EXPECT_LE(flow.mean_sent(param.from, param.to), param.most);
  EXPECT_LE(flow.longest_queue(param.from, param.to) / 1ms, param.longest_queue / 1ms);
}

const std::vector<Case> kConstant{
    {"Carries300k", {.rate = constant(300'000)}, 10, 40, 210'000, 315'000},
    {"Carries500k", {.rate = constant(500'000)}, 10, 40, 350'000, 525'000},
    {"Carries1M", {.rate = constant(1'000'000)}, 10, 40, 700'000, 1'050'000},
    {"Carries3M", {.rate = constant(3'000'000)}, 10, 40, 2'100'000, 3'150'000},
    {"IsReachedSoon", {.rate = constant(3'000'000)}, 2, 4, 2'100'000, 3'150'000},
    {"IsReachedWithoutProbes", {.rate = constant(600'000)}, 15, 40, 420'000, 630'000, 300ms, {.wanted = 0}},
    {"OverALongWay",
     {.rate = constant(1'000'000), .delay = 150ms, .feedback_interval = 100ms, .feedback_delay = 150ms},
     10,
     60,
     700'000,
     1'050'000},
    {"WithAShortQueue", {.rate = constant(1'000'000), .queue = 30ms}, 10, 60, 700'000, 1'050'000},
    {"WithHardlyAQueue", {.rate = constant(1'000'000), .queue = 8ms}, 10, 60, 600'000, 1'200'000},
    {"WithALongQueue", {.rate = constant(500'000), .queue = 3s}, 10, 60, 350'000, 525'000},
};

const std::vector<Case> kSteps{
    {"DownWithinTwoSeconds", {.rate = steps(3'000'000, 20s, 500'000, 40s, 3'000'000)}, 22, 40, 350'000, 525'000, 100ms},
    {"AndUpWithinFive", {.rate = steps(3'000'000, 20s, 500'000, 40s, 3'000'000)}, 45, 60, 2'400'000, 3'150'000, 100ms},
    {"UpWithoutProbes",
     {.rate = steps(3'000'000, 20s, 500'000, 40s, 3'000'000)},
     60,
     80,
     1'800'000,
     3'150'000,
     100ms,
     {.wanted = 0}},
    {"DownWithALongQueue",
     {.rate = steps(3'000'000, 20s, 500'000, 40s, 3'000'000), .queue = 3s},
     26,
     40,
     350'000,
     525'000,
     300ms},
    {"NothingForTenSeconds", {.rate = steps(2'000'000, 20s, 0, 30s, 2'000'000)}, 32, 50, 1'400'000, 2'100'000},
    {"LittleIsSentIntoNothing", {.rate = steps(2'000'000, 20s, 0, 40s, 2'000'000)}, 27, 40, 0, 110'000},
    {"Ramp",
     {.rate = [](Duration now) { return 500'000.0 + 40'000 * std::abs(30 - rate::seconds(now)); }},
     10,
     60,
     700'000,
     1'100'000},
};

const std::vector<Case> kFaults{
    {"TenthLost", {.rate = constant(8'000'000), .loss = 0.1}, 10, 60, 1'500'000},
    {"TenthLostOfANarrowOne", {.rate = constant(1'000'000), .loss = 0.1}, 10, 60, 600'000, 1'100'000},
    {"TwentiethLost", {.rate = constant(3'000'000), .loss = 0.05}, 10, 60, 1'800'000, 3'150'000},
    {"Jitter", {.rate = constant(2'000'000), .delay = 100ms, .jitter = 50ms}, 20, 80, 500'000, 2'100'000},
    {"JitterOfANarrowOne", {.rate = constant(500'000), .delay = 100ms, .jitter = 50ms}, 20, 80, 250'000, 525'000},
    {"FeedbackLost", {.rate = constant(2'000'000), .feedback_loss = 0.3}, 10, 60, 1'200'000, 2'100'000},
    {"FeedbackOvertaken",
     {.rate = constant(2'000'000), .feedback_delay = 100ms, .feedback_jitter = 300ms, .feedback_loss = 0.1},
     10,
     60,
     1'000'000,
     2'100'000},
    {"FeedbackSlow",
     {.rate = constant(2'000'000), .feedback_interval = 250ms, .feedback_delay = 400ms},
     10,
     60,
     1'200'000,
     2'100'000},
    {"ClockFast", {.rate = constant(2'000'000), .drift = 3e-4}, 10, 60, 1'400'000, 2'100'000},
    {"ClockSlow", {.rate = constant(2'000'000), .drift = -3e-4}, 10, 60, 1'400'000, 2'100'000},
    {"ClockComesRound",
     {.rate = constant(2'000'000), .clock = rtp::TransportFeedback::kPeriod - Arrival{20'000'000}},
     10,
     60,
     1'400'000,
     2'100'000},
    {"NumbersComeRound",
     {.rate = constant(2'000'000)},
     10,
     60,
     1'400'000,
     2'100'000,
     300ms,
     {.first_sequence = 63'000}},
};

const std::vector<Case> kBounded{
    {"ByTheApplication",
     {.rate = constant(20'000'000)},
     10,
     40,
     480'000,
     520'000,
     300ms,
     {.bounds = {100'000, 300'000, 20'000'000}, .wanted = 0, .most = 500'000}},
    {"ByTheMaximum",
     {.rate = constant(20'000'000)},
     10,
     40,
     900'000,
     1'050'000,
     300ms,
     {.bounds = {1, 300'000, 1'000'000}}},
    {"ByTheMinimum",
     {.rate = constant(100'000), .queue = 400ms},
     10,
     40,
     95'000,
     210'000,
     500ms,
     {.bounds = {200'000, 300'000, 1'000'000}}},
};

const std::vector<Case> kReportsOnly{
    {"Carries1MByReports", {.rate = constant(1'000'000), .reports_only = true}, 30, 90, 700'000, 1'050'000},
    {"CarriesFarLessThanWhatItBeginsWith",
     {.rate = constant(300'000), .reports_only = true},
     20,
     60,
     200'000,
     360'000,
     420ms,
     {.bounds = {50'000, 1'000'000, 5'000'000}}},
    {"ReceiverEstimates",
     {.rate = constant(3'000'000), .reports_only = true},
     30,
     60,
     650'000,
     710'000,
     300ms,
     {.receiver_estimate = 700'000}},
    {"SilentForGood", {.rate = constant(0), .reports_only = true}, 20, 40, 0, 110'000},
};

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Constant, Links, ::testing::ValuesIn(kConstant), name_of);
INSTANTIATE_TEST_SUITE_P(Steps, Links, ::testing::ValuesIn(kSteps), name_of);
INSTANTIATE_TEST_SUITE_P(Faults, Links, ::testing::ValuesIn(kFaults), name_of);
INSTANTIATE_TEST_SUITE_P(Bounded, Links, ::testing::ValuesIn(kBounded), name_of);
INSTANTIATE_TEST_SUITE_P(ReportsOnly, Links, ::testing::ValuesIn(kReportsOnly), name_of);

TEST(Competition, EachGetsAShare) {
  for (const auto begin : {0s, 10s}) {
    World world({.rate = constant(2'000'000)});
    const Flow& first = world.add({});
    const Flow& second = world.add({.begin = begin});
    world.run(90s);
    for (const Flow* flow : {&first, &second}) {
      EXPECT_GE(flow->mean_received(40, 90), 400'000) << begin.count();
      EXPECT_LE(flow->longest_queue(40, 90) / 1ms, 300) << begin.count();
    }
  }
}

TEST(Competition, ThreeOnANarrowLink) {
  World world({.rate = constant(900'000)});
  const std::vector<const Flow*> flows{&world.add({}), &world.add({}), &world.add({})};
  world.run(90s);
  for (const Flow* flow : flows) {
    EXPECT_GE(flow->mean_received(40, 90), 150'000);
  }
}

TEST(Links, AreNotSentMuchMoreThanTheyCarryForLong) {
  for (const double rate : {300'000.0, 500'000.0, 1'000'000.0, 2'000'000.0, 3'000'000.0}) {
    const auto carries = steps(3'000'000, 20s, rate, 40s, 3'000'000);
    World world({.rate = carries});
    const Flow& flow = world.add({});
    world.run(60s);
    bool was_too_much = false;
    for (std::size_t i = 0; i < 60; ++i) {
      const bool is_too_much = flow.seconds()[i].sent > 1.2 * carries(std::chrono::seconds(i));
      EXPECT_FALSE(was_too_much && is_too_much) << rate << " at " << i;
      was_too_much = is_too_much;
    }
  }
}

TEST(Links, ProbesAreAFewOnly) {
  for (const double rate : {300'000.0, 1'000'000.0, 3'000'000.0}) {
    World world({.rate = constant(rate)});
    const Flow& flow = world.add({});
    world.run(60s);
    double probes = 0;
    for (const Second& second : flow.seconds()) {
      probes += second.probes / 60;
    }
    EXPECT_GT(probes, 0);
    EXPECT_LE(probes, 0.02 * rate) << rate;
  }
}

/// In how many of the seconds [5, 30) it is congested where so much is sent whatever the target is.
int congested_seconds(const LinkOptions& link, double rate) {
  World world(link);
  Flow& flow = world.add({.wanted = static_cast<std::uint64_t>(rate), .most = rate, .least = rate});
  world.run(5s);
  int seconds = 0;
  for (int i = 5; i < 30; ++i) {
    world.run(1s);
    seconds += flow.estimator().is_congested() ? 1 : 0;
  }
  return seconds;
}

TEST(Congestion, IsWhereMoreIsSentThanFits) {
  for (const Duration queue : {8ms, 30ms, 100ms, 400ms, 3000ms}) {
    EXPECT_EQ(congested_seconds({.rate = constant(1'500'000), .queue = queue}, 2'000'000), 25) << queue / 1ms << " ms";
    EXPECT_EQ(congested_seconds({.rate = constant(2'500'000), .queue = queue}, 2'000'000), 0) << queue / 1ms << " ms";
  }
  EXPECT_EQ(congested_seconds({.rate = constant(2'500'000), .jitter = 40ms}, 2'000'000), 0);
  EXPECT_LE(congested_seconds({.rate = constant(2'500'000), .loss = 0.02}, 2'000'000), 2) << "lost by chance";
}

/// Its packets wait in front of it as in a queue.
TEST(Congestion, IsNotWhereTheReceiverIsBusyNowAndThen) {
  LinkOptions link{.rate = constant(20'000'000)};
  link.seen = [](Duration arrival) {
    const Duration in_turn = arrival % Duration(1100ms);
    return in_turn < 300ms ? arrival - in_turn + 300ms : arrival;
  };
  EXPECT_EQ(congested_seconds(link, 1'000'000), 0);
  World world(link);
  const Flow& flow = world.add({.most = 1'000'000, .least = 1'000'000});
  world.run(30s);
  for (std::size_t second = 5; second < flow.seconds().size(); ++second) {
    EXPECT_GE(flow.seconds()[second].target, 1'000'000) << "in second " << second;
  }
}

}  // namespace
}  // namespace rtcmc::rate::simulation
