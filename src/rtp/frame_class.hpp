// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtp/codec.hpp"

namespace rtcmc::rtp {

/// What other frames of a stream need of one.
enum class FrameClass : std::uint8_t {
  Unknown,    // its packets so far do not say
  Key,        // decoding can start with it; or what is needed for that
  Reference,  // others may be predicted from it
  Droppable,  // only others of this class, if any, are
};

/// Tells frames, which are packets with one timestamp, from each other, and what becomes of the picture without them:
/// by H.264's nal_ref_idc, H.265's sub-layers, VP8's payload descriptor, that of VP9 and its frames' headers, and the
/// temporal layers in AV1's units. If in doubt, a frame is a reference. A pure policy; no lock of its own.
class FrameClassifier {
 public:
  explicit FrameClassifier(Codec codec) : codec_(codec) {}

  struct Verdict {
    FrameClass frame;  // of the packet's frame, all of it, once it is not Unknown
    std::optional<FrameClass>
        completed;  // the packet is the first one of its frame: what the one before turned out to be
  };

  /// The next packet, in the order of their arrival. One that is late is of its frame still.
  [[nodiscard]] Verdict on_packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload);

 private:
  using Bytes = std::span<const std::uint8_t>;
  struct Frame {
    std::uint32_t timestamp;
    FrameClass frame_class;
  };

  [[nodiscard]] FrameClass classify(Bytes payload);
  [[nodiscard]] FrameClass h264(Bytes payload);
  /// `slice`: what follows the unit's header; empty: that is not known.
  [[nodiscard]] FrameClass h264_unit(std::uint8_t header, Bytes slice);
  [[nodiscard]] FrameClass h265(Bytes payload);
  [[nodiscard]] FrameClass h265_unit(std::uint8_t type, std::uint8_t second);
  /// Of units that have their size before them; the last one may be cut short.
  template <typename Classify>
  [[nodiscard]] static FrameClass first_known(Bytes units, Classify classify);

  const Codec codec_;
  std::optional<Frame> current_;
  std::array<std::optional<Frame>, 8> former_;
  std::size_t oldest_former_ = 0;
  // Of the current frame:
  bool has_sequence_parameters_ = false;
  bool has_parameters_ = false;

  bool has_temporal_layers_ = false;  // H.265: then what its own sub-layer does not need, a higher one may
};

}  // namespace rtcmc::rtp
