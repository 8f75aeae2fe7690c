// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/renumbering.hpp"

#include <algorithm>
#include <cstdlib>

#include "rtp/serial.hpp"

namespace rtcmc::rtp {

namespace {

/// In sequence numbers and in time: further away, it is another line.
constexpr int kNear = 1 << 14;
constexpr std::chrono::seconds kNearInTime{10};
/// How far back timestamps go where pictures are sent in another order than they are shown in.
constexpr std::chrono::seconds kOutOfOrder{1};

}  // namespace

Renumbering::Renumbering(std::uint32_t clock_rate, std::uint16_t first_sequence, std::uint32_t timestamp_offset)
    : clock_rate_(clock_rate), first_sequence_(first_sequence), timestamp_offset_(timestamp_offset) {}

std::optional<Renumbering::Decision> Renumbering::on_packet(const PacketHeader& packet, Time now) {
  if (!current_) {
    return begin(packet, now);
  }
  if (is_of(*current_, packet, now)) {
    return go_on(packet, now);
  }
  const bool was_there =
      std::ranges::any_of(former_, [&](const auto& line) { return line && is_of(*line, packet, now); });
  return was_there ? on_stray(packet, now) : begin(packet, now);
}

std::uint16_t Renumbering::next_sequence() const {
  return current_ ? static_cast<std::uint16_t>(current_->sequence + shift_.sequence + 1) : first_sequence_;
}

bool Renumbering::is_of(const Line& line, const PacketHeader& packet, Time now) const {
  const int ahead = distance(line.sequence, packet.sequence);
  if (packet.ssrc != line.ssrc || std::abs(ahead) > kNear) {
    return false;
  }
  const std::int64_t near = ticks(kNearInTime);
  const std::int64_t elapsed = distance(line.timestamp, packet.timestamp);
  if (ahead > 0 && elapsed < -std::int64_t{ticks(kOutOfOrder)}) {
    return false;
  }
  // A sender that was silent may go on where it was, or where the clock is.
  return std::abs(elapsed) <= near ||
         std::abs(distance(line.timestamp + ticks(now - line.time), packet.timestamp)) <= near;
}

Renumbering::Decision Renumbering::begin(const PacketHeader& packet, Time now) {
  const bool is_first = !current_;
  const std::uint32_t timestamp =
      is_first ? timestamp_offset_ + ticks(now.time_since_epoch())
               : latest_timestamp_ + std::max(ticks(std::max(now - current_->time, Time::duration::zero())), 1U);
  const std::uint16_t sequence = next_sequence();
  if (!is_first) {
    former_.at(oldest_former_++ % former_.size()) = current_;
  }
  shift_ = {static_cast<std::uint16_t>(sequence - packet.sequence), timestamp - packet.timestamp};
  current_ = Line{packet.ssrc, packet.sequence, packet.timestamp, now};
  latest_timestamp_ = timestamp;
  is_used_.set();
  closes_gap_ = false;
  Decision decision = let_through(packet, now);
  decision.begins_anew = !is_first;
  return decision;
}

std::optional<Renumbering::Decision> Renumbering::go_on(const PacketHeader& packet, Time now) {
  const int ahead = distance(current_->sequence, packet.sequence);
  if (ahead > 0) {
    advance(static_cast<unsigned>(ahead));
    current_->sequence = packet.sequence;
    current_->timestamp = packet.timestamp;
    return let_through(packet, now);
  }
  const auto behind = static_cast<std::size_t>(-ahead);
  if (behind >= kReach || is_used_.test(behind)) {
    return on_stray(packet, now);
  }
  is_used_.set(behind);
  return let_through(packet, now);
}

std::optional<Renumbering::Decision> Renumbering::on_stray(const PacketHeader& packet, Time now) {
  if (now - current_->time >= kSilence) {
    return begin(packet, now);
  }
  const bool goes_on = stray_ && stray_->ssrc == packet.ssrc && distance(stray_->sequence, packet.sequence) == 1;
  strays_ = goes_on ? strays_ + 1 : 1;
  stray_ = packet;
  return strays_ >= kInARow ? std::optional(begin(packet, now)) : std::nullopt;
}

void Renumbering::advance(unsigned distance) {
  if (closes_gap_ || distance > kLongestGap) {
    shift_.sequence = static_cast<std::uint16_t>(shift_.sequence - (distance - 1));
    is_used_.set();  // no number is left for what was before
    closes_gap_ = false;
  } else {
    is_used_ <<= distance;
    is_used_.set(0);
  }
}

Renumbering::Decision Renumbering::let_through(const PacketHeader& packet, Time now) {
  stray_.reset();
  strays_ = 0;
  current_->time = now;
  const std::uint32_t timestamp = packet.timestamp + shift_.timestamp;
  if (distance(latest_timestamp_, timestamp) > 0) {
    latest_timestamp_ = timestamp;
  }
  return {shift_, false};
}

std::uint32_t Renumbering::ticks(std::chrono::nanoseconds duration) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const auto rest = static_cast<std::uint64_t>((duration - seconds).count());
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(seconds.count()) * clock_rate_ +
                                    rest * clock_rate_ / 1'000'000'000U);
}

}  // namespace rtcmc::rtp
