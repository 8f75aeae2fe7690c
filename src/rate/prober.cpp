// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/prober.hpp"

#include <algorithm>

namespace rtcmc::rate {

namespace {

constexpr double kFactor = 2;
// What comes through is a little less than what is sent.
constexpr double kMargin = 1.2;
constexpr double kEnough = 0.8;  // of the packets and bytes
// Below this share of the probe's rate the link was full, and the queue it left is to go.
constexpr double kFull = 0.9;
constexpr double kOfFull = 0.95;
constexpr double kNear = 0.75;       // of the capacity
constexpr double kProbeGain = 1.05;  // of the target: less is none

double count(std::size_t number) {
  return static_cast<double>(number);
}

}  // namespace

std::optional<Probe> Prober::next(const Rates& rates, Time now) {
  if (cluster_ && now - cluster_->since > kPatience) {
    fail(now);
  }
  const double most = std::min(rates.wanted * kMargin, rates.maximum);
  if (cluster_ || (next_ && now < *next_) || rates.wanted <= rates.target || most < rates.target * kProbeGain) {
    return std::nullopt;
  }
  const bool is_near = rates.capacity && rates.target > kNear * *rates.capacity;
  if (is_near && probed_ && now - *probed_ < kLongestPause) {
    return std::nullopt;
  }
  probed_ = now;
  const double rate = std::min(rates.target * kFactor, most);
  const auto bytes = std::max(static_cast<std::size_t>(rate / 8 * seconds(kLength)), kLeastBytes);
  const Probe probe{static_cast<std::uint64_t>(rate), bytes, kLeastPackets};
  // 0 says that a packet belongs to none.
  number_ = std::max(number_ + 1, 1U);
  cluster_ = Cluster{.probe = probe, .since = now};
  return probe;
}

std::uint32_t Prober::on_sent(std::size_t bytes, bool is_probe, Time now) {
  if (!cluster_ || cluster_->padding >= cluster_->probe.bytes || (cluster_->padding == 0 && !is_probe)) {
    return 0;
  }
  if (cluster_->padding == 0) {
    cluster_->since = now;
  }
  cluster_->padding += is_probe ? bytes : 0;
  ++cluster_->sent_packets;
  cluster_->sent_bytes += bytes;
  return number_;
}

void Prober::on_received(std::uint32_t cluster_number, const Delivery& packet) {
  if (!cluster_ || cluster_number != number_) {
    return;
  }
  Cluster& cluster = *cluster_;
  const bool is_first = cluster.received_packets == 0;
  if (is_first || packet.sent < cluster.first_sent) {
    cluster.first_sent = packet.sent;
  }
  if (is_first || packet.sent > cluster.last_sent) {
    cluster.last_sent = packet.sent;
    cluster.last_sent_bytes = packet.bytes;
  }
  if (is_first || packet.arrival < cluster.first_arrival) {
    cluster.first_arrival = packet.arrival;
    cluster.first_arrival_bytes = packet.bytes;
  }
  if (is_first || packet.arrival > cluster.last_arrival) {
    cluster.last_arrival = packet.arrival;
  }
  ++cluster.received_packets;
  cluster.received_bytes += packet.bytes;
}

std::optional<double> Prober::rate_of(const Cluster& cluster) {
  const double sending = seconds(cluster.last_sent - cluster.first_sent);
  const double receiving = seconds(cluster.last_arrival - cluster.first_arrival);
  const auto bits = [&](std::size_t without) { return 8 * count(cluster.received_bytes - without); };
  const auto most = static_cast<double>(cluster.probe.rate);
  // What is held up on the way and comes at once shows nothing.
  if (sending > 1 || receiving > 1 || receiving <= sending / 2) {
    return std::nullopt;
  }
  const double sent = sending > 0 ? std::min(bits(cluster.last_sent_bytes) / sending, most) : most;
  const double received = receiving > 0 ? std::min(bits(cluster.first_arrival_bytes) / receiving, most) : most;
  return received < kFull * sent ? kOfFull * received : std::min(sent, received);
}

std::optional<double> Prober::result(double target, Time now) {
  if (!cluster_ || cluster_->padding < cluster_->probe.bytes ||
      count(cluster_->received_packets) < kEnough * count(kLeastPackets) ||
      count(cluster_->received_packets) < kEnough * count(cluster_->sent_packets) ||
      count(cluster_->received_bytes) < kEnough * count(cluster_->sent_bytes)) {
    return std::nullopt;
  }
  const auto rate = rate_of(*cluster_);
  if (!rate || *rate < kProbeGain * target) {
    fail(now);
    return std::nullopt;
  }
  cluster_.reset();
  // Only a link that carried all of it may carry yet more.
  if (*rate > kFull * target * kFactor) {
    pause_ = kShortestPause;
    next_.reset();
  } else {
    next_ = now + pause_;
  }
  return rate;
}

void Prober::on_congestion(Time now) {
  next_ = std::max(next_.value_or(now), now + kShortestPause);
}

void Prober::fail(Time now) {
  cluster_.reset();
  next_ = now + pause_;
  pause_ = std::min<Duration>(pause_ * 2, kLongestPause);
}

}  // namespace rtcmc::rate
