// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fuzz.hpp"
#include "rate/estimator.hpp"
#include "rtp/feedback.hpp"

/// A receiver that says whatever it likes of what it is sent: the target stays within its bounds, and probes stay few.
namespace rtcmc::rate {

namespace {

using fuzz::require;
using Bytes = std::span<const std::uint8_t>;

constexpr Bounds kBounds{100'000, 300'000, 5'000'000};

/// A sender that takes its next steps from the input.
class Sender {
 public:
  Sender() { estimator_.set_wanted(kBounds.maximum); }

  /// Waits, then sends some packets and a probe if one is due.
  void step(std::uint8_t what) {
    now_ += std::chrono::milliseconds(what & 0x3fU) * ((what & 0x80U) != 0 ? 50 : 1);
    for (int i = 0; i < 3; ++i) {
      estimator_.on_sent(sequence_++, 1200, now_, false);
    }
    if (const auto probe = estimator_.probe(now_)) {
      require(probe->rate <= kBounds.maximum && probe->packets > 0, "probes are bounded");
      const std::size_t size = probe->bytes / probe->packets + 1;
      require(size < 20'000, "and so are their packets");
      for (std::size_t i = 0; i < probe->packets; ++i) {
        estimator_.on_sent(sequence_++, size, now_ += std::chrono::milliseconds(3), true);
      }
    }
    estimator_.on_time(now_);
    check();
  }

  void hear(const rtp::Feedback& feedback) {
    if (const auto* transport = std::get_if<rtp::TransportFeedback>(&feedback)) {
      // About what was sent lately: else, hardly any would be.
      auto near = *transport;
      for (auto& packet : near.packets) {
        packet.sequence = static_cast<std::uint16_t>(sequence_ - 16 + (packet.sequence - near.packets[0].sequence));
      }
      estimator_.on_feedback(near, now_);
      estimator_.on_feedback(*transport, now_);
    } else if (const auto* estimate = std::get_if<rtp::ReceiverEstimate>(&feedback)) {
      estimator_.on_receiver_estimate(estimate->bits, now_);
    } else if (const auto* block = std::get_if<rtp::ReportBlock>(&feedback)) {
      // As long as can be, or negative.
      const Duration round_trip(static_cast<std::int64_t>(std::uint64_t{block->jitter} << 32U));
      estimator_.on_report(block->fraction_lost / 256.0, round_trip, now_);
    }
    check();
  }

 private:
  void check() const {
    require(estimator_.target() >= kBounds.minimum && estimator_.target() <= kBounds.maximum,
            "the target is within its bounds");
  }

  Estimator estimator_{kBounds};
  std::uint16_t sequence_ = 65'000;
  Time now_ = Time{} + std::chrono::hours{10};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Sender sender;
  // A byte that says how much to wait, one with the length of the next compound, and that.
  for (Bytes rest(data, size); rest.size() > 2;) {
    sender.step(rest[0]);
    const std::size_t length = std::min<std::size_t>(rest[1], rest.size() - 2);
    for (const rtp::Feedback& feedback : rtp::parse_feedback(rest.subspan(2, length))) {
      sender.hear(feedback);
    }
    rest = rest.subspan(2 + length);
  }
  return 0;
}

}  // namespace rtcmc::rate
