// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/estimator.hpp"

#include <algorithm>
#include <cmath>

namespace rtcmc::rate {

namespace {

using std::chrono::milliseconds;

// What is never left, whatever the caller says: rates are multiplied and divided by.
constexpr double kLeastRate = 5'000;
constexpr double kMostRate = 1e12;

constexpr milliseconds kUsualRoundTrip{100};
constexpr milliseconds kLongestRoundTrip{10'000};
constexpr int kRoundTripWeight = 8;

/// By so much, what is not sent may be possible.
constexpr double kUnproven = 1.5;
constexpr double kUnprovenBits = 10'000;

constexpr milliseconds kNoQueue{5};
// What a link that carries everything empties again and again.
constexpr milliseconds kQueue{50};
constexpr double kLossOfFullQueues = 0.05;

// Without a queue that grows, for loss to have another reason.
constexpr milliseconds kCalm{3000};

// Of what comes through, while a queue is to go.
constexpr double kDraining = 0.5;

// A clock that jumps further began anew.
constexpr std::chrono::seconds kLongestJump{60};
constexpr milliseconds kCounted{1000};

// Where only round trips tell of delay.
constexpr milliseconds kLongQueue{150};
constexpr double kLongQueueFactor = 0.85;
constexpr std::chrono::seconds kWaysLife{30};

double bounded(std::uint64_t bits) {
  return std::clamp(static_cast<double>(bits), kLeastRate, kMostRate);
}

}  // namespace

Estimator::Estimator(Bounds bounds)
    : minimum_(bounded(bounds.minimum)),
      maximum_(std::max(minimum_, bounded(bounds.maximum))),
      target_(std::clamp(bounded(bounds.start), minimum_, maximum_)),
      delay_(target_),
      loss_(target_) {}

void Estimator::on_sent(std::uint16_t transport_sequence, std::size_t bytes, Time now, bool is_probe) {
  const std::uint32_t cluster = prober_.on_sent(bytes, is_probe, now);
  const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT16_MAX));
  record_.on_sent(transport_sequence, {now, size, cluster});
  if (!unanswered_) {
    unanswered_ = now;
  }
  if (!counted_since_) {
    counted_since_ = now;
  }
  sent_bits_ += 8.0 * size;
}

void Estimator::on_feedback(const rtp::TransportFeedback& feedback, Time now) {
  const auto packets = deliveries(feedback);
  if (packets.empty()) {
    return;
  }
  if (!has_transport_feedback_) {
    has_transport_feedback_ = true;
    delay_.set(target_, now);
    loss_.set(maximum_);
  }
  heard();
  const Time latest = std::max_element(packets.begin(), packets.end(), [](const auto& one, const auto& other) {
                        return one.sent < other.sent;
                      })->sent;
  take_round_trip(now - latest);
  update_delay(packets, now);
  update_loss(now);
  take_probe(now);
  settle(now);
}

std::vector<Delivery> Estimator::deliveries(const rtp::TransportFeedback& feedback) {
  std::vector<Delivery> result;
  for (const auto& [sequence, arrival] : feedback.packets) {
    if (!arrival) {
      record_.on_missing(sequence);
      continue;
    }
    if (const auto sent = record_.on_received(sequence)) {
      const Delivery delivery{sent->time, unwrapped(*arrival), sent->bytes};
      prober_.on_received(sent->cluster, delivery);
      result.push_back(delivery);
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& one, const auto& other) { return one.arrival < other.arrival; });
  return result;
}

Arrival Estimator::unwrapped(Arrival arrival) {
  constexpr Arrival kPeriod = rtp::TransportFeedback::kPeriod;
  const Arrival in_period = (arrival % kPeriod + kPeriod) % kPeriod;
  if (!latest_in_period_) {
    latest_arrival_ = in_period;
  } else {
    Arrival since = in_period - *latest_in_period_;
    if (since > kPeriod / 2) {
      since -= kPeriod;
    } else if (since < -kPeriod / 2) {
      since += kPeriod;
    }
    // Nor do jumps add up.
    latest_arrival_ = since > kLongestJump || since < -kLongestJump ? in_period : latest_arrival_ + since;
  }
  latest_in_period_ = in_period;
  return latest_arrival_;
}

void Estimator::take_round_trip(Duration sample) {
  sample = std::clamp<Duration>(sample, Duration::zero(), kLongestRoundTrip);
  round_trip_ = round_trip_ ? *round_trip_ + (sample - *round_trip_) / kRoundTripWeight : sample;
}

void Estimator::update_delay(const std::vector<Delivery>& deliveries, Time now) {
  for (const Delivery& packet : deliveries) {
    acknowledged_.add(packet);
    queue_.add(packet, now);
    if (const auto distance = groups_.add(packet)) {
      detector_.add(*distance);
    }
  }
  const Usage usage = usage_now();
  if (usage == Usage::Over || queue_.is_draining()) {
    prober_.on_congestion(now);
  }
  delay_.update(usage, acknowledged_.value(), round_trip_.value_or(kUsualRoundTrip), now);
}

