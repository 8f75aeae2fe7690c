// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.hpp"

#include <gtest/gtest.h>

#include "server/fact.hpp"

namespace rtcmc::program {

namespace {

constexpr LogStyle kText{};
constexpr LogStyle kJson{G_LOG_LEVEL_INFO, LogFormat::Json, false};
constexpr LogStyle kJournal{G_LOG_LEVEL_INFO, LogFormat::Text, true};

TEST(LogLine, KeepsFacts) {
  const std::string fact = server::fact("room-opened", {{"room", "a \"b\"\n"}, {"user", ""}});
  EXPECT_EQ(log_line(kText, G_LOG_LEVEL_INFO, fact, "NOW"),
            R"(time=NOW level=info event=room-opened room="a \"b\"\u000a" user="")");
  EXPECT_EQ(log_line(kJournal, G_LOG_LEVEL_INFO, fact, "NOW"),
            R"(<6>level=info event=room-opened room="a \"b\"\u000a" user="")");
  EXPECT_EQ(log_line(kJson, G_LOG_LEVEL_INFO, fact, "NOW"),
            R"({"time":"NOW","level":"info","event":"room-opened","room":"a \"b\"\u000a","user":""})");
}

TEST(LogLine, QuotesSentences) {
  EXPECT_EQ(log_line(kText, G_LOG_LEVEL_WARNING, "It is \"so\".\nlevel=error", "NOW"),
            R"(time=NOW level=warning message="It is \"so\".\u000alevel=error")");
  EXPECT_EQ(log_line(kJson, G_LOG_LEVEL_CRITICAL, "x", "NOW"), R"({"time":"NOW","level":"error","message":"x"})");
}

TEST(LogLine, RepairsWhatIsNoText) {
  EXPECT_EQ(log_line(kJournal, G_LOG_LEVEL_MESSAGE, "a\xff", ""), "<5>level=notice message=\"a\xef\xbf\xbd\"");
}

TEST(LogLine, SurvivesFactsThatAreBroken) {
  for (const char* text : {"event=", "event=x y", "event=x y=", "event=x y=\"", "event=x y=\"\\", "event=x  =\"a\"b"}) {
    EXPECT_FALSE(log_line(kJson, G_LOG_LEVEL_INFO, text, "NOW").empty());
  }
}

}  // namespace

}  // namespace rtcmc::program
