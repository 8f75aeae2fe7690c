// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>

#include "client_fixture.hpp"

namespace rtcmc::test {
namespace {

using Kind = ConnectError::Kind;

class Tls : public ClientTest {
 protected:
  static void SetUpTestSuite() {
    directory_ = glib::String(g_dir_make_tmp("rtcmc-tls-XXXXXX", nullptr)).get();
    make_certificate(cert(), directory_ + "/key.pem");
    make_certificate(other_cert(), directory_ + "/other-key.pem");
    server_ = std::make_unique<NodeServer>(R"({"cert":")" + cert() + R"(","key":")" + directory_ + R"(/key.pem"})");
  }

  static void TearDownTestSuite() {
    server_.reset();
    const std::unique_ptr<GDir, decltype(&g_dir_close)> folder(g_dir_open(directory_.c_str(), 0, nullptr), g_dir_close);
    while (const char* const name = g_dir_read_name(folder.get())) {
      g_remove((directory_ + "/" + name).c_str());
    }
    g_rmdir(directory_.c_str());
  }

  static void make_certificate(const std::string& certificate, const std::string& key) {
    run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=rtcmc test", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", key.c_str(), "-out", certificate.c_str()});
  }

  /// Valid only in 2099, which a request cannot ask for.
  static void make_early_certificate() {
    const std::string config = directory_ + "/ca.conf";
    const std::string text =
        "[ca]\ndefault_ca=own\n[own]\ndefault_md=sha256\nrand_serial=yes\npolicy=any\n"
        "x509_extensions=names\ndatabase=" +
        directory_ + "/index\nnew_certs_dir=" + directory_ +
        "\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=IP:127.0.0.1\n";
    ASSERT_TRUE(g_file_set_contents(config.c_str(), text.c_str(), -1, nullptr));
    ASSERT_TRUE(g_file_set_contents((directory_ + "/index").c_str(), "", 0, nullptr));
    const std::string key = directory_ + "/early-key.pem";
    const std::string request = directory_ + "/request.pem";
    run({"openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rtcmc test", "-keyout", key.c_str(),
         "-out", request.c_str()});
    run({"openssl", "ca", "-batch", "-notext", "-selfsign", "-config", config.c_str(), "-keyfile", key.c_str(), "-in",
         request.c_str(), "-startdate", "20990101000000Z", "-enddate", "20991231235959Z", "-out",
         early_cert().c_str()});
  }

  static void run(std::vector<const char*> command) {
    command.push_back(nullptr);
    const auto openssl =
        glib::Ref<GSubprocess>::adopt(g_subprocess_newv(command.data(), G_SUBPROCESS_FLAGS_STDERR_SILENCE, nullptr));
    ASSERT_TRUE(openssl) << "the program openssl is needed";
    ASSERT_TRUE(g_subprocess_wait_check(openssl.get(), nullptr, nullptr));
  }

  static std::string cert() { return directory_ + "/cert.pem"; }
  static std::string early_cert() { return directory_ + "/early-cert.pem"; }
  static std::string other_cert() { return directory_ + "/other-cert.pem"; }
  static glib::Ref<GTlsCertificate> load(const std::string& file) {
    return glib::Ref<GTlsCertificate>::adopt(g_tls_certificate_new_from_file(file.c_str(), nullptr));
  }

  void expect_tls_error(ClientOptions options, const std::string& part) {
    expect_error(std::move(options), Kind::Tls, part);
  }
  void expect_error(ClientOptions options, Kind kind, const std::string& part) {
    connect(std::move(options));
    const auto error = first_error();
    EXPECT_EQ(error.kind, kind) << error.text;
    EXPECT_NE(error.text.find(part), std::string::npos) << error.text;
    ASSERT_FALSE(recorder_.retries.empty());
    EXPECT_TRUE(recorder_.retries.front()) << "it is retried";
    EXPECT_EQ(recorder_.connections, 0U);
  }

  static inline std::string directory_;
  static inline std::unique_ptr<NodeServer> server_;
};

