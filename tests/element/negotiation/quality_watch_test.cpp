// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/quality_watch.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace rtcmc {
namespace {

using send::Portion;

struct Glance {
  int after;  // s since the one before
  SentQuality quality;
  std::optional<QualityReason> told = std::nullopt;
};

struct WatchCase {
  const char* name;
  std::vector<Glance> glances;
};

TEST(QualityWatch, TellsOfEachChangeThatLastsAndNotTooOften) {
  constexpr SentQuality::Size kHd{1280, 720};
  constexpr SentQuality::Size kSd{640, 360};
  constexpr SentQuality::Size kOther{640, 480};
  constexpr SentQuality kAll{0, Portion::Everything, kHd, kHd};
  constexpr SentQuality kHalf{0, Portion::Everything, kSd, kHd};
  constexpr SentQuality kSecond{1, Portion::Everything, kSd, kHd};
  constexpr SentQuality kKeyframes{0, Portion::KeyframesOnly, kHd, kHd};
  constexpr SentQuality kUnknown{0, Portion::Everything, {}, {}};
  constexpr SentQuality kUnknownKeyframes{0, Portion::KeyframesOnly, {}, {}};
  constexpr SentQuality kAboutToBeOther{0, Portion::Everything, kHd, kOther};
  constexpr SentQuality kOtherInput{0, Portion::Everything, kOther, kOther};
  constexpr auto kNetwork = QualityReason::Network;
  const std::vector<WatchCase> cases{
      {"all the same", {{0, kAll}, {1, kAll}, {60, kAll}}},
      {"known late", {{0, kUnknown}, {1, kAll}, {1, kAll}}},
      {"never known", {{0, kUnknown}, {1, kUnknownKeyframes, kNetwork}, {3, kUnknown, kNetwork}}},
      {"not known for a moment", {{0, kAll}, {1, kUnknown}, {1, kAll}}},
      {"its size", {{0, kAll}, {1, kHalf, kNetwork}, {1, kHalf}}},
      {"its encoding", {{0, kAll}, {1, kSecond, kNetwork}, {3, kAll, kNetwork}}},
      {"fewer frames", {{0, kAll}, {1, kKeyframes, kNetwork}, {3, kAll, kNetwork}}},
      {"the input's size, with what is sent behind it",
       {{0, kAll}, {1, kAboutToBeOther}, {1, kOtherInput, QualityReason::Input}}},
      {"back and forth at once", {{0, kAll}, {1, kHalf, kNetwork}, {1, kAll}, {0, kHalf}, {5, kHalf}}},
      {"the last one of many", {{0, kAll}, {1, kHalf, kNetwork}, {1, kSecond}, {0, kAll}, {1, kAll, kNetwork}}},
  };
  for (const WatchCase& each : cases) {
    QualityWatch watch;
    QualityWatch::Time now{};
    int number = 0;
    for (const Glance& glance : each.glances) {
      now += std::chrono::seconds(glance.after);
      EXPECT_EQ(watch.decide(glance.quality, now), glance.told) << each.name << ", " << number++;
    }
  }
}

}  // namespace
}  // namespace rtcmc
