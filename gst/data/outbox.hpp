// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "glib/ref.hpp"
#include "protocol/file_transfer.hpp"

namespace rtcmc {

/// What an application sends over the data channel. Made once, however many participants get it.
using TextFrames = std::shared_ptr<const std::vector<std::string>>;
using OutgoingData = std::variant<TextFrames, glib::Ref<GBytes>, std::shared_ptr<const protocol::SharedFile>>;

/// What waits for one participant's data channel to open, or to take more. Bounded.
///
/// Threads: any.
class Outbox {
 public:
  static constexpr std::size_t kMaxCount = 10'000;
  /// In bytes. A single one that is larger waits alone.
  static constexpr std::size_t kMaxSize = std::size_t{16} * 1024 * 1024;

  /// False if it is full.
  [[nodiscard]] bool push(OutgoingData data);
  [[nodiscard]] std::optional<OutgoingData> pop();

 private:
  std::mutex mutex_;
  std::deque<OutgoingData> waiting_;
  std::size_t size_ = 0;
};

}  // namespace rtcmc
