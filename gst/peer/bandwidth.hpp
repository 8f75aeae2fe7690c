// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "rate/estimator.hpp"
#include "rtp/feedback.hpp"

namespace rtcmc {

/// What one participant's network carries of what we send there, over all streams: each packet's number goes out by
/// here, and what the participant says of them comes back.
///
/// Threads: any. `mutex_` protects all data.
class Bandwidth {
 public:
  Bandwidth();

  /// For the next packet. `bytes`: of RTP, before encryption. `is_probe`: because of probe().
  [[nodiscard]] std::uint16_t number(std::size_t bytes, rate::Time now, bool is_probe);
  void take(const rtp::Feedback& feedback, rate::Time now);

  /// bit/s of RTP. Absent: the participant has said nothing of it yet. `wanted`: what we would send at best.
  [[nodiscard]] std::optional<std::uint64_t> estimate(std::uint64_t wanted, rate::Time now);
  /// Whether the estimate may come to be more than what is sent, by probes.
  [[nodiscard]] bool is_sought();
  /// See rate::Estimator.
  [[nodiscard]] bool is_congested();
  /// What is to be sent beside the media, beginning now, to learn whether more fits.
  [[nodiscard]] std::optional<rate::Probe> probe(rate::Time now);

 private:
  std::mutex mutex_;
  rate::Estimator estimator_;
  std::uint16_t next_number_ = 0;
  bool is_known_ = false;
};

}  // namespace rtcmc
