// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_check.hpp"

#include <algorithm>

#include "rtp/packet.hpp"

namespace rtcmc::bench {

namespace {

constexpr std::int64_t kClockRate = 90'000;
constexpr std::uint8_t kMarker = 0x80;

/// When the frame was due that is the latest at `time`.
StreamCheck::Time frame_start(StreamCheck::Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const StreamCheck::Time within = time - second;
  return second + within.count() * kFrameRate / 1'000'000'000 * StreamCheck::kFrame;
}

}  // namespace

StreamCheck::Counts& StreamCheck::Counts::operator+=(const Counts& other) {
  packets += other.packets;
  bytes += other.bytes;
  frames += other.frames;
  lost += other.lost;
  unordered += other.unordered;
  broken_frames += other.broken_frames;
  return *this;
}

void StreamCheck::take(std::span<const std::uint8_t> packet, Time arrived) {
  const auto header = rtp::PacketHeader::parse(packet);
  if (!header) {
    return;
  }
  ++counts_.packets;
  counts_.bytes += packet.size();
  ssrc_ = header->ssrc;
  if (highest_seen_) {
    const auto step = static_cast<std::int16_t>(header->sequence - static_cast<std::uint16_t>(highest_));
    if (step <= 0) {
      ++counts_.unordered;
      return;
    }
    counts_.lost += static_cast<std::uint64_t>(step - 1);
    is_frame_whole_ = is_frame_whole_ && step == 1;
    highest_ += static_cast<std::uint32_t>(step);
  } else {
    highest_ = header->sequence;
  }
  highest_seen_ = highest_;
  if (timestamp_ != header->timestamp) {
    begin_frame(header->timestamp, arrived);
  }
  is_frame_open_ = (packet[1] & kMarker) == 0;
  if (!is_frame_open_) {
    ++counts_.frames;
    delays_.last.push_back(arrived - due_);
    counts_.broken_frames += is_frame_whole_ ? 0 : 1;
    is_frame_whole_ = true;
  }
}

void StreamCheck::begin_frame(std::uint32_t timestamp, Time arrived) {
  if (is_frame_open_) {  // that of the frame before, with the marker
    ++counts_.broken_frames;
  }
  if (timestamp_) {
    hold_ups_.push_back(std::max(arrived - frame_arrived_ - kFrame, Time(0)));
  }
  if (!first_timestamp_) {
    first_timestamp_ = timestamp;
    first_due_ = frame_start(arrived);
  }
  const auto ticks = static_cast<std::int32_t>(timestamp - *first_timestamp_);
  due_ = first_due_ + Time(std::int64_t{ticks} * 1'000'000'000 / kClockRate);
  delays_.first.push_back(arrived - due_);
  timestamp_ = timestamp;
  frame_arrived_ = arrived;
}

void StreamCheck::reset() {
  counts_ = {};
  delays_ = {};
  hold_ups_.clear();
}

StreamCheck::Delays StreamCheck::delays() const {
  Delays result = delays_;
  if (result.first.empty()) {
    return result;
  }
  // No frame comes before it is due: then the very first one was later than a frame's time. A clock's rounding is
  // allowed.
  constexpr Time kTolerance = std::chrono::microseconds(200);
  Time shift{};
  while (std::ranges::min(result.first) + shift < -kTolerance) {
    shift += kFrame;
  }
  for (auto* times : {&result.first, &result.last}) {
    for (Time& time : *times) {
      time += shift;
    }
  }
  return result;
}

}  // namespace rtcmc::bench
