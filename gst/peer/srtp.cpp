// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/srtp.hpp"

#include <srtp2/srtp.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace rtcmc::srtp {

namespace {

static_assert(Encryptor::kMaxGrowth == SRTP_MAX_TRAILER_LEN + sizeof(std::uint32_t));

/// More than Transmitters are apart from the order of their numbers.
constexpr unsigned long kWindow = 128;

srtp_profile_t libsrtps(Profile profile) {
  switch (profile) {
    case Profile::AesCm128Sha1Tag80:
      return srtp_profile_aes128_cm_sha1_80;
    case Profile::AesCm128Sha1Tag32:
      return srtp_profile_aes128_cm_sha1_32;
    case Profile::AeadAes128Gcm:
      return srtp_profile_aead_aes_128_gcm;
    case Profile::AeadAes256Gcm:
      return srtp_profile_aead_aes_256_gcm;
  }
  return srtp_profile_reserved;
}

/// GStreamer's plugin may have done so, of which libsrtp complains. Where it fails, nothing can be created.
void initialize() {
  static const srtp_err_status_t status = srtp_init();
  (void)status;
}

using Protect = srtp_err_status_t(srtp_ctx_t*, void*, int*);

std::variant<std::size_t, Fault> run(Protect& protect, srtp_ctx_t* context, std::span<std::uint8_t> space,
                                     std::size_t size) {
  if (size + Encryptor::kMaxGrowth > space.size()) {
    return Fault{srtp_err_status_bad_param};
  }
  auto length = static_cast<int>(size);
  const srtp_err_status_t status = protect(context, space.data(), &length);
  if (status != srtp_err_status_ok) {
    return Fault{status};
  }
  return static_cast<std::size_t>(length);
}

}  // namespace

std::optional<Key> Key::of(Profile profile, std::span<const std::uint8_t> bytes) {
  const srtp_profile_t theirs = libsrtps(profile);
  const std::size_t size = srtp_profile_get_master_key_length(theirs) + srtp_profile_get_master_salt_length(theirs);
  return bytes.size() == size ? std::optional(Key(profile, bytes)) : std::nullopt;
}

Key::Key(Profile profile, std::span<const std::uint8_t> bytes) : profile_(profile), size_(bytes.size()) {
  std::ranges::copy(bytes, bytes_.begin());
}

Key::~Key() {
  explicit_bzero(bytes_.data(), bytes_.size());
}

std::variant<Encryptor, Fault> Encryptor::create(const Key& key) {
  initialize();
  srtp_policy_t policy{};
  srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, libsrtps(key.profile()));
  srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, libsrtps(key.profile()));
  policy.ssrc.type = ssrc_any_outbound;
  policy.key = const_cast<std::uint8_t*>(key.bytes().data());
  policy.window_size = kWindow;
  srtp_t context = nullptr;
  if (const srtp_err_status_t status = srtp_create(&context, &policy); status != srtp_err_status_ok) {
    return Fault{status};
  }
  return Encryptor(key, ContextPtr(context));
}

Encryptor::Encryptor(const Key& key, ContextPtr context) : key_(key), context_(std::move(context)) {}

void Encryptor::Deleter::operator()(srtp_ctx_t_* context) const {
  srtp_dealloc(context);  // which wipes
}

std::variant<std::size_t, Fault> Encryptor::protect(std::span<std::uint8_t> space, std::size_t size) {
  return run(srtp_protect, context_.get(), space, size);
}

std::variant<std::size_t, Fault> Encryptor::protect_control(std::span<std::uint8_t> space, std::size_t size) {
  return run(srtp_protect_rtcp, context_.get(), space, size);
}

}  // namespace rtcmc::srtp
