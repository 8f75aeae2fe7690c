// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/text_frames.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "glib/json.hpp"

namespace rtcmc::protocol {
namespace {

using Result = std::variant<TextAssembler::Unfinished, TextMessage, TextAssembler::Fault>;

TextMessage text_of(const Result& result) {
  const auto* message = std::get_if<TextMessage>(&result);
  EXPECT_NE(message, nullptr);
  return message ? *message : TextMessage();
}

bool is_unfinished(const Result& result) {
  return std::holds_alternative<TextAssembler::Unfinished>(result);
}

std::string fault_of(const Result& result) {
  const auto* fault = std::get_if<TextAssembler::Fault>(&result);
  EXPECT_NE(fault, nullptr);
  return fault ? *fault : "";
}

/// A frame as a browser makes it; `json`: the message between its quotation marks.
std::string frame(const std::string& uuid, const std::string& json, const std::string& more = "") {
  return R"({"type":"text","uuid":")" + uuid + R"(","sendingTime":1795461197605,"message":")" + json + '"' + more + "}";
}
const std::string kLast = R"(,"last":true,"isobject":false)";
const std::string kLastOfObject = R"(,"last":true,"isobject":true)";

void expect_survives(const TextMessage& message) {
  const auto frames = frame_text(message, "a-uuid", 1795461197605);
  TextAssembler assembler;
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
    EXPECT_TRUE(is_unfinished(assembler.receive(frames[i])));
  }
  for (const auto& each : frames) {
    EXPECT_LE(each.size(), 64U * 1024);
    EXPECT_TRUE(glib::parse_json(each)) << "no character is cut in two";
  }
  EXPECT_TRUE(text_of(assembler.receive(frames.back())) == message);
}

TEST(TextFrames, WhatABrowserSends) {
  TextAssembler assembler;
  EXPECT_EQ(text_of(assembler.receive(R"({"type":"text","uuid":"6qnx","sendingTime":1,"packets":0,"message":"hi",)"
                                      R"("last":true,"isobject":false})")),
            (TextMessage{"hi", false}));
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("4uvc", "01234", R"(,"packets":2)"))));
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("4uvc", "56789"))));
  EXPECT_EQ(text_of(assembler.receive(frame("4uvc", "X", kLast))), (TextMessage{"0123456789X", false}));
  EXPECT_EQ(text_of(assembler.receive(frame("a", R"({\"a\":[1,null]})", kLastOfObject))),
            (TextMessage{R"({"a":[1,null]})", true}));
}

TEST(TextFrames, WhatWeSend) {
  EXPECT_EQ(frame_text({"say \"hi\"", false}, "u", 5).front(),
            R"({"type":"text","uuid":"u","sendingTime":5,"packets":0,"message":"say \"hi\"","last":true,)"
            R"("isobject":false})");
  expect_survives({"hi", false});
  expect_survives({R"({"a":"b"})", true});
  expect_survives({std::string(kMaxTextLength, 'x'), false});
  expect_survives({std::string(200'000, '\n'), false});
  std::string smileys = "x";
  for (int i = 0; i < 100'000; ++i) {
    smileys += "😀";
  }
  expect_survives({smileys, false});
}

TEST(TextFrames, LengthIsCountedAsInJavaScript) {
  EXPECT_EQ(length_of(""), 0U);
  EXPECT_EQ(length_of("aß€😀"), 5U);
}

TEST(TextFrames, ASurrogatePairMayBeCutInTwo) {
  TextAssembler assembler;
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("u", R"(a\ud83d)"))));
  EXPECT_EQ(text_of(assembler.receive(frame("u", R"(\ude00b)", kLast))).text, "a😀b");
}

TEST(TextFrames, HalfASurrogatePairAndNulAreReplaced) {
  TextAssembler assembler;
  EXPECT_EQ(text_of(assembler.receive(frame("u", R"(a\ud83d)", kLast))).text, "a\xEF\xBF\xBD");
  EXPECT_EQ(text_of(assembler.receive(frame("u", R"(a\u0000b)", kLast))).text,
            "a\xEF\xBF\xBD"
            "b");
}

