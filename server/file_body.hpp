// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "server/body.hpp"

namespace rtcmc::program {

/// Closed with its owner; negative: none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// A plain file, read as it is sent. The kernel keeps what many want, for all of them and with no need for a bound of
/// ours; of a file that is replaced meanwhile the old one is read on. Not mapped: reading what a file has lost since
/// would be SIGBUS.
class FileBody final : public server::Body {
 public:
  FileBody(FileDescriptor file, std::size_t size) : file_(std::move(file)), size_(size) {}

  [[nodiscard]] std::size_t size() const override { return size_; }
  [[nodiscard]] std::size_t read(std::size_t offset, std::span<char> into) const override;

 private:
  FileDescriptor file_;
  std::size_t size_;
};

}  // namespace rtcmc::program
