// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/keyframe.hpp"

#include <cstddef>

namespace rtcmc::rtp {

namespace {

using Bytes = std::span<const std::uint8_t>;

Bytes skip(Bytes bytes, std::size_t count) {
  return count < bytes.size() ? bytes.subspan(count) : Bytes();
}

bool has(std::uint8_t byte, std::uint8_t bits) {
  return (byte & bits) == bits;
}

bool vp8(Bytes payload) {
  constexpr std::uint8_t kExtended = 0x80;  // X
  constexpr std::uint8_t kStartOfPartition = 0x10;
  constexpr std::uint8_t kPartitionIndex = 0x07;
  constexpr std::uint8_t kInterFrame = 0x01;  // P, RFC 6386, 9.1
  if (!has(payload[0], kStartOfPartition) || (payload[0] & kPartitionIndex) != 0) {
    return false;
  }
  std::size_t descriptor_size = 1;
  if (has(payload[0], kExtended)) {
    if (payload.size() < 3) {
      return false;
    }
    const std::uint8_t fields = payload[1];
    const bool picture_id = has(fields, 0x80);
    const bool layer_index = has(fields, 0x40);
    const bool layer_id_or_key_index = (fields & 0x30) != 0;
    const bool long_picture_id = picture_id && has(payload[2], 0x80);
    descriptor_size +=
        1U + (picture_id ? 1 : 0) + (long_picture_id ? 1 : 0) + (layer_index ? 1 : 0) + (layer_id_or_key_index ? 1 : 0);
  }
  const Bytes frame = skip(payload, descriptor_size);
  return !frame.empty() && !has(frame[0], kInterFrame);
}

bool vp9(Bytes payload) {
  constexpr std::uint8_t kPictureId = 0x80;
  constexpr std::uint8_t kInterPredicted = 0x40;
  constexpr std::uint8_t kLayers = 0x20;
  constexpr std::uint8_t kStartOfFrame = 0x08;
  constexpr std::uint8_t kSpatialLayer = 0x0e;
  const std::uint8_t first = payload[0];
  if (!has(first, kStartOfFrame) || has(first, kInterPredicted)) {
    return false;
  }
  Bytes rest = skip(payload, 1);
  if (has(first, kPictureId)) {
    rest = skip(rest, !rest.empty() && has(rest[0], 0x80) ? 2 : 1);
  }
  // Higher spatial layers of a keyframe are not inter-predicted either, but need the lowest one.
  return !rest.empty() && (!has(first, kLayers) || (rest[0] & kSpatialLayer) == 0);
}

bool h264_unit(Bytes unit) {
  constexpr std::uint8_t kTypeMask = 0x1f;
  constexpr std::uint8_t kIdrSlice = 5;
  constexpr std::uint8_t kSequenceParameters = 7;
  const auto type = static_cast<std::uint8_t>(unit[0] & kTypeMask);
  return type == kIdrSlice || type == kSequenceParameters;
}

bool h265_type(std::uint8_t type) {
  constexpr std::uint8_t kFirstRandomAccess = 16;  // BLA_W_LP
  constexpr std::uint8_t kLastRandomAccess = 21;   // CRA_NUT
  constexpr std::uint8_t kVideoParameters = 32;
  constexpr std::uint8_t kSequenceParameters = 33;
  return (type >= kFirstRandomAccess && type <= kLastRandomAccess) || type == kVideoParameters ||
         type == kSequenceParameters;
}

std::uint8_t h265_type_of(std::uint8_t first) {
  return first >> 1 & 0x3f;
}

bool h265_unit(Bytes unit) {
  return h265_type(h265_type_of(unit[0]));
}

/// Units of an aggregation packet, each with its size before it; the last one may be cut short.
bool any_aggregated(Bytes units, bool (*matches)(Bytes)) {
  while (units.size() > 2) {
    const std::size_t size = units[0] << 8 | units[1];
    units = units.subspan(2);
    if (size > 0 && matches(units)) {
      return true;
    }
    units = skip(units, size);
  }
  return false;
}

constexpr std::uint8_t kFragmentStart = 0x80;

bool h264(Bytes payload) {
  constexpr std::uint8_t kStapA = 24;
  constexpr std::uint8_t kFuA = 28;
  switch (payload[0] & 0x1f) {
    case kStapA:
      return any_aggregated(skip(payload, 1), h264_unit);
    case kFuA:
      return payload.size() > 1 && has(payload[1], kFragmentStart) && h264_unit(skip(payload, 1));
    default:
      return h264_unit(payload);
  }
}

bool h265(Bytes payload) {
  constexpr std::uint8_t kAggregation = 48;
  constexpr std::uint8_t kFragmentation = 49;
  switch (h265_type_of(payload[0])) {
    case kAggregation:
      return any_aggregated(skip(payload, 2), h265_unit);
    case kFragmentation:
      return payload.size() > 2 && has(payload[2], kFragmentStart) && h265_type(payload[2] & 0x3f);
    default:
      return h265_unit(payload);
  }
}

bool av1(Bytes payload) {
  constexpr std::uint8_t kNewSequence = 0x08;  // N of the aggregation header
  return has(payload[0], kNewSequence);
}

}  // namespace

bool starts_keyframe(Codec codec, Bytes payload) {
  if (info(codec).kind == Kind::Audio) {
    return true;
  }
  if (payload.empty()) {
    return false;
  }
  switch (codec) {
    case Codec::Vp8:
      return vp8(payload);
    case Codec::Vp9:
      return vp9(payload);
    case Codec::H264:
      return h264(payload);
    case Codec::H265:
      return h265(payload);
    case Codec::Av1:
      return av1(payload);
    default:
      return false;
  }
}

}  // namespace rtcmc::rtp
