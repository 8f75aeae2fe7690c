// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>

struct srtp_ctx_t_;  // libsrtp's

/// SRTP and SRTCP (RFC 3711, 7714), by libsrtp: bytes in, bytes out.
namespace rtcmc::srtp {

enum class Profile { AesCm128Sha1Tag80, AesCm128Sha1Tag32, AeadAes128Gcm, AeadAes256Gcm };

/// A master key and its salt. Each copy is wiped when it goes.
class Key {
 public:
  /// Absent if the profile's keys are not of that size. `bytes`: the key, then the salt.
  [[nodiscard]] static std::optional<Key> of(Profile profile, std::span<const std::uint8_t> bytes);
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();

  [[nodiscard]] Profile profile() const { return profile_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(size_); }

  friend bool operator==(const Key&, const Key&) = default;

 private:
  Key(Profile profile, std::span<const std::uint8_t> bytes);

  Profile profile_;
  std::size_t size_;
  std::array<std::uint8_t, 64> bytes_{};
};

/// What libsrtp says.
struct Fault {
  int code;
};

/// Protects what is sent with one key, packets of all SSRCs, and none of the same number twice: of a key stream that is
/// used twice, both texts can be read. So there must be no second Encryptor with the key of one that has protected
/// anything, nor one that follows it.
///
/// Threads: one at a time.
class Encryptor {
 public:
  /// What a packet may grow by.
  static constexpr std::size_t kMaxGrowth = 16 + 128 + 4;

  [[nodiscard]] static std::variant<Encryptor, Fault> create(const Key& key);

  [[nodiscard]] const Key& key() const { return key_; }

  /// The packet of `size` bytes at the start of `space`, which has room for kMaxGrowth more, in place. Its new size.
  /// Where it fails, the packet must not be sent.
  [[nodiscard]] std::variant<std::size_t, Fault> protect(std::span<std::uint8_t> space, std::size_t size);
  /// The same for an RTCP compound.
  [[nodiscard]] std::variant<std::size_t, Fault> protect_control(std::span<std::uint8_t> space, std::size_t size);

 private:
  struct Deleter {
    void operator()(srtp_ctx_t_* context) const;
  };
  using ContextPtr = std::unique_ptr<srtp_ctx_t_, Deleter>;

  Encryptor(const Key& key, ContextPtr context);

  Key key_;
  ContextPtr context_;
};

}  // namespace rtcmc::srtp
