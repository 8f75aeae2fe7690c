// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "rtp/frame_class.hpp"
#include "rtp/header_bytes.hpp"

namespace rtcmc::rtp {

/// The latest packets of one stream in the order of their arrival: all its receivers are sent from here, each from
/// where it is, newcomers from the latest keyframe, and what one of them misses is found here again. `Payload` holds
/// the bytes after the header, by reference. A pure value: the caller brings the time. No lock of its own.
template <typename Payload>
class History {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Counts packets from the stream's beginning and never repeats.
  using Position = std::uint64_t;

  struct Entry {
    HeaderBytes header;  // without extension
    Payload payload;
    Time time;
    bool is_keyframe_start = false;
    bool is_frame_start = false;
    FrameClass frame = FrameClass::Unknown;
    bool is_left_out = false;  // on purpose, for one receiver; then without payload
  };

  /// Half a second at 25 Mbit/s, eight seconds at 1.5.
  static constexpr std::size_t kCapacity = 1024;

  void append(Entry entry) {
    if (entry.is_keyframe_start) {
      keyframe_ = end_;
    }
    Slot& slot = slots_[index(end_)];
    by_sequence_[entry.header.sequence() % kCapacity] = end_;
    slot = std::move(entry);
    ++end_;
  }

  [[nodiscard]] Position begin() const { return std::max(first_, end_ > kCapacity ? end_ - kCapacity : 0); }
  [[nodiscard]] Position end() const { return end_; }
  /// `position` must be one of those in [begin(), end()).
  [[nodiscard]] const Entry& at(Position position) const { return *slots_[index(position)]; }
  [[nodiscard]] std::vector<Entry> since(Position position) const {
    std::vector<Entry> result;
    result.reserve(static_cast<std::size_t>(end_ - position));
    for (; position < end_; ++position) {
      result.push_back(at(position));
    }
    return result;
  }

  /// Where the latest keyframe begins, if it is still there.
  [[nodiscard]] std::optional<Position> keyframe() const {
    return keyframe_ && *keyframe_ >= begin() ? keyframe_ : std::nullopt;
  }
  /// The latest packet of that number; null if it is not there any more, or never was.
  [[nodiscard]] const Entry* find(std::uint16_t sequence) const {
    const Position position = by_sequence_[sequence % kCapacity];
    const bool is_there = position >= begin() && position < end_ && at(position).header.sequence() == sequence;
    return is_there ? &at(position) : nullptr;
  }
  /// What is not known yet of the packets from there on.
  void classify(Position from, FrameClass frame) {
    for (Position position = std::max(from, begin()); position < end_; ++position) {
      Entry& entry = *slots_[index(position)];
      entry.frame = entry.frame == FrameClass::Unknown ? frame : entry.frame;
    }
  }
  void forget_keyframe() { keyframe_.reset(); }
  /// Lets go of all packets. Positions go on.
  void clear() {
    slots_ = std::vector<Slot>(kCapacity);
    by_sequence_.fill(0);
    first_ = end_;
    keyframe_.reset();
  }

 private:
  using Slot = std::optional<Entry>;
  static std::size_t index(Position position) { return static_cast<std::size_t>(position % kCapacity); }

  std::vector<Slot> slots_ = std::vector<Slot>(kCapacity);
  std::array<Position, kCapacity> by_sequence_{};
  Position first_ = 0;  // that was not cleared away
  Position end_ = 0;
  std::optional<Position> keyframe_;
};

}  // namespace rtcmc::rtp
