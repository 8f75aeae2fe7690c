// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>

#include "link.hpp"

namespace rtcmc::net {

/// A file descriptor with one owner.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// A network interface whose frames go through this program. It is there as long as this is.
class Tap {
 public:
  /// The calling thread is in the namespace of that name afterwards. Throws std::system_error.
  Tap(const std::string& network_namespace, const std::string& interface);

  [[nodiscard]] int fd() const { return descriptor_.get(); }
  /// What the namespace sends; absent if there is nothing now.
  [[nodiscard]] std::optional<Frame> read() const;
  /// Nowhere while the interface is down.
  void write(const Frame& frame) const;

 private:
  Descriptor descriptor_;
};

}  // namespace rtcmc::net
