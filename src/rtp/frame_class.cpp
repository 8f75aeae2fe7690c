// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/frame_class.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::rtp {

namespace {

using Payload = std::span<const std::uint8_t>;

Payload without(Payload bytes, std::size_t count) {
  return count < bytes.size() ? bytes.subspan(count) : Payload();
}

/// Reads bits from the highest one on; zeros after the end.
class BitReader {
 public:
  explicit BitReader(Payload bytes) : bytes_(bytes) {}

  unsigned bits(unsigned count) {
    unsigned value = 0;
    for (; count > 0; --count, ++position_) {
      const std::size_t byte = position_ / 8;
      value = value << 1U | (byte < bytes_.size() ? bytes_[byte] >> (7 - position_ % 8) & 1U : 0);
    }
    return value;
  }
  bool flag() { return bits(1) != 0; }
  /// ue(v) of H.264, 9.1.
  unsigned exponential_golomb() {
    unsigned zeros = 0;
    while (zeros < 16 && !is_at_end() && !flag()) {
      ++zeros;
    }
    return (1U << zeros) - 1 + bits(zeros);
  }
  [[nodiscard]] bool is_at_end() const { return position_ >= bytes_.size() * 8; }

 private:
  Payload bytes_;
  std::size_t position_ = 0;
};

/// `slice`: from its header on.
bool is_intra_slice(Payload slice) {
  BitReader reader(slice);
  static_cast<void>(reader.exponential_golomb());  // first_mb_in_slice
  const unsigned type = reader.exponential_golomb() % 5;
  return !reader.is_at_end() && (type == 2 || type == 4);
}

/// RFC 7741, 4.2.
FrameClass vp8_class(Payload payload) {
  const std::uint8_t first = payload[0];
  const bool is_start = (first & 0x17) == 0x10;  // S, and PID 0
  std::size_t size = 1;
  unsigned layer = 0;
  if ((first & 0x80) != 0) {
    const std::uint8_t fields = payload.size() > 1 ? payload[1] : 0;
    ++size;
    if ((fields & 0x80) != 0) {
      size += payload.size() > size && (payload[size] & 0x80) != 0 ? 2 : 1;
    }
    size += (fields & 0x40) != 0 ? 1 : 0;
    if ((fields & 0x30) != 0) {
      layer = (fields & 0x20) != 0 && payload.size() > size ? payload[size] >> 6U : 0;
      ++size;
    }
  }
  const Payload frame = without(payload, size);
  if (is_start && !frame.empty() && (frame[0] & 1) == 0) {
    return FrameClass::Key;
  }
  const bool is_droppable = (first & 0x20) != 0 || layer > 0;  // N
  return is_droppable ? FrameClass::Droppable : FrameClass::Reference;
}

/// By its uncompressed header (VP9 bitstream specification, 6.2): it takes no place in which others would find it.
bool vp9_is_kept(Payload frame) {
  BitReader reader(frame);
  const bool is_frame = reader.bits(2) == 2;
  const unsigned profile = reader.bits(1) | reader.bits(1) << 1U;
  static_cast<void>(reader.bits(profile == 3 ? 1 : 0));
  const bool shows_existing = reader.flag();
  const bool is_inter = reader.flag();
  const bool is_shown = reader.flag();
  const bool is_error_resilient = reader.flag();
  const bool is_intra_only = !is_shown && reader.flag();
  static_cast<void>(reader.bits(is_error_resilient ? 0 : 2));  // reset_frame_context
  const bool is_plain = is_frame && !shows_existing && is_inter && !is_intra_only;
  return !is_plain || reader.bits(8) != 0 || reader.is_at_end();
}

/// RFC 9628, 4.2.
FrameClass vp9_class(Payload payload) {
  const std::uint8_t first = payload[0];
  const auto has = [first](std::uint8_t bit) { return (first & bit) != 0; };
  const bool is_predicted = has(0x40);
  const bool is_flexible = has(0x10);
  Payload rest = without(payload, 1);
  if (has(0x80)) {
    rest = without(rest, !rest.empty() && (rest[0] & 0x80) != 0 ? 2 : 1);
  }
  unsigned temporal_layer = 0;
  unsigned spatial_layer = 0;
  if (has(0x20)) {
    temporal_layer = rest.empty() ? 0 : rest[0] >> 5U;
    spatial_layer = rest.empty() ? 0 : rest[0] >> 1U & 7U;
    rest = without(rest, is_flexible ? 1 : 2);
  }
  const bool is_start = has(0x08);
  if (is_start && !is_predicted && spatial_layer == 0) {
    return FrameClass::Key;
  }
  if (temporal_layer > 0) {
    return FrameClass::Droppable;
  }
  for (int i = 0; is_flexible && is_predicted && i < 3 && !rest.empty(); ++i) {
    const bool is_last = (rest[0] & 1) == 0;
    rest = without(rest, 1);
    if (is_last) {
      break;
    }
  }
  const bool has_structure = has(0x02);
  const bool is_droppable = is_start && !has(0x20) && !has_structure && !rest.empty() && !vp9_is_kept(rest);
  return is_droppable ? FrameClass::Droppable : FrameClass::Reference;
}

/// AV1's RTP payload format, 4.4, and its bitstream specification, 5.3.
FrameClass av1_class(Payload payload) {
  const std::uint8_t aggregation = payload[0];
  if ((aggregation & 0x08) != 0) {
    return FrameClass::Key;
  }
  if ((aggregation & 0x80) != 0) {
    return FrameClass::Unknown;
  }
  Payload unit = without(payload, 1);
  if ((aggregation & 0x30) != 0x10) {
    const auto end = std::ranges::find_if(unit, [](std::uint8_t byte) { return (byte & 0x80) == 0; });
    unit = without(unit, static_cast<std::size_t>(end - unit.begin()) + 1);
  }
  const bool has_layer = unit.size() > 1 && (unit[0] & 0x04) != 0;
  return has_layer && unit[1] >> 5U > 0 ? FrameClass::Droppable : FrameClass::Reference;
}

}  // namespace

