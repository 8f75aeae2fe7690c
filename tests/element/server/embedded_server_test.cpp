// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/embedded_server.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace rtcmc::test {
namespace {

using Outcome = EmbeddedServer::Outcome;

std::uint16_t port_of(const EmbeddedServer& server) {
  room::RoomOptions client;
  server.lead_here(client);
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(client.socket_url.c_str(), G_URI_FLAGS_NONE, nullptr));
  return static_cast<std::uint16_t>(g_uri_get_port(uri.get()));
}

/// An application's thread starts the element while that of the events has it take over.
TEST(EmbeddedServer, IsAskedFromSeveralThreadsAtOnce) {
  constexpr unsigned kThreads = 8;
  EmbeddedServer server({.address = "127.0.0.1", .port = 0, .tls_certificate = {}, .allowed_origins = {}});
  std::vector<std::uint16_t> ports(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::uint16_t& port : ports) {
      threads.emplace_back([&server, &port] {
        const auto outcome = server.serve();
        const bool serves = std::holds_alternative<Outcome>(outcome) && std::get<Outcome>(outcome) == Outcome::Serving;
        port = serves && server.is_serving() ? port_of(server) : 0;
      });
    }
  }
  EXPECT_NE(ports.front(), 0);
  EXPECT_EQ(std::set(ports.begin(), ports.end()).size(), 1U) << "it listened more than once";
}

TEST(EmbeddedServer, TakesThePortOverWhenItIsFree) {
  auto first = std::make_unique<EmbeddedServer>(EmbeddedServerSettings{.port = 0, .tls_certificate = {}});
  ASSERT_EQ(std::get<Outcome>(first->serve()), Outcome::Serving);
  EmbeddedServer second({.port = port_of(*first), .tls_certificate = {}});
  EXPECT_EQ(std::get<Outcome>(second.serve()), Outcome::SomebodyElseServes);
  EXPECT_FALSE(second.is_serving());
  first.reset();
  EXPECT_EQ(std::get<Outcome>(second.serve()), Outcome::Serving);
  EXPECT_TRUE(second.is_serving());
}

/// Nobody but those who may be told secrets.
TEST(EmbeddedServer, LeadsToItsOwnKindAlone) {
  room::RoomOptions client;
  EmbeddedServer({.address = "0.0.0.0", .port = 1, .tls_certificate = {}}).lead_here(client);
  EXPECT_EQ(client.socket_url, "http://127.0.0.1:1/");
  EXPECT_FALSE(client.tls_insecure);
  EXPECT_FALSE(client.tls_certificate);
  ASSERT_TRUE(client.objection);
  EXPECT_EQ(client.objection(), std::nullopt) << "nobody is there";
}

}  // namespace
}  // namespace rtcmc::test