TEST(TextFrames, AFrameMayComeInPieces) {
  TextAssembler assembler;
  std::string smileys;
  while (smileys.size() < 160'000) {
    smileys += "😀";
  }
  const std::string whole = frame("u", smileys, kLast);
  EXPECT_TRUE(is_unfinished(assembler.receive(std::string_view(whole).substr(0, 65'537))));
  EXPECT_TRUE(is_unfinished(assembler.receive(std::string_view(whole).substr(65'537, 65'537))));
  EXPECT_EQ(text_of(assembler.receive(std::string_view(whole).substr(131'074))).text, smileys);

  EXPECT_TRUE(is_unfinished(assembler.receive(std::string_view(whole).substr(0, 65'537))));
  EXPECT_EQ(text_of(assembler.receive(frame("v", "next", kLast))).text, "next") << "the rest never came";
  EXPECT_EQ(text_of(assembler.receive(frame("v", "next", kLast))).text, "next");

  unsigned faults = 0;
  for (int i = 0; i < 5; ++i) {
    faults += is_unfinished(assembler.receive("{" + std::string(70'000, '"'))) ? 0 : 1;
  }
  EXPECT_EQ(faults, 1U);
}

TEST(TextFrames, TextsMayInterleave) {
  TextAssembler assembler;
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("a", "1"))));
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("b", "2"))));
  EXPECT_EQ(text_of(assembler.receive(frame("a", "3", kLast))).text, "13");
  EXPECT_EQ(text_of(assembler.receive(frame("b", "4", kLast))).text, "24");
}

TEST(TextFrames, AnObjectOfTypeTextComesUnframed) {
  TextAssembler assembler;
  const std::string object = R"({"type":"text","value":7})";
  EXPECT_EQ(text_of(assembler.receive(object)), (TextMessage{object, true}));
}

TEST(TextFrames, JunkIsRefusedWithAReason) {
  TextAssembler assembler;
  for (const char* junk : {"", "hello", "\"hello\"", "42", "null", "[]", "{", "{}", "{\"a\":1}", "\xff\xfe",
                           R"({"uuid":1,"message":"x","last":true})", R"({"uuid":"a","message":1,"last":true})",
                           R"({"uuid":"","message":"x","last":true})", R"({"uuid":"a\n","message":"x"})"}) {
    EXPECT_FALSE(fault_of(assembler.receive(junk)).empty()) << junk;
  }
  EXPECT_FALSE(fault_of(assembler.receive(frame("u", "no JSON", kLastOfObject))).empty());
  EXPECT_FALSE(fault_of(assembler.receive(std::string(5000, '[') + std::string(5000, ']'))).empty());
}

TEST(TextFrames, ATextThatIsTooLongIsRefusedOnceAndAsAWhole) {
  TextAssembler assembler;
  const std::string chunk(262'144, 'x');
  unsigned faults = 0;
  for (std::size_t sent = 0; sent < 3 * TextAssembler::kMaxSize; sent += chunk.size()) {
    faults += is_unfinished(assembler.receive(frame("u", chunk))) ? 0 : 1;
  }
  EXPECT_EQ(faults, 1U);
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("u", "the end", kLast))));
  EXPECT_EQ(text_of(assembler.receive(frame("u", "another", kLast))).text, "another");
  EXPECT_FALSE(fault_of(assembler.receive(frame("u", std::string(kMaxTextLength + 1, 'x'), kLast))).empty());
}

TEST(TextFrames, UnfinishedTextsAreBoundedInNumber) {
  TextAssembler assembler;
  for (std::size_t i = 0; i < TextAssembler::kMaxUnfinished; ++i) {
    EXPECT_TRUE(is_unfinished(assembler.receive(frame(std::to_string(i), "a"))));
  }
  EXPECT_FALSE(fault_of(assembler.receive(frame("one more", "a"))).empty());
  EXPECT_EQ(text_of(assembler.receive(frame("1", "b", kLast))).text, "ab");
  EXPECT_EQ(text_of(assembler.receive(frame("0", "b", kLast))).text, "b") << "the oldest one is forgotten";
}

TEST(TextFrames, UnfinishedTextsAreBoundedInSize) {
  TextAssembler assembler;
  const std::string half(TextAssembler::kMaxSize, 'x');
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("a", half))));
  EXPECT_TRUE(is_unfinished(assembler.receive(frame("b", half))));
  EXPECT_FALSE(fault_of(assembler.receive(frame("c", "x"))).empty());
}

}  // namespace
}  // namespace rtcmc::protocol
