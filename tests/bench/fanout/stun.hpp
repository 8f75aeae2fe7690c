// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// As much of STUN (RFC 8489) as an ICE lite peer over IPv4 needs. Pure: bytes in, values out, and back.
namespace rtcmc::bench::stun {

using Bytes = std::vector<std::uint8_t>;
using TransactionId = std::array<std::uint8_t, 12>;

struct BindingRequest {
  TransactionId id{};
  bool nominates = false;  // USE-CANDIDATE
};

/// Absent: something else, or `password` did not sign it.
[[nodiscard]] std::optional<BindingRequest> parse_request(std::span<const std::uint8_t> packet,
                                                          std::string_view password);

[[nodiscard]] Bytes make_response(const TransactionId& id, const sockaddr_in& source, std::string_view password);

/// That we still want to receive (RFC 7675).
[[nodiscard]] Bytes make_request(const TransactionId& id, std::string_view user_name, std::string_view password);

}  // namespace rtcmc::bench::stun