TEST_F(Tls, ACertificateOfTheGivenAuthorityIsTrusted) {
  for (const auto* scheme : {"https", "wss"}) {
    auto options = options_for(server_->url(scheme));
    options.tls_ca_file = cert();
    recorder_.connections = 0;
    connect(options);
    ASSERT_TRUE(wait_until([this] { return recorder_.connections == 1; })) << first_error().text;
    EXPECT_EQ(ask("transport"), R"(["websocket"])");
  }
}

TEST_F(Tls, AnUnknownAuthorityIsNotEvenIfOthersHereTrustIt) {
  auto trusting = options_for(server_->url("https"));
  trusting.tls_ca_file = cert();
  connect(trusting);
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 1; }));
  recorder_ = {};
  expect_tls_error(options_for(server_->url("https")), "name its authority's PEM file in tls-ca-file");
}

TEST_F(Tls, ACertificateForAnotherHostIsNot) {
  auto options = options_for(server_->url("https", "localhost"));
  options.tls_ca_file = cert();
  expect_tls_error(options, "another host name");
}

TEST_F(Tls, ACertificateOfTheFutureIsAQuestionOfTheClock) {
  ASSERT_NO_FATAL_FAILURE(make_early_certificate());
  const NodeServer server(R"({"cert":")" + early_cert() + R"(","key":")" + directory_ + R"(/early-key.pem"})");
  auto options = options_for(server.url("https"));
  expect_tls_error(options, "check this machine's clock");
  options.tls_ca_file = early_cert();
  recorder_ = {};
  expect_tls_error(options, "check this machine's clock");
}

TEST_F(Tls, InsecureTakesAnyCertificate) {
  auto options = options_for(server_->url("wss", "localhost"));
  options.tls_insecure = true;
  connect(options);
  EXPECT_TRUE(wait_until([this] { return recorder_.connections == 1; })) << first_error().text;
}

TEST_F(Tls, TheOneCertificateIsTakenWhoeverVouchesForIt) {
  for (const auto& url : {server_->url("https"), server_->url("wss", "localhost")}) {
    auto options = options_for(url);
    options.tls_certificate = load(cert());
    recorder_.connections = 0;
    connect(options);
    EXPECT_TRUE(wait_until([this] { return recorder_.connections == 1; })) << first_error().text;
  }
}

TEST_F(Tls, AnotherCertificateIsNotTakenWhoeverVouchesForIt) {
  auto options = options_for(server_->url("https"));
  options.tls_certificate = load(other_cert());
  expect_error(options, Kind::Untrusted, "another certificate");
  options.tls_ca_file = cert();
  recorder_ = {};
  expect_error(options, Kind::Untrusted, "another certificate");
  options.tls_ca_file.reset();
  options.tls_insecure = true;
  recorder_ = {};
  expect_error(options, Kind::Untrusted, "another certificate");
}

TEST_F(Tls, AnotherCertificateIsNotTakenEvenIfOthersHereTakeIt) {
  auto options = options_for(server_->url("https"));
  options.tls_certificate = load(cert());
  connect(options);
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 1; })) << first_error().text;
  recorder_ = {};
  options.tls_certificate = load(other_cert());
  expect_error(options, Kind::Untrusted, "another certificate");
}

TEST_F(Tls, WithoutTlsThereIsNotThatCertificate) {
  const NodeServer server("{}");
  auto options = options_for(server.url("https"));
  options.tls_certificate = load(cert());
  expect_tls_error(options, "without TLS the URL begins with http://");
}

TEST_F(Tls, AFileWithoutAuthoritiesIsExplained) {
  auto options = options_for(server_->url("https"));
  options.tls_ca_file = "/nowhere/ca.pem";
  expect_tls_error(options, "/nowhere/ca.pem cannot be used");
}

TEST_F(Tls, AServerWithoutTlsIsExplained) {
  const NodeServer server("{}");
  expect_tls_error(options_for(server.url("https")), "without TLS the URL begins with http://");
}

TEST_F(Tls, AServerWithTlsAskedWithoutIsNotReached) {
  connect_to(server_->url("http"));
  const auto error = first_error();
  EXPECT_TRUE(error.kind == Kind::Unreachable || error.kind == Kind::NotSocketIo) << error.text;
}

}  // namespace
}  // namespace rtcmc::test