FrameClassifier::Verdict FrameClassifier::on_packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload) {
  const auto is_it = [timestamp](const std::optional<Frame>& frame) { return frame && frame->timestamp == timestamp; };
  Verdict verdict{FrameClass::Unknown, std::nullopt};
  if (!is_it(current_)) {
    if (const auto known = std::ranges::find_if(former_, is_it); known != former_.end()) {
      return {(*known)->frame_class, std::nullopt};
    }
    if (current_) {
      if (current_->frame_class == FrameClass::Unknown) {
        current_->frame_class = has_parameters_ ? FrameClass::Key : FrameClass::Reference;
      }
      verdict.completed = current_->frame_class;
      former_.at(oldest_former_++ % former_.size()) = current_;
    }
    current_ = Frame{timestamp, FrameClass::Unknown};
    has_sequence_parameters_ = false;
    has_parameters_ = false;
  }
  if (current_->frame_class == FrameClass::Unknown && !payload.empty()) {
    current_->frame_class = classify(payload);
  }
  verdict.frame = current_->frame_class;
  return verdict;
}

FrameClass FrameClassifier::classify(Bytes payload) {
  switch (codec_) {
    case Codec::Vp8:
      return vp8_class(payload);
    case Codec::Vp9:
      return vp9_class(payload);
    case Codec::H264:
      return h264(payload);
    case Codec::H265:
      return h265(payload);
    case Codec::Av1:
      return av1_class(payload);
    default:
      return FrameClass::Key;
  }
}

template <typename Classify>
FrameClass FrameClassifier::first_known(Bytes units, Classify classify) {
  while (units.size() > 3) {
    const std::size_t size = static_cast<std::size_t>(units[0]) << 8U | units[1];
    units = units.subspan(2);
    if (const FrameClass known = size > 0 ? classify(units) : FrameClass::Unknown; known != FrameClass::Unknown) {
      return known;
    }
    units = without(units, size);
  }
  return FrameClass::Unknown;
}

