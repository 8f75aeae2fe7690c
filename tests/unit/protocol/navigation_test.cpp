// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/navigation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace rtcmc::protocol {
namespace {

using Action = Navigation::Action;

std::string message(const std::string& event, const std::string& more = "") {
  return R"({"navigation":")" + event + R"(","streamid":"cam")" + (more.empty() ? "" : ",") + more + "}";
}

/// Absent if it is broken, or none at all.
std::optional<Navigation> parsed(const std::string& json) {
  const auto result = parse_navigation(json);
  const auto* navigation = result ? std::get_if<Navigation>(&*result) : nullptr;
  return navigation ? std::optional(*navigation) : std::nullopt;
}

std::optional<Action> action(const std::string& event, const std::string& more = "") {
  const auto navigation = parsed(message(event, more));
  return navigation ? std::optional(navigation->action) : std::nullopt;
}

bool is_bad_input(const std::string& event, const std::string& more = "") {
  const auto result = parse_navigation(message(event, more));
  return result && std::holds_alternative<std::string>(*result);
}

std::optional<Action> key_press(const std::string& key) {
  return action("key-press", R"("key":)" + key);
}

TEST(Navigation, Mouse) {
  const Position at{0.25, 1};
  EXPECT_EQ(action("mouse-move", R"("x":0.25,"y":1)"), Action(MouseMove{at}));
  EXPECT_EQ(action("mouse-button-press", R"("x":0.25,"y":1,"button":0)"), Action(MouseButton{at, 1, true}));
  EXPECT_EQ(action("mouse-button-release", R"("x":0.25,"y":1,"button":2)"), Action(MouseButton{at, 3, false}));
  EXPECT_EQ(action("mouse-button-press", R"("x":0.25,"y":1,"button":4)"), Action(MouseButton{at, 9, true}));
  EXPECT_EQ(action("mouse-scroll", R"("x":0.25,"y":1,"deltaX":0,"deltaY":120.5)"), Action(MouseScroll{at, 0, -120.5}));
}

TEST(Navigation, Touch) {
  EXPECT_EQ(action("touch-down", R"("x":0,"y":5e-1,"identifier":4294967295,"pressure":0.5)"),
            Action(Touch{Touch::Phase::Down, 4294967295U, {0, 0.5}, 0.5}));
  EXPECT_EQ(action("touch-motion", R"("x":0,"y":0,"identifier":0)"), Action(Touch{Touch::Phase::Motion, 0, {0, 0}}));
  EXPECT_EQ(action("touch-up", R"("x":0,"y":0,"identifier":7,"pressure":9)"),
            Action(Touch{Touch::Phase::Up, 7, {0, 0}}));
  EXPECT_EQ(action("touch-frame"), Action(TouchFrame()));
  EXPECT_EQ(action("touch-cancel"), Action(TouchCancel()));
}

TEST(Navigation, KeysHaveTheNamesOfKeysyms) {
  const std::pair<const char*, const char*> names[] = {
      {R"("a")", "a"},          {R"("Z")", "Z"},          {R"("7")", "7"},     {R"(" ")", "space"},
      {R"("\"")", "quotedbl"},  {R"("~")", "asciitilde"}, {R"("ä")", "U00E4"}, {R"("\ud83d\ude00")", "U1F600"},
      {R"("Enter")", "Return"}, {R"("ArrowUp")", "Up"},   {R"("F1")", "F1"},   {R"("F24")", "F24"},
      {R"("Meta")", "Super_L"}, {R"("Tab")", "Tab"},
  };
  for (const auto& [key, name] : names) {
    EXPECT_EQ(key_press(key), Action(Key{name, true})) << key;
  }
  EXPECT_EQ(action("key-release", R"("key":"a")"), Action(Key{"a", false}));
}

TEST(Navigation, Modifiers) {
  const auto navigation =
      parsed(message("touch-frame", R"("shiftKey":true,"ctrlKey":1,"altKey":false,"metaKey":true)"));
  ASSERT_TRUE(navigation);
  EXPECT_EQ(navigation->stream_id, "cam");
  EXPECT_EQ(navigation->modifiers, (Modifiers{.shift = true, .super = true}));
}

TEST(Navigation, OthersObjectsAreLeftAlone) {
  for (const char* json : {R"({"lamp":"on"})", R"({"navigation":"mouse-move"})", R"({"streamid":"cam"})", "[]", "7", "",
                           R"({"navigation":7,"streamid":"cam"})", R"({"navigation":"touch-frame","streamid":{}})"}) {
    EXPECT_FALSE(parse_navigation(json)) << json;
  }
  EXPECT_FALSE(parse_navigation(message("touch-frame", R"("more":")" + std::string(1024, 'x') + '"')));
}

TEST(Navigation, WhatIsOutOfBoundsIsRefused) {
  EXPECT_TRUE(is_bad_input("mouse-jump", R"("x":0,"y":0)"));
  for (const char* x : {"-0.01", "1.01", "1e999", "-1e999", "\"0\"", "null", "[0]"}) {
    EXPECT_TRUE(is_bad_input("mouse-move", std::string(R"("y":0,"x":)") + x)) << x;
  }
  EXPECT_TRUE(is_bad_input("mouse-move", R"("x":0)"));
  for (const char* button : {"5", "-1", "0.5", "\"0\"", "1e99"}) {
    EXPECT_TRUE(is_bad_input("mouse-button-press", std::string(R"("x":0,"y":0,"button":)") + button)) << button;
  }
  EXPECT_TRUE(is_bad_input("mouse-scroll", R"("x":0,"y":0,"deltaX":0,"deltaY":10001)"));
  EXPECT_TRUE(is_bad_input("mouse-scroll", R"("x":0,"y":0,"deltaY":1)"));
  for (const char* identifier : {"4294967296", "-1", "0.5", "null"}) {
    EXPECT_TRUE(is_bad_input("touch-down", std::string(R"("x":0,"y":0,"identifier":)") + identifier)) << identifier;
  }
  for (const char* key : {R"("")", R"("ab")", R"("Dead")", R"("F0")", R"("F25")", R"("F01")",
                          R"("F")"
                          "x",
                          R"("\u0001")", R"("\u0000")", R"("\u007f")", R"("\u0080")", "7", "null"}) {
    EXPECT_FALSE(key_press(key)) << key;
  }
  EXPECT_TRUE(is_bad_input("key-press"));
  const auto no_stream = parse_navigation(R"({"navigation":"touch-frame","streamid":""})");
  EXPECT_TRUE(no_stream && std::holds_alternative<std::string>(*no_stream));
}

}  // namespace
}  // namespace rtcmc::protocol
