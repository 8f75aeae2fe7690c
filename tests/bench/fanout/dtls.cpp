// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dtls.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace rtcmc::bench {

namespace {

constexpr long kMtu = 1200;
constexpr long kValidity = 30L * 24 * 3600;

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::runtime_error(what);
  }
}

std::string fingerprint_of(const X509* certificate) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1, "no fingerprint");
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0) {
      text += ':';
    }
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

OpenSsl<X509> self_signed(EVP_PKEY* key) {
  OpenSsl<X509> certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kValidity);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidity);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  constexpr std::string_view kName = "bench";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(kName.data()),
                             static_cast<int>(kName.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  require(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "no certificate");
  return certificate;
}

/// WebRTC's first repetition comes after 50 ms, not after a second as DTLS's own.
unsigned repetition_after(SSL*, unsigned last_us) {
  constexpr unsigned kFirst = 50'000;
  constexpr unsigned kLongest = 1'000'000;
  return last_us == 0 ? kFirst : std::min(2 * last_us, kLongest);
}

}  // namespace

/// What carries OpenSSL's datagrams to and from a Dtls.
struct DtlsBio {
  static BIO* make(Dtls& dtls) {
    static const OpenSsl<BIO_METHOD> kMethod = make_method();
    BIO* bio = BIO_new(kMethod.get());
    BIO_set_data(bio, &dtls);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static OpenSsl<BIO_METHOD> make_method() {
    OpenSsl<BIO_METHOD> method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "datagrams"));
    BIO_meth_set_write(method.get(), [](BIO* bio, const char* bytes, int size) {
      of(bio).send_({reinterpret_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
      return size;
    });
    BIO_meth_set_read(method.get(), [](BIO* bio, char* bytes, int size) {
      BIO_clear_retry_flags(bio);
      const auto datagram = std::exchange(of(bio).arrived_, {});
      if (datagram.empty()) {
        BIO_set_retry_read(bio);
        return -1;
      }
      const auto taken = std::min(datagram.size(), static_cast<std::size_t>(size));
      std::copy_n(datagram.begin(), taken, bytes);
      return static_cast<int>(taken);
    });
    BIO_meth_set_ctrl(method.get(), [](BIO*, int command, long, void*) -> long {
      switch (command) {
        case BIO_CTRL_FLUSH:
          return 1;
        case BIO_CTRL_DGRAM_QUERY_MTU:
        case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
          return kMtu;
        default:
          return 0;
      }
    });
    return method;
  }

  static Dtls& of(BIO* bio) { return *static_cast<Dtls*>(BIO_get_data(bio)); }
};

DtlsIdentity::DtlsIdentity()
    : key_(EVP_EC_gen("P-256")), certificate_(self_signed(key_.get())), context_(SSL_CTX_new(DTLS_method())) {
  require(SSL_CTX_use_certificate(context_.get(), certificate_.get()) == 1, "no certificate for DTLS");
  require(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1, "no key for DTLS");
  require(SSL_CTX_set_tlsext_use_srtp(context_.get(), "SRTP_AES128_CM_SHA1_80") == 0, "no use_srtp");
  // Nobody has signed it: the fingerprint tells.
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     [](int, X509_STORE_CTX*) { return 1; });
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_QUERY_MTU);
  fingerprint_ = fingerprint_of(certificate_.get());
}

Dtls::Dtls(const DtlsIdentity& identity, Role role, std::string fingerprint, Send send)
    : role_(role), fingerprint_(std::move(fingerprint)), send_(std::move(send)), ssl_(SSL_new(identity.context())) {
  require(ssl_ != nullptr, "no DTLS");
  BIO* bio = DtlsBio::make(*this);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_mtu(ssl_.get(), kMtu);
  DTLS_set_timer_cb(ssl_.get(), repetition_after);
  if (role == Role::Client) {
    SSL_set_connect_state(ssl_.get());
  } else {
    SSL_set_accept_state(ssl_.get());
  }
}

void Dtls::take(std::span<const std::uint8_t> datagram) {
  arrived_ = datagram;
  advance();
  arrived_ = {};
}

void Dtls::on_time() {
  if (!keys_ && !failed_) {
    DTLSv1_handle_timeout(ssl_.get());
  }
}

void Dtls::advance() {
  if (failed_) {
    return;
  }
  if (keys_) {  // alerts and repeated flights
    std::array<std::uint8_t, kMtu> ignored{};
    SSL_read(ssl_.get(), ignored.data(), static_cast<int>(ignored.size()));
    return;
  }
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    export_keys();
  } else if (const int error = SSL_get_error(ssl_.get(), result);
             error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    failed_ = true;
  }
}

void Dtls::export_keys() {
  const OpenSsl<X509> certificate(SSL_get1_peer_certificate(ssl_.get()));
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  std::array<std::uint8_t, 2 * (Srtp::kKeySize + Srtp::kSaltSize)> material{};
  if (!certificate || fingerprint_of(certificate.get()) != fingerprint_ ||
      SSL_export_keying_material(ssl_.get(), material.data(), material.size(), kLabel.data(), kLabel.size(), nullptr, 0,
                                 0) != 1) {
    failed_ = true;
    return;
  }
  // RFC 5764, 4.2: the client's key, the server's, the client's salt, the server's.
  const auto master_key = [&material](std::size_t index) {
    Srtp::MasterKey key{};
    auto* end = std::copy_n(material.data() + index * Srtp::kKeySize, Srtp::kKeySize, key.data());
    std::copy_n(material.data() + 2 * Srtp::kKeySize + index * Srtp::kSaltSize, Srtp::kSaltSize, end);
    return key;
  };
  const std::size_t our_index = role_ == Role::Client ? 0 : 1;
  keys_ = Keys{.ours = master_key(our_index), .theirs = master_key(1 - our_index)};
}

}  // namespace rtcmc::bench
