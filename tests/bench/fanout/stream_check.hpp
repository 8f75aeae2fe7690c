// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "frame_clock.hpp"

namespace rtcmc::bench {

/// What came of a stream of pictures, which is to be whole: as frame_clock.hpp has them due. Pure.
class StreamCheck {
 public:
  using Time = std::chrono::nanoseconds;  // since 1970
  static constexpr Time kFrame{1'000'000'000 / kFrameRate};

  struct Counts {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  // with their RTP headers and authentication tags
    std::uint64_t frames = 0;
    std::uint64_t lost = 0;
    std::uint64_t unordered = 0;
    std::uint64_t broken_frames = 0;  // in which something is missing

    Counts& operator+=(const Counts& other);
  };

  /// `packet` is RTP, protected or not.
  void take(std::span<const std::uint8_t> packet, Time arrived);

  /// From now on, counts anew.
  void reset();

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint32_t highest_sequence() const { return highest_; }  // extended
  /// How long after it was due, each frame's first packet arrived, and its last one.
  struct Delays {
    std::vector<Time> first;
    std::vector<Time> last;
  };
  [[nodiscard]] Delays delays() const;
  /// By how much more than a frame's time frames were apart from those before.
  [[nodiscard]] const std::vector<Time>& hold_ups() const { return hold_ups_; }

 private:
  void begin_frame(std::uint32_t timestamp, Time arrived);

  Counts counts_;
  std::uint32_t ssrc_ = 0;
  std::optional<std::uint32_t> highest_seen_;
  std::uint32_t highest_ = 0;
  bool is_frame_open_ = false;  // its last packet is still to come
  bool is_frame_whole_ = true;
  std::optional<std::uint32_t> timestamp_;
  Time frame_arrived_{};
  std::optional<std::uint32_t> first_timestamp_;
  Time first_due_{};  // a whole number of frames from the truth
  Time due_{};        // of the frame that comes now, likewise
  Delays delays_;
  std::vector<Time> hold_ups_;
};

}  // namespace rtcmc::bench
