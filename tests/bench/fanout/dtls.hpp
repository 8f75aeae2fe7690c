// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "srtp.hpp"

namespace rtcmc::bench {

struct OpenSslDeleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using OpenSsl = std::unique_ptr<T, OpenSslDeleter>;

/// A self-signed ECDSA certificate and what all connections share.
class DtlsIdentity {
 public:
  DtlsIdentity();

  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }
  /// As in a=fingerprint:sha-256.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

 private:
  OpenSsl<EVP_PKEY> key_;
  OpenSsl<X509> certificate_;
  OpenSsl<SSL_CTX> context_;
  std::string fingerprint_;
};

/// One DTLS connection that is there for its SRTP keys (RFC 5764) only. Its owner carries the datagrams.
class Dtls {
 public:
  enum class Role { Client, Server };
  using Send = std::function<void(std::span<const std::uint8_t>)>;
  struct Keys {
    Srtp::MasterKey ours;
    Srtp::MasterKey theirs;
  };

  /// `fingerprint`: the peer's certificate has to have it.
  Dtls(const DtlsIdentity& identity, Role role, std::string fingerprint, Send send);
  Dtls(const Dtls&) = delete;
  Dtls& operator=(const Dtls&) = delete;
  ~Dtls() = default;

  void start() { advance(); }
  void take(std::span<const std::uint8_t> datagram);
  /// Repeats what was lost; call it now and then.
  void on_time();

  [[nodiscard]] bool failed() const { return failed_; }
  /// Once the handshake is over.
  [[nodiscard]] const std::optional<Keys>& keys() const { return keys_; }

 private:
  friend struct DtlsBio;

  void advance();
  void export_keys();

  const Role role_;
  const std::string fingerprint_;
  const Send send_;
  std::span<const std::uint8_t> arrived_;  // while take() runs
  OpenSsl<SSL> ssl_;
  std::optional<Keys> keys_;
  bool failed_ = false;
};

}  // namespace rtcmc::bench
