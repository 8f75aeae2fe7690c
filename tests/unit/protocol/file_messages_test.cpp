// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/file_messages.hpp"

#include <glib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace rtcmc::protocol {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Recorded: what FileBufferReader.js 0.2 makes of a file of three bytes.
constexpr const char* kStart =
    "BgALAAABtwIAAAAeAGMAdQByAHIAZQBuAHQAUABvAHMAaQB0AGkAbwBuAwAAAAgAAAAAAAAAAAIAAAAIAHUAdQBpAGQCAAAACAA0"
    "ADUAMwA2AgAAABIAbQBhAHgAQwBoAHUAbgBrAHMDAAAACD/wAAAAAAAAAgAAAAgAcwBpAHoAZQMAAAAIQAgAAAAAAAACAAAACABu"
    "AGEAbQBlAgAAABgAZwByAPwA3wBlACDYPd4AAC4AdAB4AHQCAAAACAB0AHkAcABlAgAAABQAdABlAHgAdAAvAHAAbABhAGkAbgIA"
    "AAAgAGwAYQBzAHQATQBvAGQAaQBmAGkAZQBkAEQAYQB0AGUCAAAAAgB4AgAAAAoAcwB0AGEAcgB0BAAAAAEBAgAAAAwAdQBzAGUA"
    "cgBpAGQCAAAABgBiAG8AYgIAAAAKAGUAeAB0AHIAYQYAAgAAAEACAAAADAB1AHMAZQByAGkAZAIAAAAGAGIAbwBiAgAAABIAYwBo"
    "AHUAbgBrAFMAaQB6AGUDAAAACEDjiAAAAAAAAgAAABgAcgBlAG0AbwB0AGUAVQBzAGUAcgBJAGQCAAAACgBhAGwAaQBjAGU=";
constexpr const char* kData =
    "BgALAAABuwIAAAAIAHUAdQBpAGQCAAAACAA0ADUAMwA2AgAAAAwAYgB1AGYAZgBlAHIPAAAAAwEC/wIAAAAeAGMAdQByAHIAZQBu"
    "AHQAUABvAHMAaQB0AGkAbwBuAwAAAAg/8AAAAAAAAAIAAAASAG0AYQB4AEMAaAB1AG4AawBzAwAAAAg/8AAAAAAAAAIAAAAIAHMA"
    "aQB6AGUDAAAACEAIAAAAAAAAAgAAAAgAbgBhAG0AZQIAAAAYAGcAcgD8AN8AZQAg2D3eAAAuAHQAeAB0AgAAACAAbABhAHMAdABN"
    "AG8AZABpAGYAaQBlAGQARABhAHQAZQIAAAACAHgCAAAACAB0AHkAcABlAgAAABQAdABlAHgAdAAvAHAAbABhAGkAbgIAAAAMAHUA"
    "cwBlAHIAaQBkAgAAAAYAYgBvAGICAAAACgBlAHgAdAByAGEGAAIAAABAAgAAAAwAdQBzAGUAcgBpAGQCAAAABgBiAG8AYgIAAAAS"
    "AGMAaAB1AG4AawBTAGkAegBlAwAAAAhA44gAAAAAAAIAAAAYAHIAZQBtAG8AdABlAFUAcwBlAHIASQBkAgAAAAoAYQBsAGkAYwBl";
constexpr const char* kEnd =
    "BgAMAAABqwIAAAAeAGMAdQByAHIAZQBuAHQAUABvAHMAaQB0AGkAbwBuAwAAAAhAAAAAAAAAAAIAAAAIAHUAdQBpAGQCAAAACAA0"
    "ADUAMwA2AgAAABIAbQBhAHgAQwBoAHUAbgBrAHMDAAAACD/wAAAAAAAAAgAAAAgAcwBpAHoAZQMAAAAIQAgAAAAAAAACAAAACABu"
    "AGEAbQBlAgAAABgAZwByAPwA3wBlACDYPd4AAC4AdAB4AHQCAAAAIABsAGEAcwB0AE0AbwBkAGkAZgBpAGUAZABEAGEAdABlAgAA"
    "AAIAeAIAAAAGAHUAcgBsAgAAAAwAYgBsAG8AYgA6AHgCAAAACAB0AHkAcABlAgAAABQAdABlAHgAdAAvAHAAbABhAGkAbgIAAAAG"
    "AGUAbgBkBAAAAAEBAgAAAAwAdQBzAGUAcgBpAGQCAAAABgBiAG8AYgIAAAAKAGUAeAB0AHIAYQYAAQAAABwCAAAADAB1AHMAZQBy"
    "AGkAZAIAAAAGAGIAbwBiAgAAABgAcgBlAG0AbwB0AGUAVQBzAGUAcgBJAGQCAAAACgBhAGwAaQBjAGU=";
