// SPDX-License-Identifier: LGPL-2.1-or-later
// What must work with every version of server and over every transport.
#include "client_fixture.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;

struct Way {
  std::string name;
  std::string options;  // server.mjs', without braces
  std::string transport;
  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.options; }
};

class Conversation : public ClientTest, public testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    server_ = std::make_unique<NodeServer>("{" + GetParam().options + "}");
    ASSERT_TRUE(connected_to(*server_)) << first_error().text;
    ASSERT_TRUE(wait_until([this] { return ask("transport") == "[\"" + GetParam().transport + "\"]"; }));
  }

  void TearDown() override {
    EXPECT_EQ(recorder_.connections, 1U);
    EXPECT_TRUE(recorder_.errors.empty()) << recorder_.errors.front().text;
    EXPECT_EQ(server_->count("connection"), 1U);
  }

  std::unique_ptr<NodeServer> server_;
};

TEST_P(Conversation, EventsGoBothWays) {
  EXPECT_TRUE(client_->connected());
  emit("echo", R"([1,{"a":[true,null,"x"]},"y"])");
  EXPECT_TRUE(wait_for_event({"echoed", R"([1,{"a":[true,null,"x"]},"y"])"}));
}

TEST_P(Conversation, EventsKeepTheirOrder) {
  for (int i = 0; i < 100; ++i) {
    emit("echo", "[" + std::to_string(i) + "]");
  }
  ASSERT_TRUE(wait_until([this] { return recorder_.events.size() == 100; }));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(recorder_.events[static_cast<std::size_t>(i)],
              (Recorder::Event{"echoed", "[" + std::to_string(i) + "]"}));
  }
}

TEST_P(Conversation, AcksComeBack) {
  EXPECT_EQ(ask("echo", R"([1,"two"])"), R"([1,"two"])");
  EXPECT_EQ(ask("echo", "[]"), "[]");
}

TEST_P(Conversation, AcksTimeOut) {
  EXPECT_EQ(ask("never", "[]", 50ms), "none");
  EXPECT_EQ(ask("echo", "[3]"), "[3]");
}

TEST_P(Conversation, TheServersQuestionsGetAnEmptyAck) {
  emit("ask", "[7]");
  EXPECT_TRUE(wait_for_event({"answered", "[[]]"}));
  EXPECT_TRUE(got({"question", "[7]"}));
}

TEST_P(Conversation, UnicodeSurvives) {
  EXPECT_EQ(ask("echo", R"(["é€😀\n\"\\ \u0001"])"), R"(["é€😀\n\"\\ \u0001"])");
}

TEST_P(Conversation, BinaryAttachmentsAreSkipped) {
  emit("binary");
  EXPECT_TRUE(wait_for_event({"after", "[1]"}));
  EXPECT_TRUE(got({"bytes", R"([{"data":null},"text",null])"}));
}

TEST_P(Conversation, BigMessagesGoBothWays) {
  const std::string text(900'000, 'x');
  EXPECT_EQ(ask("echo", "[\"" + text + "\"]").size(), text.size() + 4);
  emit("big", "[3000000]");
  ASSERT_TRUE(wait_for_event({"after", "[3000000]"}));
  EXPECT_EQ(recorder_.events.front().arguments.size(), 3'000'004U);
}

TEST_P(Conversation, TenMegabytesOfTextAreDroppedAndAllElseGoesOn) {
  const LogLines log;
  emit("big", "[10485760]");
  EXPECT_TRUE(wait_for_event({"after", "[10485760]"}));
  EXPECT_EQ(recorder_.events.size(), 1U);
  EXPECT_EQ(log.count("it is too large"), 1U);
}

TEST_P(Conversation, BrokenPacketsAreDroppedAndAllElseGoesOn) {
  for (const auto* packet : {R"(["2"])", R"(["2["])", R"(["2{\"a\":1}"])", R"(["2[1]"])", R"(["3[]"])", R"(["399[]"])",
                             R"(["9"])", R"([""])", R"(["2/nope,[\"a\"]"])", R"(["5[\"a\"]"])", R"(["1/nope"])",
                             R"(["2[\"a\",[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["])"}) {
    recorder_.events.clear();
    emit("raw", packet);
    EXPECT_TRUE(wait_for_event({"after", "[0]"})) << packet;
    EXPECT_EQ(recorder_.events.size(), 1U) << packet;
  }
  EXPECT_EQ(ask("echo", "[3]"), "[3]");
}

TEST_P(Conversation, CloseFlushesWhatWasEmitted) {
  for (int i = 0; i < 200; ++i) {
    emit("count", "[" + std::to_string(i) + "]");
  }
  bool closed = false;
  client_->close(10s, [&closed] { closed = true; });
  EXPECT_FALSE(closed);
  EXPECT_FALSE(client_->connected());
  ASSERT_TRUE(wait_until([&closed] { return closed; }));
  ASSERT_TRUE(wait_until([this] { return server_->said("disconnect"); }));
  EXPECT_EQ(server_->count("count"), 200U);
  EXPECT_EQ(server_->count("count 199"), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    All, Conversation,
    testing::Values(Way{"v4_websocket", R"("settings":{"transports":["websocket"]})", "websocket"},
                    Way{"v4_polling", R"("settings":{"transports":["polling"]})", "polling"},
                    Way{"v4_polling_upgraded", R"("refuseUpgrade":"direct")", "websocket"},
                    Way{"v4_polling_upgrade_refused", R"("refuseUpgrade":"all")", "polling"},
                    Way{"v4_that_speaks_v3_too", R"("settings":{"allowEIO3":true})", "websocket"},
                    Way{"v2_websocket", R"("version":2,"settings":{"transports":["websocket"]})", "websocket"},
                    Way{"v2_polling", R"("version":2,"settings":{"transports":["polling"]})", "polling"},
                    Way{"v2_polling_upgraded", R"("version":2,"refuseUpgrade":"direct")", "websocket"},
                    Way{"v2_polling_upgrade_refused", R"("version":2,"refuseUpgrade":"all")", "polling"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rtcmc::test
