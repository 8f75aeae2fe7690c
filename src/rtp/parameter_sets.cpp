// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/parameter_sets.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include "glib/ref.hpp"
#include "rtp/big_endian.hpp"
#include "rtp/first_byte.hpp"
#include "rtp/serial.hpp"

namespace rtcmc::rtp {

namespace {

/// Of a packet, as our payloaders make it.
constexpr std::size_t kMaxSize = 1200;
/// Of one type. Streams have one, rarely two.
constexpr std::size_t kMaxUnits = 16;

constexpr std::uint8_t kFuStart = 0x80;

// H.264 (RFC 6184) and H.265 (RFC 7798)
constexpr int kStapA = 24;
constexpr int kFuA = 28;
constexpr int kAggregation = 48;
constexpr int kFragmentation = 49;
constexpr int kPictureSet264 = 8;
constexpr int kPictureSet265 = 34;

constexpr std::array kTypes264{7, kPictureSet264};
constexpr std::array kTypes265{32, 33, kPictureSet265};

std::span<const int> set_types(Codec codec) {
  return codec == Codec::H264 ? std::span<const int>(kTypes264) : std::span<const int>(kTypes265);
}

std::size_t header_size(Codec codec) {
  return codec == Codec::H264 ? 1 : 2;
}

std::span<const std::uint8_t> payload_of(std::span<const std::uint8_t> packet, const PacketHeader& header) {
  const auto payload = packet.subspan(header.size);
  const std::size_t padding = (packet[0] & kPaddingBit) != 0 && !payload.empty() ? payload.back() : 0;
  return payload.first(payload.size() - std::min(padding, payload.size()));
}

}  // namespace

int ParameterSets::type_of(std::uint8_t first) const {
  return codec_ == Codec::H264 ? first & 0x1f : first >> 1 & 0x3f;
}

bool ParameterSets::is_set(int type) const {
  return std::ranges::count(set_types(codec_), type) > 0;
}

bool ParameterSets::is_key_slice(int type) const {
  return codec_ == Codec::H264 ? type == 5 : type >= 16 && type <= 21;
}

void ParameterSets::describe(std::string_view text) {
  std::map<int, Sets> described;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string unit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    gsize size = 0;
    const glib::String decoded(reinterpret_cast<gchar*>(g_base64_decode(unit.c_str(), &size)));
    const Bytes bytes(decoded.get(), decoded.get() + size);
    if (bytes.size() > header_size(codec_) && is_set(type_of(bytes[0]))) {
      described[type_of(bytes[0])].units.push_back(bytes);
    }
  }
  for (const auto& [type, sets] : described) {
    sets_[type] = sets;
  }
}

ParameterSets::Decision ParameterSets::on_packet(View packet) {
  const auto header = PacketHeader::parse(packet);
  if (!header) {
    return {{}, inserted_};
  }
  // Nothing goes ahead of what is late: what follows it has its number already.
  Bytes ahead;
  if (advance(*header) && look_at(payload_of(packet, *header), header->timestamp)) {
    ahead = packet_ahead_of(packet, *header);
  }
  if (!ahead.empty()) {
    served_ = header->timestamp;
    insertions_.push_back(header->sequence);
    ++inserted_;
  }
  return {std::move(ahead), shift_of(header->sequence)};
}

bool ParameterSets::advance(const PacketHeader& header) {
  const bool goes_on =
      highest_ && highest_->ssrc == header.ssrc && std::abs(distance(highest_->sequence, header.sequence)) <= kReach;
  if (!goes_on) {
    insertions_.clear();
  } else if (distance(highest_->sequence, header.sequence) <= 0) {
    return false;
  }
  highest_ = header;
  while (!insertions_.empty() && distance(insertions_.front(), header.sequence) > kReach) {
    insertions_.pop_front();
  }
  return true;
}

std::uint16_t ParameterSets::shift_of(std::uint16_t sequence) const {
  const auto later =
      std::ranges::count_if(insertions_, [sequence](std::uint16_t before) { return distance(sequence, before) > 0; });
  return static_cast<std::uint16_t>(inserted_ - later);
}

std::vector<ParameterSets::View> ParameterSets::units_in(View payload) const {
  const std::size_t header = header_size(codec_);
  if (payload.size() <= header || type_of_fragment(payload)) {
    return {};
  }
  if (type_of(payload[0]) != (codec_ == Codec::H264 ? kStapA : kAggregation)) {
    return {payload};
  }
  std::vector<View> units;
  for (View rest = payload.subspan(header); rest.size() > 2;) {
    const std::size_t size = std::size_t{rest[0]} << 8 | rest[1];
    rest = rest.subspan(2);
    if (size <= header || size > rest.size()) {
      break;
    }
    units.push_back(rest.first(size));
    rest = rest.subspan(size);
  }
  return units;
}

std::optional<int> ParameterSets::type_of_fragment(View payload) const {
  const bool is_h264 = codec_ == Codec::H264;
  const std::size_t header = header_size(codec_);
  if (payload.size() <= header || type_of(payload[0]) != (is_h264 ? kFuA : kFragmentation) ||
      (payload[header] & kFuStart) == 0) {
    return std::nullopt;
  }
  return payload[header] & (is_h264 ? 0x1f : 0x3f);
}

bool ParameterSets::look_at(View payload, std::uint32_t timestamp) {
  if (const auto fragment = type_of_fragment(payload)) {
    return is_key_slice(*fragment) && lacks_sets(timestamp);
  }
  for (const View unit : units_in(payload)) {
    const int type = type_of(unit[0]);
    if (is_key_slice(type)) {
      return lacks_sets(timestamp);
    }
    if (is_set(type)) {
      keep(unit, timestamp);
    }
  }
  return false;
}

void ParameterSets::keep(View set, std::uint32_t timestamp) {
  Sets& sets = sets_[type_of(set[0])];
  if (sets.timestamp != timestamp) {
    sets = {timestamp, {}};
  }
  if (sets.units.size() < kMaxUnits) {
    sets.units.emplace_back(set.begin(), set.end());
  }
}

bool ParameterSets::lacks_sets(std::uint32_t timestamp) const {
  return served_ != timestamp && std::ranges::any_of(set_types(codec_), [this, timestamp](int type) {
           const auto known = sets_.find(type);
           return known == sets_.end() || known->second.timestamp != timestamp;
         });
}

ParameterSets::Bytes ParameterSets::packet_ahead_of(View packet, const PacketHeader& header) const {
  constexpr std::uint8_t kPayloadType = 0x7f;
  Bytes ahead;
  ahead.reserve(kMaxSize);
  std::ranges::copy(packet.first(PacketHeader::kFixedSize), std::back_inserter(ahead));
  ahead[0] = kVersion2;
  ahead[1] = packet[1] & kPayloadType;
  write(static_cast<std::uint16_t>(header.sequence + inserted_),
        std::span(ahead).subspan(PacketHeader::kSequenceOffset));
  if (codec_ == Codec::H264) {
    ahead.push_back(0x60 | kStapA);  // as important as can be
  } else {
    ahead.push_back(kAggregation << 1);
    ahead.push_back(1);  // the lowest temporal layer
  }
  for (const int type : set_types(codec_)) {
    const auto known = sets_.find(type);
    if (known == sets_.end()) {
      return {};
    }
    for (const Bytes& unit : known->second.units) {
      append(static_cast<std::uint16_t>(unit.size()), ahead);
      std::ranges::copy(unit, std::back_inserter(ahead));
    }
  }
  return ahead.size() <= kMaxSize ? ahead : Bytes();
}

}  // namespace rtcmc::rtp
