// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "send/portion_policy.hpp"

namespace rtcmc {

/// What a participant gets of one of our pictures.
struct SentQuality {
  std::size_t layer;  // 0: the best encoding that there is
  send::Portion portion;
  struct Size {
    int width = 0;  // pixels; 0: not known
    int height = 0;

    friend bool operator==(const Size&, const Size&) = default;
  };
  Size size;
  Size input;  // which may be ahead of what is sent
};

/// Why that is another than before.
enum class QualityReason {
  Network,  // the participant's, or that of those who share its encoding, carries more or less; or it asks for that
  Input     // its pictures have another size
};

/// When the application is to be told that a participant gets another quality: not of the first one, and of each
/// further one that lasts, but not more often than once in a while. A pure policy: the caller brings the time.
class QualityWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kBetween{2};

  /// A few times a second. Absent: nothing is to be told.
  [[nodiscard]] std::optional<QualityReason> decide(SentQuality quality, Time now);

 private:
  std::optional<SentQuality> told_;
  std::optional<Time> told_at_;
};

}  // namespace rtcmc
