// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person is told when there is no connection.
#include "client_fixture.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;
using Kind = ConnectError::Kind;

class Failure : public ClientTest {
 protected:
  void expect(const std::string& url, Kind kind, const std::string& part) {
    recorder_.errors.clear();
    recorder_.retries.clear();
    auto options = options_for(url);
    options.connect_timeout = 1s;
    connect(options);
    const auto error = first_error();
    EXPECT_EQ(error.kind, kind) << error.text;
    EXPECT_NE(error.text.find(part), std::string::npos) << error.text;
    EXPECT_NE(error.text.find(url.substr(0, url.find('?'))), std::string::npos) << error.text;
    EXPECT_EQ(recorder_.retries.front().has_value(), kind != Kind::InvalidUrl);
    EXPECT_EQ(recorder_.connections, 0U);
  }
};

TEST_F(Failure, MalformedUrlsAreNotRetried) {
  for (const auto* url : {"", "example.org", "ftp://127.0.0.1/", "http://"}) {
    expect(url, Kind::InvalidUrl, "write it like https://");
    EXPECT_FALSE(wait_until([this] { return recorder_.errors.size() > 1; }, 300ms));
  }
}

TEST_F(Failure, NobodyListens) {
  NodeServer server(R"({"kind":"silent"})");
  server.kill();
  expect(server.url(), Kind::Unreachable, "No server listens");
  EXPECT_TRUE(wait_until([this] { return recorder_.errors.size() >= 3; })) << "it is retried";
}

TEST_F(Failure, NobodyAnswers) {
  const NodeServer server(R"({"kind":"silent"})");
  expect(server.url(), Kind::Unreachable, "did not answer within 1 s");
}

TEST_F(Failure, TheConnectionIsClosedAtOnce) {
  const NodeServer server(R"({"kind":"banner","text":""})");
  expect(server.url(), Kind::Unreachable, "cannot be reached");
}

TEST_F(Failure, OtherServers) {
  const NodeServer not_found(R"({"kind":"plain"})");
  expect(not_found.url(), Kind::NotSocketIo, "HTTP 404 Not Found");
  const NodeServer page(R"({"kind":"plain","status":200,"body":"<html>"})");
  expect(page.url(), Kind::NotSocketIo, "HTTP 200 OK");
  const NodeServer forbidden(R"({"kind":"plain","status":403})");
  expect(forbidden.url(), Kind::NotSocketIo, "HTTP 403 Forbidden");
  const NodeServer ssh(R"({"kind":"banner","text":"SSH-2.0-OpenSSH_9.2\r\n"})");
  expect(ssh.url(), Kind::NotSocketIo, "not a Socket.IO server");
  const NodeServer chat(R"({"kind":"script","frames":["hello"]})");
  expect(chat.url(), Kind::NotSocketIo, "no Engine.IO handshake");
  const NodeServer nearly(R"({"kind":"script","frames":["0{}"]})");
  expect(nearly.url(), Kind::NotSocketIo, "lacks a session id");
}

TEST_F(Failure, AGatewayWithoutServer) {
  const NodeServer server(R"({"kind":"plain","status":502})");
  expect(server.url(), Kind::Unreachable, "HTTP 502 Bad Gateway");
}

TEST_F(Failure, TheServersWordsInAConnectError) {
  for (const auto* version : {"4", "2"}) {
    const NodeServer server(std::string(R"({"refuse":"members only, ask Ann","version":)") + version + "}");
    expect(server.url(), Kind::Refused, "members only, ask Ann");
    EXPECT_TRUE(wait_until([this] { return recorder_.errors.size() >= 2; })) << "it is retried";
  }
}

TEST_F(Failure, TheServersWordsBeforeTheHandshake) {
  const NodeServer server(R"({"forbid":"go away"})");
  expect(server.url(), Kind::Refused, "go away");
}

TEST_F(Failure, WebSocketOnlyServerBehindAProxyWithoutIt) {
  const NodeServer server(R"({"refuseUpgrade":"all","settings":{"transports":["websocket"]}})");
  expect(server.url(), Kind::Refused, "Transport unknown");
}

TEST_F(Failure, AnObjectionIsHeardBeforeEachAttempt) {
  const NodeServer server("{}");
  auto options = options_for(server.url());
  unsigned objections = 0;
  options.objection = [&objections]() -> std::optional<std::string> {
    return ++objections < 3 ? std::optional("Mallory has the port.") : std::nullopt;
  };
  connect(options);
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 1; })) << first_error().text;
  EXPECT_EQ(objections, 3U);
  ASSERT_EQ(recorder_.errors.size(), 2U);
  for (const auto& error : recorder_.errors) {
    EXPECT_EQ(error.kind, Kind::Untrusted);
    EXPECT_EQ(error.text, "Mallory has the port.");
  }
}

TEST_F(Failure, SecretsOfTheUrlAreNotShown) {
  NodeServer server(R"({"kind":"silent"})");
  server.kill();
  connect_to("http://user:secret@127.0.0.1:" + std::to_string(server.port()) + "/?token=secret");
  EXPECT_EQ(first_error().text.find("secret"), std::string::npos) << first_error().text;
}

TEST_F(Failure, EventsWithoutConnectionAreDropped) {
  NodeServer server(R"({"kind":"silent"})");
  connect_to(server.url());
  const LogLines log;
  emit("lost");
  EXPECT_EQ(log.count("\"lost\" is not sent"), 1U);
  EXPECT_EQ(ask("lost"), "none");
}

}  // namespace
}  // namespace rtcmc::test
