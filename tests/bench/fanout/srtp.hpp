// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <srtp2/srtp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>

namespace rtcmc::bench {

/// One direction of SRTP and SRTCP (RFC 3711) with AES_CM_128_HMAC_SHA1_80.
class Srtp {
 public:
  static constexpr std::size_t kKeySize = 16;
  static constexpr std::size_t kSaltSize = 14;
  /// What protecting may add to a packet.
  static constexpr std::size_t kTrailerSize = SRTP_MAX_TRAILER_LEN;
  enum class Direction { Inbound, Outbound };
  using MasterKey = std::array<std::uint8_t, kKeySize + kSaltSize>;  // and the salt

  Srtp(Direction direction, const MasterKey& key);

  /// The size afterwards. `packet` has `size` bytes and room for kTrailerSize more. Absent: libsrtp refuses.
  [[nodiscard]] std::optional<std::size_t> protect(std::uint8_t* packet, std::size_t size);
  [[nodiscard]] std::optional<std::size_t> protect_rtcp(std::uint8_t* packet, std::size_t size);
  [[nodiscard]] std::optional<std::size_t> unprotect(std::span<std::uint8_t> packet);
  [[nodiscard]] std::optional<std::size_t> unprotect_rtcp(std::span<std::uint8_t> packet);

 private:
  struct Deleter {
    void operator()(srtp_t session) const { srtp_dealloc(session); }
  };
  std::unique_ptr<std::remove_pointer_t<srtp_t>, Deleter> session_;
};

}  // namespace rtcmc::bench
