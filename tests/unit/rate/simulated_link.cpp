// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/simulated_link.hpp"

#include <algorithm>

namespace rtcmc::rate::simulation {

namespace {

constexpr std::size_t kPacket = 1200;
constexpr std::size_t kProbePacket = 250;
constexpr double kPacing = 1.5;  // of the target
constexpr Duration kFrame = 33ms;

double share(std::mt19937& random) {
  return std::uniform_real_distribution<>(0, 1)(random);
}

}  // namespace

Flow::Flow(const Options& options, const LinkOptions& link, Bottleneck& bottleneck, unsigned seed)
    : options_(options),
      link_(link),
      bottleneck_(bottleneck),
      random_(seed),
      estimator_(options.bounds),
      sequence_(options.first_sequence) {
  estimator_.set_wanted(options.wanted);
}

void Flow::step(Duration now) {
  const auto second = static_cast<std::size_t>(now / 1s);
  if (seconds_.size() <= second) {
    seconds_.resize(second + 1);
  }
  if (now >= options_.begin) {
    send_media(now);
    send_probe(now);
  }
  receive(now);
  tell(now);
  hear(now);
  if (now % 50ms == 0ms) {
    estimator_.on_time(time(now));
  }
  seconds_.back().target = static_cast<double>(estimator_.target());
  seconds_.back().longest_queue = std::max(seconds_.back().longest_queue, bottleneck_.queued(now));
}

void Flow::send_media(Duration now) {
  const double rate = std::clamp(static_cast<double>(estimator_.target()), options_.least, options_.most);
  credit_ += rate / 8 / 1000;
  // Frames that are cut into packets, which follow each other as fast as pacing lets them.
  if (now % kFrame != 0ms && credit_ < kPacket) {
    return;
  }
  while (credit_ >= kPacket || (now % kFrame == 0ms && credit_ > 200)) {
    const auto size = static_cast<std::size_t>(std::min(credit_, static_cast<double>(kPacket)));
    credit_ -= static_cast<double>(size);
    send(size, false, now);
  }
}

void Flow::send_probe(Duration now) {
  if (!probe_) {
    probe_ = estimator_.probe(time(now));
    if (!probe_) {
      return;
    }
    probe_left_ = probe_->bytes;
    probe_credit_ = kProbePacket;
  }
  probe_credit_ += static_cast<double>(probe_->rate) / 8 / 1000;
  const std::size_t size = std::min(kProbePacket, probe_->bytes / probe_->packets);
  while (probe_left_ > 0 && probe_credit_ >= static_cast<double>(size)) {
    probe_credit_ -= static_cast<double>(size);
    probe_left_ -= std::min(probe_left_, size);
    send(size, true, now);
  }
  if (probe_left_ == 0) {
    probe_.reset();
  }
}

void Flow::send(std::size_t bytes, bool is_probe, Duration now) {
  const std::uint16_t sequence = sequence_++;
  estimator_.on_sent(sequence, bytes, time(now), is_probe);
  Second& second = seconds_.back();
  second.sent += 8.0 * static_cast<double>(bytes);
  second.probes += is_probe ? 8.0 * static_cast<double>(bytes) : 0;
  ++sent_since_report_;
  const auto out = bottleneck_.send(bytes, now);
  const double jitter = 2 * share(random_) - 1;
  const bool is_lost = share(random_) < link_.loss;
  if (out && !is_lost) {
    const auto extra = Duration(static_cast<std::int64_t>(jitter * static_cast<double>(link_.jitter.count())));
    const Duration arrival = link_.seen(*out + link_.delay + extra);
    under_way_.push_back({sequence, arrival, bytes});
    next_arrival_ = std::min(next_arrival_, arrival);
  }
}

void Flow::receive(Duration now) {
  if (now < next_arrival_) {
    return;
  }
  next_arrival_ = Duration::max();
  std::erase_if(under_way_, [&](const Packet& packet) {
    if (packet.arrival > now) {
      next_arrival_ = std::min(next_arrival_, packet.arrival);
      return false;
    }
    arrivals_[packet.sequence] = packet.arrival;
    const bool is_newer = !newest_ || static_cast<std::int16_t>(packet.sequence - *newest_) > 0;
    newest_ = is_newer ? packet.sequence : *newest_;
    told_ =
        told_ ? (static_cast<std::int16_t>(packet.sequence - *told_) < 0 ? packet.sequence : *told_) : packet.sequence;
    ++received_since_report_;
    seconds_.back().received += 8.0 * static_cast<double>(packet.bytes);
    return true;
  });
}

void Flow::tell(Duration now) {
  if (now < next_tell_) {
    return;
  }
  next_tell_ = now + (link_.reports_only ? Duration(1s) : link_.feedback_interval);
  if (!newest_ || static_cast<std::int16_t>(*newest_ - *told_) < 0) {
    return;
  }
  Feedback feedback{now + link_.feedback_delay,
                    {.ssrc = 1, .number = number_++, .packets = {}},
                    0,
                    link_.delay + link_.feedback_delay + bottleneck_.queued(now)};
  feedback.arrival +=
      Duration(static_cast<std::int64_t>(share(random_) * static_cast<double>(link_.feedback_jitter.count())));
  for (std::uint16_t sequence = *told_; sequence != static_cast<std::uint16_t>(*newest_ + 1); ++sequence) {
    std::optional<Arrival> arrival;
    if (auto& at = arrivals_[sequence]) {
      const auto there = std::chrono::duration_cast<Arrival>(*at + link_.drift * *at) + link_.clock;
      arrival = (there / 250us * 250us) % rtp::TransportFeedback::kPeriod;
    }
    feedback.content.packets.push_back({sequence, arrival});
  }
  for (const auto& packet : feedback.content.packets) {
    arrivals_[packet.sequence].reset();
  }
  told_ = static_cast<std::uint16_t>(*newest_ + 1);
  if (sent_since_report_ > 0) {
    feedback.lost =
        std::max(0.0, 1 - static_cast<double>(received_since_report_) / static_cast<double>(sent_since_report_));
  }
  sent_since_report_ = 0;
  received_since_report_ = 0;
  if (share(random_) >= link_.feedback_loss) {
    back_.push_back(std::move(feedback));
  }
}

void Flow::hear(Duration now) {
  if (back_.empty()) {
    return;
  }
  std::erase_if(back_, [&](const Feedback& feedback) {
    if (feedback.arrival > now) {
      return false;
    }
    if (link_.reports_only) {
      estimator_.on_report(feedback.lost, feedback.round_trip, time(now));
      if (options_.receiver_estimate) {
        estimator_.on_receiver_estimate(*options_.receiver_estimate, time(now));
      }
    } else {
      estimator_.on_feedback(feedback.content, time(now));
    }
    return true;
  });
}

double Flow::mean_sent(std::size_t from, std::size_t to) const {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) {
    sum += seconds_.at(i).sent;
  }
  return sum / static_cast<double>(to - from);
}

double Flow::mean_received(std::size_t from, std::size_t to) const {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) {
    sum += seconds_.at(i).received;
  }
  return sum / static_cast<double>(to - from);
}

Duration Flow::longest_queue(std::size_t from, std::size_t to) const {
  Duration longest{};
  for (std::size_t i = from; i < to; ++i) {
    longest = std::max(longest, seconds_.at(i).longest_queue);
  }
  return longest;
}

}  // namespace rtcmc::rate::simulation