constexpr const char* kReady =
    "BgADAAAAdwIAAAAiAHIAZQBhAGQAeQBGAG8AcgBOAGUAeAB0AEMAaAB1AG4AawQAAAABAQIAAAAeAGMAdQByAHIAZQBuAHQAUABv"
    "AHMAaQB0AGkAbwBuAwAAAAg/8AAAAAAAAAIAAAAIAHUAdQBpAGQCAAAACAA0ADUAMwA2";
constexpr const char* kMissing =
    "BgADAAAAbQIAAAAYAGMAaAB1AG4AawBNAGkAcwBzAGkAbgBnBAAAAAEBAgAAAB4AYwB1AHIAcgBlAG4AdABQAG8AcwBpAHQAaQBv"
    "AG4DAAAACEAIAAAAAAAAAgAAAAgAdQB1AGkAZAIAAAAIADQANQAzADY=";

Bytes decoded(const char* base64) {
  gsize size = 0;
  struct Free {
    void operator()(guchar* data) const { g_free(data); }
  };
  const std::unique_ptr<guchar, Free> data(g_base64_decode(base64, &size));
  return {data.get(), data.get() + size};
}

template <typename T>
T parsed(const Bytes& bytes) {
  const auto message = parse_file_message(bytes);
  EXPECT_TRUE(message && std::holds_alternative<T>(*message));
  return message && std::holds_alternative<T>(*message) ? std::get<T>(*message) : T();
}

TEST(FileMessages, WhatABrowserSends) {
  const auto start = parsed<FileChunk>(decoded(kStart));
  EXPECT_TRUE(start.start && !start.end && start.data.empty());
  EXPECT_EQ(start.uuid, "4536");
  EXPECT_EQ(start.name, "grüße 😀.txt");
  EXPECT_EQ(start.type, "text/plain");
  EXPECT_EQ(start.size, 3U);
  EXPECT_EQ(start.max_chunks, 1U);
  const Bytes bytes = decoded(kData);
  const auto chunk = parsed<FileChunk>(bytes);
  EXPECT_EQ(chunk.position, 1U);
  EXPECT_EQ(Bytes(chunk.data.begin(), chunk.data.end()), (Bytes{1, 2, 255}));
  EXPECT_TRUE(parsed<FileChunk>(decoded(kEnd)).end);
  EXPECT_EQ(parsed<NextChunkRequest>(decoded(kReady)).position, 1U);
  EXPECT_EQ(parsed<ChunkMissing>(decoded(kMissing)).uuid, "4536");
}

TEST(FileMessages, WeWriteThemAsBrowsersDo) {
  EXPECT_EQ(to_bytes(NextChunkRequest{"4536", 1}), decoded(kReady));
  EXPECT_EQ(to_bytes(ChunkMissing{"4536", 3}), decoded(kMissing));
}

TEST(FileMessages, AChunkSurvives) {
  const Bytes data{0, 1, 2};
  const FileChunk chunk{
      .uuid = "u", .position = 7, .max_chunks = 9, .size = 400'000, .name = "ä😀", .type = "a/b", .data = data};
  const Bytes bytes = to_bytes(chunk, "me", "you");
  const auto again = parsed<FileChunk>(bytes);
  EXPECT_EQ(again.uuid, "u");
  EXPECT_EQ(again.position, 7U);
  EXPECT_EQ(again.max_chunks, 9U);
  EXPECT_EQ(again.size, 400'000U);
  EXPECT_EQ(again.name, "ä😀");
  EXPECT_EQ(again.type, "a/b");
  EXPECT_TRUE(std::ranges::equal(again.data, data));
  EXPECT_FALSE(again.start || again.end);
}

TEST(FileMessages, AnythingElseIsTheApplications) {
  EXPECT_FALSE(parse_file_message({}));
  EXPECT_FALSE(parse_file_message(Bytes{6}));
  EXPECT_FALSE(parse_file_message(Bytes{6, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(parse_file_message(Bytes(1000, 0xFF)));
  for (const char* whole : {kStart, kData, kEnd, kReady, kMissing}) {
    const Bytes bytes = decoded(whole);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(parse_file_message(std::span(bytes).first(size)));
    }
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(parse_file_message(longer));
  }
}

TEST(FileMessages, NamesArePlain) {
  EXPECT_EQ(plain_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(plain_file_name("C:\\secret\\a.txt"), "a.txt");
  EXPECT_EQ(plain_file_name("a\nb\x7f"), "ab");
  for (const char* nameless : {"", ".", "..", "a/", "/", "\n"}) {
    EXPECT_EQ(plain_file_name(nameless), "file");
  }
  std::string longest;
  while (longest.size() < 300) {
    longest += "😀";
  }
  EXPECT_EQ(plain_file_name(longest).size(), 252U);
}

TEST(FileMessages, MimeTypesArePlain) {
  EXPECT_EQ(plain_mime_type("text/plain;charset=utf-8"), "text/plain;charset=utf-8");
  for (const char* none : {"", "text", "a/\xff", "a/\n"}) {
    EXPECT_EQ(plain_mime_type(none), "application/octet-stream");
  }
}

}  // namespace
}  // namespace rtcmc::protocol
