// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends: closing and destroying at any moment, and what is left behind.
#include <filesystem>
#include <future>

#include "client_fixture.hpp"
#include "glib/worker_thread.hpp"

namespace rtcmc::test {
namespace {

using namespace std::chrono_literals;

long entries(const char* directory) {
  return std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator());
}

long descriptors() {
  return entries("/proc/self/fd");
}

long threads() {
  return entries("/proc/self/task");
}

class Lifetime : public ClientTest, public testing::WithParamInterface<const char*> {
 protected:
  NodeServer server_{std::string("{") + GetParam() + "}"};
};

TEST_P(Lifetime, DestroyedInEachCallback) {
  recorder_.then = [this] { client_.reset(); };
  EXPECT_TRUE(connected_to(server_));
  EXPECT_FALSE(client_);

  recorder_ = {};
  ASSERT_TRUE(connected_to(server_));
  recorder_.then = [this] { client_.reset(); };
  emit("echo", "[1]");
  emit("echo", "[2]");
  EXPECT_TRUE(wait_until([this] { return !client_; }));
  EXPECT_EQ(recorder_.events.size(), 1U);

  recorder_ = {};
  ASSERT_TRUE(connected_to(server_));
  client_->emit_with_ack("echo", {}, 10s, [this](auto) { client_.reset(); });
  EXPECT_TRUE(wait_until([this] { return !client_; }));

  recorder_ = {};
  ASSERT_TRUE(connected_to(server_));
  client_->emit_with_ack("never", {}, 1ms, [this](auto) { client_.reset(); });
  EXPECT_TRUE(wait_until([this] { return !client_; }));

  ASSERT_TRUE(connected_to(server_));
  client_->close(10s, [this] { client_.reset(); });
  EXPECT_TRUE(wait_until([this] { return !client_; }));

  recorder_ = {};
  ASSERT_TRUE(connected_to(server_));
  recorder_.then = [this] { client_.reset(); };
  emit("kick");
  EXPECT_TRUE(wait_until([this] { return !client_; }));
  EXPECT_EQ(recorder_.errors.size(), 1U);

  recorder_ = {};
  ASSERT_TRUE(connected_to(server_));
  client_->emit_with_ack("never", {}, 1h, [this](auto) { client_.reset(); });
  emit("kick");
  EXPECT_TRUE(wait_until([this] { return !client_; }));
  EXPECT_TRUE(recorder_.errors.empty());
}

TEST_P(Lifetime, ReconnectedOrClosedInEachCallback) {
  recorder_.then = [this] {
    if (recorder_.connections == 1) {
      client_->reconnect_with({{"n", "2"}});
    }
  };
  connect_to(server_.url());
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 2; }));

  recorder_.then = [this] {
    if (recorder_.events.size() == 1 && recorder_.connections == 2) {
      client_->reconnect_with({{"n", "3"}});
    }
  };
  emit("echo", "[1]");
  emit("echo", "[2]");
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 3; }));
  EXPECT_EQ(recorder_.events.size(), 1U);

  client_->emit_with_ack("never", {}, 1h, [this](auto) { client_->reconnect_with({{"n", "4"}}); });
  emit("kick");
  ASSERT_TRUE(wait_until([this] { return recorder_.connections == 4; }));
  EXPECT_TRUE(recorder_.errors.empty()) << "the loss is no news any more";

  bool closed = false;
  recorder_.then = [&] { client_->close(10s, [&closed] { closed = true; }); };
  emit("echo", "[3]");
  EXPECT_TRUE(wait_until([&closed] { return closed; }));
  EXPECT_TRUE(wait_until([this] { return server_.count("disconnect") == 4; }));
  EXPECT_EQ(recorder_.events.size(), 2U);
}

TEST_P(Lifetime, DestroyedAtAnyMoment) {
  // As many main loop iterations as it takes to connect and converse, one more each time.
  bool conversed = false;
  for (int steps = 0; !conversed; ++steps) {
    recorder_ = {};
    recorder_.then = [this] {
      if (client_ && client_->connected()) {
        emit("echo", "[1]");
      }
    };
    connect_to(server_.url());
    for (int i = 0; i < steps && !conversed; ++i) {
      conversed = recorder_.events.size() >= 2 ||
                  !wait_until([iterated = false]() mutable { return std::exchange(iterated, true); });
    }
    client_.reset();
    ASSERT_LT(steps, 1000);
  }
}

