// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/size_policy.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <utility>
#include <vector>

namespace rtcmc::send {
namespace {

constexpr std::uint64_t kMaximum = 2000;
constexpr std::chrono::milliseconds kSizeTick{200};

struct SizeCase {
  const char* what;
  std::vector<std::pair<std::uint64_t, double>> rates;  // for so many seconds
  std::vector<int> expected;                            // changes

  friend void PrintTo(const SizeCase& each, std::ostream* out) { *out << each.what; }
};

class SizePolicyTable : public ::testing::TestWithParam<SizeCase> {};

TEST_P(SizePolicyTable, Decides) {
  SizePolicy policy;
  std::vector<int> divisors;
  SizePolicy::Time now{std::chrono::seconds(100)};
  for (const auto& [rate, seconds] : GetParam().rates) {
    const auto end =
        now + std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
    for (; now < end; now += kSizeTick) {
      const int divisor = policy.decide(rate, kMaximum, now);
      if (divisors.empty() || divisors.back() != divisor) {
        divisors.push_back(divisor);
      }
    }
  }
  EXPECT_EQ(divisors, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SizePolicyTable,
    ::testing::Values(
        SizeCase{"full at the full rate", {{2000, 10}}, {1}}, SizeCase{"and at a little less", {{800, 10}}, {1}},
        SizeCase{"half for a while", {{600, 10}}, {1, 2}},
        SizeCase{"not for a moment", {{2000, 1}, {600, 1.2}, {800, 1}, {600, 1.2}, {800, 1}}, {1}},
        SizeCase{"far too low is so at once", {{2000, 1}, {480, 0.2}}, {1, 2}},
        SizeCase{"a quarter at once", {{100, 0.2}}, {4}}, SizeCase{"ever less", {{600, 3}, {200, 3}}, {1, 2, 4}},
        SizeCase{"between what is too low and what is enough", {{600, 3}, {800, 60}}, {1, 2}},
        SizeCase{"enough for a while", {{600, 3}, {1000, 6}}, {1, 2, 1}},
        SizeCase{"what a probe shows for a moment is not", {{600, 3}, {1000, 3}, {650, 1}, {1000, 3}}, {1, 2}},
        SizeCase{"from a quarter to a half", {{100, 1}, {300, 60}, {320, 6}}, {4, 2}},
        SizeCase{"from a quarter to all of it", {{100, 1}, {2000, 6}}, {4, 1}}, SizeCase{"nothing", {{0, 10}}, {4}}));

}  // namespace
}  // namespace rtcmc::send
