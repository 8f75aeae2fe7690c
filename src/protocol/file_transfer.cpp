// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/file_transfer.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace rtcmc::protocol {

namespace {

std::uint32_t chunk_count(std::uint64_t size) {
  return static_cast<std::uint32_t>((size + FileSender::kChunkSize - 1) / FileSender::kChunkSize);
}

FileChunk chunk_at(const SharedFile& file, std::uint32_t position) {
  FileChunk chunk{.uuid = file.uuid,
                  .position = position,
                  .max_chunks = chunk_count(file.info.size),
                  .size = file.info.size,
                  .name = file.info.name,
                  .type = file.info.type,
                  .start = position == 0,
                  .end = position > chunk_count(file.info.size),
                  .data = {}};
  if (!chunk.start && !chunk.end) {
    const std::span<const std::uint8_t> rest = std::span(file.data).subspan((position - 1) * FileSender::kChunkSize);
    chunk.data = rest.first(std::min(rest.size(), FileSender::kChunkSize));
  }
  return chunk;
}

}  // namespace

std::variant<FileReceiver::Progress, FileReceiver::Received, FileReceiver::Fault> FileReceiver::receive(
    const FileChunk& chunk, FileTime now) {
  if (chunk.start) {
    return begin(chunk, now);
  }
  const auto found = unfinished_.find(chunk.uuid);
  if (found == unfinished_.end()) {
    return "its beginning was not taken";
  }
  File& file = found->second;
  const bool fits = chunk.position == file.position + 1 && chunk.data.size() <= file.info.size - file.data.size();
  if (!fits || (chunk.end && file.data.size() != file.info.size)) {
    std::string name = std::move(file.info.name);
    unfinished_.erase(found);
    return "chunk " + std::to_string(chunk.position) + " does not fit into " + name + ", which is given up";
  }
  if (chunk.end) {
    Received received{std::move(file.info), std::move(file.data)};
    unfinished_.erase(found);
    return received;
  }
  file.data.insert(file.data.end(), chunk.data.begin(), chunk.data.end());
  file.position = chunk.position;
  file.since = now;
  return Progress{file.info, file.data.size()};
}

std::variant<FileReceiver::Progress, FileReceiver::Received, FileReceiver::Fault> FileReceiver::begin(
    const FileChunk& chunk, FileTime now) {
  forget(chunk.uuid);
  if (auto fault = make_room(chunk.size, now)) {
    return "there is no room for " + chunk.name + ", " + std::to_string(chunk.size) + " bytes: " + *fault;
  }
  const File& file = unfinished_[chunk.uuid] = {{chunk.name, chunk.type, chunk.size}, 0, {}, now};
  return Progress{file.info, 0};
}

std::optional<FileReceiver::Fault> FileReceiver::make_room(std::uint64_t size, FileTime now) {
  if (size > kMaxFileSize) {
    return "a file may have " + std::to_string(kMaxFileSize);
  }
  const auto has_room = [&] {
    std::uint64_t total = size;
    for (const auto& [uuid, file] : unfinished_) {
      total += file.info.size;
    }
    return total <= kMaxFileSize && unfinished_.size() < kMaxFiles;
  };
  if (!has_room()) {
    std::erase_if(unfinished_, [now](const auto& entry) { return now - entry.second.since >= kMaxRest; });
  }
  return has_room() ? std::nullopt : std::optional<Fault>("others are on their way");
}

std::optional<FileSender::Next> FileSender::add(std::shared_ptr<const SharedFile> file, FileTime now) {
  if (files_.size() >= kMaxFiles) {
    std::erase_if(files_, [now](const auto& entry) { return now - entry.second.since >= kMaxRest; });
  }
  if (files_.size() >= kMaxFiles) {
    return std::nullopt;
  }
  Next first{chunk_at(*file, 0), file, 0};
  std::string uuid = file->uuid;
  files_[std::move(uuid)] = {std::move(file), 0, now};
  return first;
}

std::optional<FileSender::Next> FileSender::next(const NextChunkRequest& request, FileTime now) {
  const auto found = files_.find(request.uuid);
  if (found == files_.end() || found->second.position != request.position) {
    return std::nullopt;
  }
  const std::shared_ptr<const SharedFile> file = found->second.file;
  const std::uint32_t position = ++found->second.position;
  found->second.since = now;
  Next next{chunk_at(*file, position), file,
            std::min<std::uint64_t>(file->info.size, std::uint64_t{request.position} * kChunkSize)};
  if (next.chunk.end) {
    files_.erase(found);
  }
  return next;
}

}  // namespace rtcmc::protocol
