// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/json_text.hpp"

#include <gtest/gtest.h>

namespace rtcmc::glib {
namespace {

TEST(JsonText, TakesWhatTheGrammarAllowsAndNothingElse) {
  for (const char* good :
       {"0", "-0.5e+3", "\"\"", R"("\u00e4\n\\")", "[]", " [1 , {\"a\":[null,true]}] ", "{}", "1E5"}) {
    EXPECT_TRUE(JsonText::parse(good)) << good;
  }
  for (const char* bad : {"",      " ",     "01",       "+1",          "1.",      ".5",        "1e",       "-",
                          "tru",   "nul",   "\"",       "\"\t\"",      R"("\x")", R"("\u12")", "[",        "[1,]",
                          "[1 2]", "{1:2}", R"({"a"})", R"({"a":1,})", "[]]",     "1 2",       "{\"a\":1", "'a'"}) {
    EXPECT_FALSE(JsonText::parse(bad)) << bad;
  }
}

TEST(JsonText, BoundsTheNesting) {
  EXPECT_TRUE(JsonText::parse(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(JsonText::parse(std::string(33, '[') + std::string(33, ']')));
  EXPECT_FALSE(JsonText::parse(std::string(1000000, '[')));
}

TEST(JsonText, GivesElementsAndMembersAsTheyStand) {
  const auto array = JsonText::parse(R"([ "a,]" ,{"x":[1,{"y":"}"}]}, -1.5 ])");
  const auto elements = array->elements();
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[0].text(), "\"a,]\"");
  EXPECT_EQ(elements[1].text(), R"({"x":[1,{"y":"}"}]})");
  EXPECT_EQ(elements[1].member("x").elements()[1].member("y").string(), "}");
  EXPECT_EQ(elements[2].string_or_number(), "-1.5");
}

TEST(JsonText, TheLastMemberOfANameCountsHoweverItIsWritten) {
  const auto object = JsonText::parse(R"({"sender":"a","s\u0065nder":"b","__proto__":1})");
  EXPECT_EQ(object->member("sender").string(), "b");
  EXPECT_TRUE(object->member("toString").is(JsonText::Kind::Missing));
  EXPECT_EQ(object->members().size(), 3U);
}

TEST(JsonText, DecodesStrings) {
  EXPECT_EQ(JsonText::parse(R"("\"\\\/\b\f\n\r\t")")->string(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(JsonText::parse(R"("\u20AC \ud834\udd1e \ud834 \udd1e!")")->string(), "€ 𝄞 \uFFFD \uFFFD!");
  EXPECT_EQ(JsonText::parse(R"("\u0000")")->string(), std::string(1, '\0'));
}

TEST(JsonText, SeesWhatIsSpecialWhereverItStandsInAString) {
  for (std::size_t before = 0; before < 20; ++before) {
    const std::string plain(before, 'p');
    for (const char* rest : {"", "\"", "\\", "\n", "\x1f", "€\x7f ", R"(\\"\")", "0123456789\"0123456789\\"}) {
      const std::string text = plain + rest;
      const std::string quoted = json_quoted(text);
      EXPECT_EQ(JsonText::parse(quoted)->string(), text);
      std::string array = "[";
      array.append(quoted).append(",").append(quoted).append("]");
      EXPECT_EQ(JsonText::parse(array)->elements().at(1).text(), quoted);
    }
    for (const char* bad : {"\n", "\x1f", "\\x", "\"x"}) {
      EXPECT_FALSE(JsonText::parse('"' + plain + bad + "plain, too\"")) << before << bad;
    }
  }
}

TEST(JsonText, KnowsWhatJavaScriptTakesForTrue) {
  for (const char* yes : {"true", "1", "-0.1", "\"0\"", "[]", "{}"}) {
    EXPECT_TRUE(JsonText::parse(yes)->truthy()) << yes;
  }
  for (const char* no : {"false", "null", "0", "-0.0", "0e5", "\"\""}) {
    EXPECT_FALSE(JsonText::parse(no)->truthy()) << no;
  }
}

TEST(JsonText, QuotesSoThatItReadsTheSame) {
  const std::string text("a\"\\\n\x01\x1f€\0z", 11);
  EXPECT_EQ(JsonText::parse(json_quoted(text))->string(), text);
}

}  // namespace
}  // namespace rtcmc::glib
