// SPDX-License-Identifier: LGPL-2.1-or-later
// How a connection comes about, is kept and comes back.
#include "client_fixture.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;
using Connecting = ClientTest;

std::string hello(const std::string& more = "") {
  return R"("0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":20000,\"pingTimeout\":20000)" + more + R"(}")";
}

class Heartbeat : public ClientTest, public testing::WithParamInterface<std::tuple<int, const char*>> {};

TEST_P(Heartbeat, KeepsTheConnectionOverManyIntervals) {
  const auto [version, transport] = GetParam();
  const NodeServer server(R"({"version":)" + std::to_string(version) +
                          R"(,"settings":{"pingInterval":150,"pingTimeout":1000,"transports":[")" + transport +
                          R"("]}})");
  ASSERT_TRUE(connected_to(server));
  EXPECT_TRUE(wait_until([&] { return server.count("heartbeat") >= 12; }));
  EXPECT_EQ(ask("echo", "[1]"), "[1]");
  EXPECT_EQ(recorder_.connections, 1U);
  EXPECT_TRUE(recorder_.errors.empty());
}

TEST_P(Heartbeat, ASilentServerIsGivenUp) {
  const auto [version, transport] = GetParam();
  const NodeServer server(R"({"version":)" + std::to_string(version) +
                          R"(,"settings":{"pingInterval":300,"pingTimeout":200,"transports":[")" + transport +
                          R"("]}})");
  ASSERT_TRUE(connected_to(server));
  emit("hang");
  const auto error = first_error();
  EXPECT_EQ(error.kind, ConnectError::Kind::Unreachable);
  EXPECT_NE(error.text.find("silent for"), std::string::npos) << error.text;
  EXPECT_FALSE(client_->connected());
}

INSTANTIATE_TEST_SUITE_P(All, Heartbeat,
                         testing::Combine(testing::Values(4, 2), testing::Values("websocket", "polling")),
                         [](const auto& info) {
                           return "v" + std::to_string(std::get<0>(info.param)) + "_" + std::get<1>(info.param);
                         });

class Restart : public ClientTest, public testing::WithParamInterface<int> {};

TEST_P(Restart, OfTheServerIsSurvived) {
  const std::string version = std::to_string(GetParam());
  NodeServer first(R"({"version":)" + version + "}");
  ASSERT_TRUE(connected_to(first));
  bool answered = false;
  client_->emit_with_ack("never", {}, 1h, [&](auto arguments) {
    EXPECT_FALSE(arguments);
    EXPECT_TRUE(recorder_.errors.empty()) << "acks fail before the loss is reported";
    answered = true;
  });
  first.kill();
  ASSERT_TRUE(wait_until([this] { return recorder_.errors.size() >= 4; }));
  EXPECT_TRUE(answered);
  EXPECT_NE(recorder_.errors[1].text.find("No server listens"), std::string::npos) << recorder_.errors[1].text;
  for (const auto& retry : recorder_.retries) {
    ASSERT_TRUE(retry);
    EXPECT_GE(*retry, 20ms);
    EXPECT_LE(*retry, 200ms);
  }
  const NodeServer second(R"({"version":)" + version + R"(,"port":)" + std::to_string(first.port()) + "}");
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 2; }));
  EXPECT_EQ(ask("echo", "[1]"), "[1]");
}

TEST_P(Restart, ComesByItselfWhenTheServerDisconnectsUs) {
  const NodeServer server(R"({"version":)" + std::to_string(GetParam()) + "}");
  ASSERT_TRUE(connected_to(server));
  emit("kick");
  EXPECT_NE(first_error().text.find("the server disconnected us"), std::string::npos);
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 2; }));
  EXPECT_EQ(ask("echo", "[1]"), "[1]");
}

TEST_P(Restart, WithAnotherQueryIsNoLoss) {
  const NodeServer server(R"({"version":)" + std::to_string(GetParam()) + "}");
  auto options = options_for(server.url());
  options.query = {{"userid", "first"}};
  connect(options);
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 1; }));
  client_->emit_with_ack("never", {}, 1h, [](auto) { ADD_FAILURE() << "forgotten acks are not called"; });
  client_->reconnect_with({{"userid", "second"}, {"extra", R"({"a":"b & é+%"})"}});
  EXPECT_FALSE(client_->connected());
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 2; }));
  ASSERT_TRUE(wait_until([&] { return server.count("connection") == 2 && server.said("disconnect"); }));
  EXPECT_TRUE(recorder_.errors.empty());
  const auto query = glib::parse_json(std::string_view(server.lines().back().starts_with("connection")
                                                           ? server.lines().back()
                                                           : server.lines()[server.lines().size() - 2])
                                          .substr(std::string("connection ").size()));
  ASSERT_TRUE(query);
  const auto members = glib::object_of(query->get());
  EXPECT_EQ(glib::string_of(glib::member(members, "userid")), "second");
  EXPECT_EQ(glib::string_of(glib::member(members, "extra")), R"({"a":"b & é+%"})");
}

INSTANTIATE_TEST_SUITE_P(All, Restart, testing::Values(4, 2),
                         [](const auto& info) { return "v" + std::to_string(info.param); });

