// SPDX-License-Identifier: LGPL-2.1-or-later
#include "data/outbox.hpp"

#include <utility>

namespace rtcmc {

namespace {

struct SizeOf {
  std::size_t operator()(const TextFrames& frames) const {
    std::size_t size = 0;
    for (const std::string& frame : *frames) {
      size += frame.size();
    }
    return size;
  }
  std::size_t operator()(const glib::Ref<GBytes>& bytes) const { return g_bytes_get_size(bytes.get()); }
  std::size_t operator()(const std::shared_ptr<const protocol::SharedFile>& file) const { return file->data.size(); }
};

std::size_t size_of(const OutgoingData& data) {
  return std::visit(SizeOf(), data);
}

}  // namespace

bool Outbox::push(OutgoingData data) {
  const std::size_t size = size_of(data);
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty() && (waiting_.size() >= kMaxCount || size_ + size > kMaxSize)) {
    return false;
  }
  size_ += size;
  waiting_.push_back(std::move(data));
  return true;
}

std::optional<OutgoingData> Outbox::pop() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    return std::nullopt;
  }
  OutgoingData data = std::move(waiting_.front());
  waiting_.pop_front();
  size_ -= size_of(data);
  return data;
}

}  // namespace rtcmc