/// A queue that grows makes the latest packet wait longest; behind a receiver that was busy for a moment, the first.
Usage Estimator::usage_now() const {
  const Usage usage = detector_.usage();
  return usage == Usage::Over && queue_.value() < kNoQueue ? Usage::Under : usage;
}

void Estimator::update_loss(Time now) {
  const auto outcome = record_.settle();
  const auto decreased = delay_.decreased();
  const bool is_calm = usage_now() != Usage::Over && (!decreased || now - *decreased >= kCalm);
  loss_.on_packets(outcome.received, outcome.lost,
                   {.in_use = target_, .is_calm = is_calm, .carried = acknowledged_.value()}, now);
}

void Estimator::take_probe(Time now) {
  const auto result = prober_.result(target_, now);
  if (!result || usage_now() == Usage::Over || loss_.fraction() > LossController::kMuch) {
    return;
  }
  delay_.set(*result, now);
  loss_.set(std::max(loss_.rate(), *result));
}

void Estimator::on_report(double fraction_lost, std::optional<Duration> round_trip, Time now) {
  if (has_transport_feedback_) {
    if (!halved_) {
      return;
    }
    fall_back_to_reports();
  }
  heard();
  if (round_trip) {
    take_round_trip(*round_trip);
  }
  const double before = loss_.rate();
  const double lost = fraction_lost > 0 ? std::min(fraction_lost, 1.0) : 0;
  loss_.on_fraction(lost, {.in_use = target_, .is_calm = false}, now);
  if (round_trip && is_queue_long(std::clamp<Duration>(*round_trip, Duration::zero(), kLongestRoundTrip), now)) {
    loss_.set(std::min(loss_.rate(), kLongQueueFactor * target_));
  }
  const double proven = kUnproven * sent_rate_.value_or(0) + kUnprovenBits;
  if (loss_.rate() > before) {
    loss_.set(std::max(before, std::min(loss_.rate(), proven)));
  }
  settle(now);
}

bool Estimator::is_queue_long(Duration round_trip, Time now) {
  if (!shortest_ || now - shortest_since_ >= kWaysLife) {
    shortest_before_ = shortest_;
    shortest_ = round_trip;
    shortest_since_ = now;
  }
  shortest_ = std::min(*shortest_, round_trip);
  return round_trip - std::min(*shortest_, shortest_before_.value_or(*shortest_)) > kLongQueue;
}

/// They go on coming, which transport-wide feedback does not.
void Estimator::fall_back_to_reports() {
  has_transport_feedback_ = false;
  loss_.set(target_);
}

void Estimator::on_receiver_estimate(std::uint64_t bits, Time now) {
  estimate_ = ReceiverEstimate{static_cast<double>(bits), now};
  if (!has_transport_feedback_) {
    heard();
  }
  settle(now);
}

bool Estimator::is_congested() const {
  if (!has_transport_feedback_ || halved_) {
    return true;
  }
  return queue_.standing().value_or(Duration::zero()) > kQueue || loss_.fraction() > kLossOfFullQueues;
}

void Estimator::on_time(Time now) {
  if (counted_since_ && now - *counted_since_ >= kCounted) {
    sent_rate_ = sent_bits_ / seconds(now - *counted_since_);
    sent_bits_ = 0;
    counted_since_ = now;
  }
  const Duration first =
      has_transport_feedback_ ? kSilence + round_trip_.value_or(kUsualRoundTrip) : Duration(kSilenceOfReports);
  if (unanswered_ && now - *unanswered_ >= (halved_ ? Duration(kHalving) : first)) {
    delay_.set(target_ / 2, now);
    loss_.set(std::min(loss_.rate(), target_ / 2));
    halved_ = now;
    // Of what is not sent, nothing can be heard.
    unanswered_.reset();
    prober_.on_congestion(now);
  }
  settle(now);
}

void Estimator::heard() {
  if (halved_ && has_transport_feedback_) {
    loss_.set(maximum_);
  }
  unanswered_.reset();
  halved_.reset();
}

std::optional<Probe> Estimator::probe(Time now) {
  // What a receiver does not tell of cannot be learned.
  if (!has_transport_feedback_ || halved_) {
    return std::nullopt;
  }
  return prober_.next({.target = target_,
                       .wanted = wanted_,
                       .maximum = std::min(maximum_, ceiling(now)),
                       .capacity = delay_.capacity()},
                      now);
}

double Estimator::ceiling(Time now) const {
  return estimate_ && now - estimate_->time < kEstimateLife ? estimate_->rate : maximum_;
}

double Estimator::allowed() const {
  if (!has_transport_feedback_) {
    return loss_.rate();
  }
  const double rate = std::min(delay_.rate(), loss_.rate());
  const auto acknowledged = acknowledged_.value();
  return queue_.is_draining() && acknowledged ? std::min(rate, kDraining * *acknowledged) : rate;
}

void Estimator::settle(Time now) {
  delay_.clamp(minimum_, maximum_);
  loss_.clamp(minimum_, maximum_);
  target_ = std::clamp(std::min(allowed(), ceiling(now)), minimum_, maximum_);
}

}  // namespace rtcmc::rate
