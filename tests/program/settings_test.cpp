// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.hpp"

#include <gtest/gtest.h>

namespace rtcmc::program {

namespace {

std::optional<std::string> set(Settings& settings, std::string_view name, const std::string& value) {
  return apply(settings, {{find_setting(name), value, std::string(name)}});
}

TEST(Settings, AreRightFromTheStart) {
  EXPECT_FALSE(check(Settings()));
}

TEST(Settings, HaveTheServersDefaults) {
  const Settings settings;
  EXPECT_EQ(settings.options.port, 9001);
  EXPECT_EQ(settings.options.addresses, std::vector<std::string>{"127.0.0.1"});
  EXPECT_TRUE(settings.options.allowed_origins.empty());
}

TEST(Settings, TakeLists) {
  Settings settings;
  EXPECT_FALSE(set(settings, "listen", " 127.0.0.1, ::1;0.0.0.0 "));
  EXPECT_EQ(settings.options.addresses, (std::vector<std::string>{"127.0.0.1", "::1", "0.0.0.0"}));
  EXPECT_FALSE(set(settings, "allow-origins", "https://a.example http://b.example:8080"));
  EXPECT_EQ(settings.options.allowed_origins, (std::vector<std::string>{"https://a.example", "http://b.example:8080"}));
  EXPECT_FALSE(set(settings, "allow-origins", ""));
  EXPECT_TRUE(settings.options.allowed_origins.empty());
}

TEST(Settings, KeepWhatTheyHaveIfAValueIsWrong) {
  Settings settings;
  for (const char* port : {"", " ", "-1", "65536", "9001x", "0x10", "1e3", "99999999999999999999"}) {
    EXPECT_TRUE(set(settings, "port", port)) << port;
    EXPECT_EQ(settings.options.port, 9001);
  }
  for (const char* rate : {"", "-1", "nan", "inf", "1,5", "x"}) {
    EXPECT_TRUE(set(settings, "messages-per-second", rate)) << rate;
    EXPECT_EQ(settings.options.limits.messages_per_second, 200);
  }
  for (const char* address : {"", "localhost", "127.0.0.1:80", "256.1.1.1", "127.0.0.1,x"}) {
    EXPECT_TRUE(set(settings, "listen", address)) << address;
  }
  EXPECT_EQ(settings.options.addresses, std::vector<std::string>{"127.0.0.1"});
}

TEST(Settings, TakeWholeOriginsOnly) {
  for (const char* origin :
       {"*", "null", "a.example", "https://", "https://a.example/", "https://a.example/x", "https://a.example?x",
        "https://u@a.example", "HTTPS://a.example", "http://a.example:80"}) {
    Settings settings;
    EXPECT_TRUE(set(settings, "allow-origins", origin)) << origin;
  }
}

TEST(Settings, SayWhereAWrongValueComesFrom) {
  Settings settings;
  EXPECT_EQ(apply(settings, {{find_setting("metrics-public"), "1", "/etc/x.conf: \"metrics-public\""}}),
            "/etc/x.conf: \"metrics-public\" is \"1\", but must be true or false.");
}

TEST(Settings, LetTheLastAssignmentWin) {
  Settings settings;
  const Setting* const port = find_setting("port");
  EXPECT_FALSE(apply(settings, {{port, "1", "file"}, {port, "2", "flag"}}));
  EXPECT_EQ(settings.options.port, 2);
}

TEST(Settings, LetTheLargestMessageWaitForSomebody) {
  for (const char* queue : {"max-queue-size-per-address", "max-queue-size-in-all"}) {
    Settings settings;
    EXPECT_FALSE(set(settings, queue, "999999"));
    EXPECT_TRUE(check(settings)) << queue;
    EXPECT_FALSE(set(settings, queue, "1000000"));
    EXPECT_FALSE(check(settings)) << queue;
    EXPECT_FALSE(set(settings, queue, "0"));
    EXPECT_FALSE(check(settings)) << queue;
  }
}

TEST(Settings, MustGoTogether) {
  Settings settings;
  EXPECT_FALSE(set(settings, "max-message-size", "10000000"));
  EXPECT_TRUE(check(settings));
  EXPECT_FALSE(set(settings, "message-burst", "2443"));
  EXPECT_FALSE(check(settings));
  EXPECT_FALSE(set(settings, "message-burst", "0"));
  EXPECT_FALSE(set(settings, "messages-per-second", "0"));
  EXPECT_FALSE(check(settings));
}

}  // namespace

}  // namespace rtcmc::program
