// SPDX-License-Identifier: LGPL-2.1-or-later
#include "srtp.hpp"

#include <stdexcept>

namespace rtcmc::bench {

namespace {

void initialise_once() {
  static const srtp_err_status_t status = srtp_init();
  if (status != srtp_err_status_ok) {
    throw std::runtime_error("libsrtp does not start");
  }
}

template <typename Function>
std::optional<std::size_t> apply(Function function, srtp_t session, std::uint8_t* packet, std::size_t size) {
  auto length = static_cast<int>(size);
  if (function(session, packet, &length) != srtp_err_status_ok) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(length);
}

}  // namespace

Srtp::Srtp(Direction direction, const MasterKey& key) {
  initialise_once();
  MasterKey copy = key;
  srtp_policy_t policy{};
  srtp_crypto_policy_set_rtp_default(&policy.rtp);
  srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
  policy.ssrc.type = direction == Direction::Inbound ? ssrc_any_inbound : ssrc_any_outbound;
  policy.key = copy.data();
  srtp_t session = nullptr;
  if (srtp_create(&session, &policy) != srtp_err_status_ok) {
    throw std::runtime_error("libsrtp makes no session");
  }
  session_.reset(session);
}

std::optional<std::size_t> Srtp::protect(std::uint8_t* packet, std::size_t size) {
  return apply(srtp_protect, session_.get(), packet, size);
}

std::optional<std::size_t> Srtp::protect_rtcp(std::uint8_t* packet, std::size_t size) {
  return apply(srtp_protect_rtcp, session_.get(), packet, size);
}

std::optional<std::size_t> Srtp::unprotect(std::span<std::uint8_t> packet) {
  return apply(srtp_unprotect, session_.get(), packet.data(), packet.size());
}

std::optional<std::size_t> Srtp::unprotect_rtcp(std::span<std::uint8_t> packet) {
  return apply(srtp_unprotect_rtcp, session_.get(), packet.data(), packet.size());
}

}  // namespace rtcmc::bench