TEST_P(Lifetime, DestroyedWhileItCloses) {
  ASSERT_TRUE(connected_to(server_));
  client_->close(10s, [] { ADD_FAILURE() << "called after destruction"; });
  client_.reset();
  recorder_ = {};
  ASSERT_TRUE(connected_to(server_));
  EXPECT_EQ(ask("echo", "[1]"), "[1]");
}

INSTANTIATE_TEST_SUITE_P(All, Lifetime,
                         testing::Values(R"("settings":{"transports":["websocket"]})",
                                         R"("settings":{"transports":["polling"]})", R"("refuseUpgrade":"direct")",
                                         R"("version":2)", R"("version":2,"settings":{"transports":["polling"]})"),
                         [](const auto& info) { return std::to_string(info.index); });

using Closing = ClientTest;

TEST_F(Closing, WithoutConnection) {
  const NodeServer server(R"({"kind":"silent"})");
  connect_to(server.url());
  bool closed = false;
  client_->close(10s, [&closed] { closed = true; });
  EXPECT_FALSE(closed);
  EXPECT_TRUE(wait_until([&closed] { return closed; }));
  EXPECT_TRUE(recorder_.errors.empty());
}

TEST_F(Closing, IsBoundedWhenTheServerHangs) {
  for (const auto* transport : {"websocket", "polling"}) {
    const NodeServer server(std::string(R"({"settings":{"transports":[")") + transport + R"("]}})");
    recorder_ = {};
    ASSERT_TRUE(connected_to(server));
    emit("hang");
    ASSERT_TRUE(wait_until([&] { return server.said("hang"); }));
    bool closed = false;
    client_->close(100ms, [&closed] { closed = true; });
    EXPECT_TRUE(wait_until([&closed] { return closed; }));
    EXPECT_TRUE(recorder_.errors.empty());
  }
}

TEST(Leaks, NoneAfterTwoHundredClients) {
  const NodeServer websocket("{}");
  const NodeServer polling(R"({"version":2,"refuseUpgrade":"all"})");
  const auto one = [](const NodeServer& server, bool wait) {
    Recorder recorder;
    Client client(options_for(server.url()), recorder);
    client.connect();
    EXPECT_TRUE(!wait || wait_until([&recorder] { return recorder.connections == 1; }));
  };
  const auto some = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      one(websocket, true);
      one(polling, true);
      one(websocket, false);
      one(polling, false);
    }
  };
  some(5);
  // Whatever the warm-up left open is closed by and by.
  long fewest = descriptors();
  (void)wait_until([&fewest, same = 0]() mutable {
    const long now = descriptors();
    same = now < fewest ? 0 : same + 1;
    fewest = std::min(fewest, now);
    return same > 20;
  });
  const long threads_before = threads();
  some(50);
  EXPECT_TRUE(wait_until([&] { return descriptors() <= fewest; })) << descriptors() << " instead of " << fewest;
  EXPECT_TRUE(wait_until([&] { return threads() <= threads_before; })) << threads() << " instead of " << threads_before;
}

TEST(Leaks, NoneWhenTheThreadEndsRightAfter) {
  const NodeServer server("{}");
  long before = 0;
  for (int i = 0; i < 30; ++i) {
    Recorder recorder;
    std::unique_ptr<Client> client;
    std::promise<void> connected;
    recorder.then = [&connected] { connected.set_value(); };
    {
      glib::WorkerThread thread("test");
      thread.post([&] {
        client = std::make_unique<Client>(options_for(server.url()), recorder);
        client->connect();
      });
      connected.get_future().wait();
      thread.post([&] { client.reset(); });
    }
    if (i == 4) {
      before = descriptors();
    }
  }
  EXPECT_TRUE(wait_until([&] { return descriptors() <= before; })) << descriptors() << " instead of " << before;
}

}  // namespace
}  // namespace rtcmc::test