TEST_F(Connecting, ByEachSchemeAndWithAPathPrefix) {
  const NodeServer server(R"({"settings":{"path":"/rtc/socket.io"}})");
  for (const auto* scheme : {"http", "ws"}) {
    recorder_.connections = 0;
    connect_to(server.url(scheme) + "rtc/");
    EXPECT_TRUE(wait_until([this] { return recorder_.connections == 1; })) << scheme;
  }
  EXPECT_TRUE(recorder_.errors.empty());
}

TEST_F(Connecting, ToAVersion4ServerThatDoesNotTellItsMaxPayload) {
  const NodeServer server(R"({"kind":"script","frames":[)" + hello() + R"(,"40{\"sid\":\"b\"}"]})");
  ASSERT_TRUE(connected_to(server));
  EXPECT_EQ(server.count("got 40"), 1U);
}

TEST_F(Connecting, APingTellsVersion4) {
  const NodeServer server(R"({"kind":"script","frames":[[)" + hello() + R"(,"2x"],"40{\"sid\":\"b\"}"]})");
  ASSERT_TRUE(connected_to(server));
  EXPECT_EQ(server.lines().at(1), "got 3x");
}

TEST_F(Connecting, AVersion2ServerNeverGetsASecondConnect) {
  const NodeServer server(R"({"kind":"script","frames":[[)" + hello() + R"(,"40"],"42[\"x\"]"]})");
  ASSERT_TRUE(connected_to(server));
  emit("first");
  ASSERT_TRUE(wait_for_event({"x", "[]"}));
  EXPECT_EQ(server.lines().at(1), R"(got 42["first"])");
}

TEST_F(Connecting, ToASlowVersion2Server) {
  const NodeServer server(R"({"version":2,"delay":700})");
  ASSERT_TRUE(connected_to(server));
  EXPECT_TRUE(recorder_.errors.empty());
  EXPECT_EQ(ask("echo", "[1]"), "[1]");
}

TEST_F(Connecting, GarbageFramesAreDropped) {
  const LogLines log;
  const NodeServer server(R"({"kind":"script","frames":[)" + hello(R"(,\"maxPayload\":1000)") +
                          R"(,["40{\"sid\":\"b\"}","zzz","","7","bAQID","0{}","3","5","6","40","40{\"sid\":\"c\"}",)"
                          R"("44{\"message\":\"late\"}","4","49","42","430[1]","42[\"fine\",{}]"]]})");
  ASSERT_TRUE(connected_to(server));
  EXPECT_TRUE(wait_for_event({"fine", "[{}]"}));
  EXPECT_EQ(recorder_.events.size(), 1U);
  EXPECT_EQ(recorder_.connections, 1U);
  EXPECT_TRUE(recorder_.errors.empty());
  EXPECT_EQ(log.count("it is not Engine.IO"), 4U);
  EXPECT_EQ(log.count("late"), 1U);
}

TEST_F(Connecting, EventsBeforeItIsUpAreDropped) {
  const NodeServer server(R"({"kind":"script","frames":[)" + hello(R"(,\"maxPayload\":1000)") +
                          R"(,["42[\"early\"]","40{\"sid\":\"b\"}","42[\"fine\"]"]]})");
  ASSERT_TRUE(connected_to(server));
  EXPECT_TRUE(wait_for_event({"fine", "[]"}));
  EXPECT_EQ(recorder_.events.size(), 1U);
}

class Limits : public ClientTest, public testing::WithParamInterface<const char*> {
 protected:
  NodeServer server_{std::string(R"({"settings":{"maxHttpBufferSize":1000,"transports":[")") + GetParam() + R"("]}})"};
};

TEST_P(Limits, WhatTheServerWouldNotTakeIsNotSent) {
  ASSERT_TRUE(connected_to(server_));
  const LogLines log;
  EXPECT_EQ(ask("echo", "[\"" + std::string(1000, 'x') + "\"]"), "none");
  EXPECT_EQ(log.count("takes no more than 1000"), 1U);
  EXPECT_EQ(ask("echo", "[\"" + std::string(980, 'x') + "\"]").size(), 984U);
  EXPECT_TRUE(recorder_.errors.empty());
}

TEST_P(Limits, ManySmallMessagesAreNoLargeOne) {
  ASSERT_TRUE(connected_to(server_));
  for (int i = 0; i < 100; ++i) {
    emit("count", "[\"" + std::string(100, 'x') + "\"]");
  }
  EXPECT_EQ(ask("echo", "[1]"), "[1]");
  EXPECT_TRUE(wait_until([this] { return server_.count("count") == 100; }));
  EXPECT_TRUE(recorder_.errors.empty());
}

TEST_P(Limits, MoreThanWeHoldEndsTheConnectionAndItComesBack) {
  ASSERT_TRUE(connected_to(server_));
  emit("big", "[17000000]");
  EXPECT_EQ(first_error().kind, ConnectError::Kind::Unreachable);
  EXPECT_TRUE(wait_until([this] { return recorder_.connections == 2; }));
  EXPECT_TRUE(recorder_.events.empty());
}

INSTANTIATE_TEST_SUITE_P(All, Limits, testing::Values("websocket", "polling"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace rtcmc::test
