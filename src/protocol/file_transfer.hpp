// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/file_messages.hpp"

/// Files on their way to and from one participant: each chunk is sent when the one before has been received. Pure.
namespace rtcmc::protocol {

/// The largest file that is received or sent.
inline constexpr std::uint64_t kMaxFileSize = 100'000'000;
/// How many files may be on their way to or from one participant.
inline constexpr std::size_t kMaxFiles = 8;
/// A file that nothing came of for so long makes way for another one.
inline constexpr std::chrono::seconds kMaxRest{20};
using FileTime = std::chrono::steady_clock::time_point;

struct FileInfo {
  std::string name;
  std::string type;
  std::uint64_t size = 0;
};

/// Takes the files of one participant. All that are unfinished take up no more than kMaxFileSize together.
class FileReceiver {
 public:
  struct Progress {
    FileInfo file;
    std::uint64_t received = 0;  // bytes
  };
  struct Received {
    FileInfo file;
    std::vector<std::uint8_t> data;
  };
  /// What is wrong, in words for a log.
  using Fault = std::string;

  /// After Progress the sender is to be told that the chunk is here.
  [[nodiscard]] std::variant<Progress, Received, Fault> receive(const FileChunk& chunk, FileTime now);
  /// The sender has given up.
  void forget(const std::string& uuid) { unfinished_.erase(uuid); }

 private:
  struct File {
    FileInfo info;
    std::uint32_t position = 0;  // of the latest chunk
    std::vector<std::uint8_t> data;
    FileTime since;
  };

  [[nodiscard]] std::variant<Progress, Received, Fault> begin(const FileChunk& chunk, FileTime now);
  /// Absent if there is room for so much more.
  [[nodiscard]] std::optional<Fault> make_room(std::uint64_t size, FileTime now);

  std::map<std::string, File> unfinished_;
};

/// A file that is sent, to one participant or several.
struct SharedFile {
  std::string uuid;
  FileInfo info;
  std::vector<std::uint8_t> data;
};

/// Sends files to one participant.
class FileSender {
 public:
  static constexpr std::size_t kChunkSize = 40'000;  // as in the library

  struct Next {
    FileChunk chunk;  // borrows from the file, which it holds
    std::shared_ptr<const SharedFile> file;
    std::uint64_t received = 0;  // bytes that the other side has
  };

  /// The chunk to begin with; absent if too many files are on their way.
  [[nodiscard]] std::optional<Next> add(std::shared_ptr<const SharedFile> file, FileTime now);
  /// Absent if that is not what comes next. The last chunk is not confirmed.
  [[nodiscard]] std::optional<Next> next(const NextChunkRequest& request, FileTime now);
  void forget(const std::string& uuid) { files_.erase(uuid); }

  [[nodiscard]] bool empty() const { return files_.empty(); }

 private:
  struct File {
    std::shared_ptr<const SharedFile> file;
    std::uint32_t position = 0;  // of the latest chunk
    FileTime since;
  };

  std::map<std::string, File> files_;
};

}  // namespace rtcmc::protocol
