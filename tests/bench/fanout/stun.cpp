// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stun.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace rtcmc::bench::stun {

namespace {

constexpr std::uint32_t kCookie = 0x2112A442;
constexpr std::size_t kHeaderSize = 20;
constexpr std::size_t kAttributeHeaderSize = 4;
constexpr std::size_t kIntegritySize = 20;
constexpr std::size_t kFingerprintSize = 4;
constexpr std::uint32_t kFingerprintMask = 0x5354554E;

enum Type : std::uint16_t { kBindingRequest = 0x0001, kBindingResponse = 0x0101 };

enum Attribute : std::uint16_t {
  kUserName = 0x0006,
  kMessageIntegrity = 0x0008,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
};

std::uint16_t read16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t read32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return std::uint32_t{read16(bytes, at)} << 16 | read16(bytes, at + 2);
}

void write16(Bytes& bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void append(Bytes& bytes, std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
  }
}

std::array<std::uint8_t, kIntegritySize> sign(std::span<const std::uint8_t> bytes, std::string_view password) {
  std::array<std::uint8_t, kIntegritySize> result{};
  unsigned size = 0;
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), bytes.data(), bytes.size(), result.data(),
       &size);
  return result;
}

/// That of Ethernet.
std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

/// A message that grows by attributes; its length is right after each of them.
class Message {
 public:
  Message(Type type, const TransactionId& id) {
    append(bytes_, type, 2);
    append(bytes_, 0, 2);
    append(bytes_, kCookie, 4);
    bytes_.insert(bytes_.end(), id.begin(), id.end());
  }

  void add(Attribute attribute, std::span<const std::uint8_t> value) {
    begin(attribute, value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
  }

  void add(Attribute attribute, std::uint64_t value, unsigned size) {
    begin(attribute, size);
    append(bytes_, value, size);
  }

  /// MESSAGE-INTEGRITY and FINGERPRINT: each covers what stands before it, with a length that counts it already.
  [[nodiscard]] Bytes finish(std::string_view password) && {
    set_length(kAttributeHeaderSize + kIntegritySize);
    const auto signature = sign(bytes_, password);
    add(kMessageIntegrity, signature);
    set_length(kAttributeHeaderSize + kFingerprintSize);
    const std::uint32_t fingerprint = crc32(bytes_) ^ kFingerprintMask;
    add(kFingerprint, fingerprint, kFingerprintSize);
    return std::move(bytes_);
  }

 private:
  void begin(Attribute attribute, std::size_t size) {
    set_length(kAttributeHeaderSize + (size + 3) / 4 * 4);
    append(bytes_, attribute, 2);
    append(bytes_, size, 2);
  }

  void set_length(std::size_t more) { write16(bytes_, 2, bytes_.size() - kHeaderSize + more); }

  Bytes bytes_;
};

bool is_signed(std::span<const std::uint8_t> packet, std::size_t attribute_at, std::string_view password) {
  Bytes covered(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(attribute_at));
  write16(covered, 2, attribute_at - kHeaderSize + kAttributeHeaderSize + kIntegritySize);
  const auto expected = sign(covered, password);
  return std::ranges::equal(expected, packet.subspan(attribute_at + kAttributeHeaderSize, kIntegritySize));
}

}  // namespace

std::optional<BindingRequest> parse_request(std::span<const std::uint8_t> packet, std::string_view password) {
  if (packet.size() < kHeaderSize || read16(packet, 0) != kBindingRequest || read32(packet, 4) != kCookie) {
    return std::nullopt;
  }
  BindingRequest request;
  std::ranges::copy(packet.subspan(8, request.id.size()), request.id.begin());
  for (std::size_t at = kHeaderSize; at + kAttributeHeaderSize <= packet.size();) {
    const std::size_t size = read16(packet, at + 2);
    if (at + kAttributeHeaderSize + size > packet.size()) {
      return std::nullopt;
    }
    switch (read16(packet, at)) {
      case kUseCandidate:
        request.nominates = true;
        break;
      case kMessageIntegrity:
        if (size != kIntegritySize || !is_signed(packet, at, password)) {
          return std::nullopt;
        }
        return request;
      default:
        break;
    }
    at += kAttributeHeaderSize + (size + 3) / 4 * 4;
  }
  return std::nullopt;
}

Bytes make_response(const TransactionId& id, const sockaddr_in& source, std::string_view password) {
  constexpr std::uint64_t kIpv4 = 0x01;
  const std::uint64_t port = ntohs(source.sin_port) ^ kCookie >> 16;
  const std::uint64_t address = ntohl(source.sin_addr.s_addr) ^ kCookie;
  Message message(kBindingResponse, id);
  message.add(kXorMappedAddress, kIpv4 << 48 | port << 32 | address, 8);
  return std::move(message).finish(password);
}

Bytes make_request(const TransactionId& id, std::string_view user_name, std::string_view password) {
  constexpr std::uint32_t kPeerReflexivePriority = 110 << 24 | 0xFFFF << 8 | 0xFF;
  Message message(kBindingRequest, id);
  message.add(kUserName, {reinterpret_cast<const std::uint8_t*>(user_name.data()), user_name.size()});
  message.add(kPriority, kPeerReflexivePriority, 4);
  message.add(kIceControlled, 1, 8);  // the tie-breaker: the other side is always the controlling one
  return std::move(message).finish(password);
}

}  // namespace rtcmc::bench::stun
