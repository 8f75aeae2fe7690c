// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What RTCMultiConnection's file sharing (FileBufferReader) says on a data channel: binary messages, each an object in
/// the library's own binary form. Pure. docs/protocol.md describes it.
namespace rtcmc::protocol {

/// A piece of a file. The first one (`start`) and the last one (`end`) carry no data.
struct FileChunk {
  std::string uuid;            // of the file
  std::uint32_t position = 0;  // 0 for the start, then 1, 2…
  std::uint32_t max_chunks = 0;
  std::uint64_t size = 0;  // of the file
  std::string name;        // a plain file name, never empty
  std::string type;        // a MIME type, never empty
  bool start = false;
  bool end = false;
  std::span<const std::uint8_t> data;  // borrowed
};

/// The receiver has the chunk at `position`.
struct NextChunkRequest {
  std::string uuid;
  std::uint32_t position = 0;
};

/// There is no such chunk: the transfer is over.
struct ChunkMissing {
  std::string uuid;
  std::uint32_t position = 0;
};

using FileMessage = std::variant<FileChunk, NextChunkRequest, ChunkMissing>;

/// Absent if `bytes` is something else: an application's own binary message.
[[nodiscard]] std::optional<FileMessage> parse_file_message(std::span<const std::uint8_t> bytes);

/// `sender` and `receiver`: userids, which browsers expect in a chunk.
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const FileChunk& chunk, std::string_view sender,
                                                 std::string_view receiver);
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const NextChunkRequest& request);
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const ChunkMissing& message);

/// Of whatever a stranger calls a file: what stands behind its last slash, without control characters, 1 to 255 bytes.
[[nodiscard]] std::string plain_file_name(std::string_view name);
/// "application/octet-stream" for what is no MIME type.
[[nodiscard]] std::string plain_mime_type(std::string_view type);

}  // namespace rtcmc::protocol
