// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/file_transfer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <variant>
#include <vector>

namespace rtcmc::protocol {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::shared_ptr<const SharedFile> make_file(std::size_t size, const std::string& uuid = "u") {
  Bytes data(size);
  for (std::size_t i = 0; i < size; ++i) {
    data[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  }
  return std::make_shared<SharedFile>(SharedFile{uuid, {"a.bin", "a/b", size}, std::move(data)});
}

FileChunk start_of(const std::string& uuid, std::uint64_t size) {
  return {.uuid = uuid, .max_chunks = 1, .size = size, .name = "f", .type = "a/b", .start = true, .data = {}};
}

bool is_refused(FileReceiver& receiver, const FileChunk& chunk, FileTime now = {}) {
  return std::holds_alternative<FileReceiver::Fault>(receiver.receive(chunk, now));
}

void expect_survives(std::size_t size) {
  const auto file = make_file(size);
  FileSender sender;
  FileReceiver receiver;
  auto next = sender.add(file, {});
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->chunk.start);
  for (;;) {
    const auto result = receiver.receive(next->chunk, {});
    if (const auto* received = std::get_if<FileReceiver::Received>(&result)) {
      EXPECT_EQ(received->data, file->data);
      EXPECT_EQ(received->file.name, "a.bin");
      break;
    }
    ASSERT_TRUE(std::holds_alternative<FileReceiver::Progress>(result));
    EXPECT_EQ(std::get<FileReceiver::Progress>(result).file.size, size);
    next = sender.next({"u", next->chunk.position}, {});
    ASSERT_TRUE(next);
    EXPECT_EQ(next->received, std::get<FileReceiver::Progress>(result).received);
  }
  EXPECT_TRUE(sender.empty());
}

TEST(FileTransfer, AFileSurvives) {
  expect_survives(0);
  expect_survives(1);
  expect_survives(FileSender::kChunkSize);
  expect_survives(3 * FileSender::kChunkSize);
  expect_survives(3 * FileSender::kChunkSize + 1);
}

TEST(FileTransfer, OnlyTheChunkThatComesNextIsSent) {
  FileSender sender;
  ASSERT_TRUE(sender.add(make_file(100'000), {}));
  EXPECT_FALSE(sender.next({"u", 1}, {}));
  EXPECT_FALSE(sender.next({"other", 0}, {}));
  EXPECT_TRUE(sender.next({"u", 0}, {}));
  EXPECT_FALSE(sender.next({"u", 0}, {}));
}

TEST(FileTransfer, WhatDoesNotFitEndsTheFile) {
  const Bytes data(10);
  FileReceiver receiver;
  const auto begin = [&] { ASSERT_FALSE(is_refused(receiver, start_of("u", 15))); };
  FileChunk chunk{.uuid = "u", .position = 1, .name = "f", .type = "a/b", .data = data};

  EXPECT_TRUE(is_refused(receiver, chunk)) << "without a beginning";
  begin();
  chunk.position = 2;
  EXPECT_TRUE(is_refused(receiver, chunk)) << "with a gap";
  chunk.position = 1;
  EXPECT_TRUE(is_refused(receiver, chunk)) << "the file is forgotten";
  begin();
  EXPECT_FALSE(is_refused(receiver, chunk));
  chunk.position = 2;
  EXPECT_TRUE(is_refused(receiver, chunk)) << "larger than announced";
  begin();
  chunk = {.uuid = "u", .position = 1, .name = "f", .type = "a/b", .end = true, .data = {}};
  EXPECT_TRUE(is_refused(receiver, chunk)) << "smaller than announced";
}

TEST(FileTransfer, FilesAreBoundedInSizeAndNumber) {
  FileReceiver receiver;
  EXPECT_TRUE(is_refused(receiver, start_of("large", kMaxFileSize + 1)));
  EXPECT_FALSE(is_refused(receiver, start_of("a", kMaxFileSize)));
  EXPECT_TRUE(is_refused(receiver, start_of("b", 1)));
  receiver.forget("a");
  for (std::size_t i = 0; i < kMaxFiles; ++i) {
    EXPECT_FALSE(is_refused(receiver, start_of(std::to_string(i), 1)));
  }
  EXPECT_TRUE(is_refused(receiver, start_of("b", 1)));
  EXPECT_FALSE(is_refused(receiver, start_of("b", 1), FileTime() + kMaxRest)) << "who rests makes way";

  FileSender sender;
  for (std::size_t i = 0; i < kMaxFiles; ++i) {
    EXPECT_TRUE(sender.add(make_file(1, std::to_string(i)), {}));
  }
  EXPECT_FALSE(sender.add(make_file(1, "one more"), {}));
  EXPECT_TRUE(sender.add(make_file(1, "one more"), FileTime() + kMaxRest)) << "who rests makes way";
}

}  // namespace
}  // namespace rtcmc::protocol
