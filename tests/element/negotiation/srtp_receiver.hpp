// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <srtp2/srtp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "peer/srtp.hpp"

namespace rtcmc::test {

/// libsrtp at the other end: takes nothing that is not authentic, or that it has had.
class SrtpReceiver {
 public:
  using Bytes = std::vector<std::uint8_t>;

  SrtpReceiver(const srtp::Key& key, srtp_profile_t profile) {
    srtp_init();
    srtp_policy_t policy{};
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);
    policy.ssrc.type = ssrc_any_inbound;
    policy.key = const_cast<std::uint8_t*>(key.bytes().data());
    policy.window_size = 1024;
    srtp_t context = nullptr;
    if (srtp_create(&context, &policy) == srtp_err_status_ok) {
      context_.reset(context);
    }
  }

  /// Absent if it was not taken.
  [[nodiscard]] std::optional<Bytes> rtp(Bytes packet) { return run(srtp_unprotect, packet); }
  [[nodiscard]] std::optional<Bytes> rtcp(Bytes packet) { return run(srtp_unprotect_rtcp, packet); }

 private:
  struct Deleter {
    void operator()(srtp_ctx_t* context) const { srtp_dealloc(context); }
  };
  using Unprotect = srtp_err_status_t(srtp_ctx_t*, void*, int*);

  std::optional<Bytes> run(Unprotect& unprotect, Bytes& packet) {
    auto size = static_cast<int>(packet.size());
    if (!context_ || unprotect(context_.get(), packet.data(), &size) != srtp_err_status_ok) {
      return std::nullopt;
    }
    packet.resize(static_cast<std::size_t>(size));
    return packet;
  }

  std::unique_ptr<srtp_ctx_t, Deleter> context_;
};

}  // namespace rtcmc::test