FrameClass FrameClassifier::h264(Bytes payload) {
  constexpr std::uint8_t kStapA = 24;
  constexpr std::uint8_t kFuA = 28;
  const auto type = static_cast<std::uint8_t>(payload[0] & 0x1f);
  if (type == kStapA) {
    return first_known(without(payload, 1), [this](Bytes unit) { return h264_unit(unit[0], without(unit, 1)); });
  }
  if (type != kFuA) {
    return h264_unit(payload[0], without(payload, 1));
  }
  if (payload.size() < 2) {
    return FrameClass::Unknown;
  }
  const bool is_start = (payload[1] & 0x80) != 0;
  const auto header = static_cast<std::uint8_t>((payload[0] & 0xe0) | (payload[1] & 0x1f));
  return h264_unit(header, is_start ? without(payload, 2) : Bytes());
}

FrameClass FrameClassifier::h264_unit(std::uint8_t header, Bytes slice) {
  constexpr std::uint8_t kIdrSlice = 5;
  constexpr std::uint8_t kSequenceParameters = 7;
  constexpr std::uint8_t kPictureParameters = 8;
  const auto type = static_cast<std::uint8_t>(header & 0x1f);
  if (type == kIdrSlice) {
    return FrameClass::Key;
  }
  if (type == kSequenceParameters || type == kPictureParameters) {
    has_sequence_parameters_ = has_sequence_parameters_ || type == kSequenceParameters;
    has_parameters_ = true;
    return FrameClass::Unknown;
  }
  if (type == 0 || type > kIdrSlice) {
    return FrameClass::Unknown;
  }
  // Cameras with open GOPs begin each with parameter sets; others have these before every frame.
  if (has_sequence_parameters_ && is_intra_slice(slice)) {
    return FrameClass::Key;
  }
  const bool is_reference = (header & 0x60) != 0;  // nal_ref_idc
  return is_reference ? FrameClass::Reference : FrameClass::Droppable;
}

FrameClass FrameClassifier::h265(Bytes payload) {
  constexpr std::uint8_t kAggregation = 48;
  constexpr std::uint8_t kFragmentation = 49;
  const auto type_of = [](std::uint8_t first) { return static_cast<std::uint8_t>(first >> 1U & 0x3fU); };
  if (payload.size() < 3) {
    return FrameClass::Unknown;
  }
  switch (type_of(payload[0])) {
    case kAggregation:
      return first_known(without(payload, 2),
                         [this, type_of](Bytes unit) { return h265_unit(type_of(unit[0]), unit[1]); });
    case kFragmentation:
      return h265_unit(payload[2] & 0x3f, payload[1]);
    default:
      return h265_unit(type_of(payload[0]), payload[1]);
  }
}

FrameClass FrameClassifier::h265_unit(std::uint8_t type, std::uint8_t second) {
  constexpr std::uint8_t kFirstRandomAccess = 16;
  constexpr std::uint8_t kLastRandomAccess = 23;
  constexpr std::uint8_t kVideoParameters = 32;
  constexpr std::uint8_t kPictureParameters = 34;
  if (type >= kFirstRandomAccess && type <= kLastRandomAccess) {
    return FrameClass::Key;
  }
  if (type >= kFirstRandomAccess) {
    has_parameters_ = has_parameters_ || (type >= kVideoParameters && type <= kPictureParameters);
    return FrameClass::Unknown;
  }
  const bool is_in_higher_layer = (second & 7) > 1;  // nuh_temporal_id_plus1
  has_temporal_layers_ = has_temporal_layers_ || is_in_higher_layer;
  const bool is_needed_by_its_own = type % 2 == 1;
  return is_in_higher_layer || (!is_needed_by_its_own && !has_temporal_layers_) ? FrameClass::Droppable
                                                                                : FrameClass::Reference;
}

}  // namespace rtcmc::rtp
