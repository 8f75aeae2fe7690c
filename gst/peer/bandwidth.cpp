// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/bandwidth.hpp"

#include <chrono>
#include <variant>

namespace rtcmc {

namespace {

/// Most rooms are on networks that carry all; who is not says so within a second.
constexpr rate::Bounds kBounds{.minimum = 80'000, .start = 10'000'000, .maximum = 100'000'000};
/// SRTP's authentication tag, UDP and IP.
constexpr std::size_t kOverhead = 10 + 8 + 20;

}  // namespace

Bandwidth::Bandwidth() : estimator_(kBounds) {}

std::uint16_t Bandwidth::number(std::size_t bytes, rate::Time now, bool is_probe) {
  const std::lock_guard lock(mutex_);
  estimator_.on_sent(next_number_, bytes + kOverhead, now, is_probe);
  return next_number_++;
}

void Bandwidth::take(const rtp::Feedback& feedback, rate::Time now) {
  const std::lock_guard lock(mutex_);
  if (const auto* arrivals = std::get_if<rtp::TransportFeedback>(&feedback)) {
    estimator_.on_feedback(*arrivals, now);
  } else if (const auto* estimate = std::get_if<rtp::ReceiverEstimate>(&feedback)) {
    estimator_.on_receiver_estimate(estimate->bits, now);
  } else if (const auto* block = std::get_if<rtp::ReportBlock>(&feedback)) {
    estimator_.on_report(block->fraction_lost / 256.0, std::nullopt, now);
  } else {
    return;
  }
  is_known_ = true;
}

std::optional<std::uint64_t> Bandwidth::estimate(std::uint64_t wanted, rate::Time now) {
  const std::lock_guard lock(mutex_);
  estimator_.set_wanted(wanted);
  estimator_.on_time(now);
  return is_known_ ? std::optional(estimator_.target()) : std::nullopt;
}

bool Bandwidth::is_sought() {
  const std::lock_guard lock(mutex_);
  return estimator_.has_transport_feedback();
}

bool Bandwidth::is_congested() {
  const std::lock_guard lock(mutex_);
  return estimator_.is_congested();
}

std::optional<rate::Probe> Bandwidth::probe(rate::Time now) {
  const std::lock_guard lock(mutex_);
  return is_known_ ? estimator_.probe(now) : std::nullopt;
}

}  // namespace rtcmc
