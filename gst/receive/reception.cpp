// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/reception.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::receive {

void Reception::add(std::shared_ptr<Slot> slot) {
  slot->open();
  slots_.push_back(std::move(slot));
  assign();
}

void Reception::remove(const Slot& slot) {
  std::erase_if(slots_, [&slot](const auto& known) { return known.get() == &slot; });
  assign();
}

void Reception::add(const std::shared_ptr<RemoteStream>& stream) {
  streams_.push_back(stream);
  assign();
}

void Reception::remove(const std::shared_ptr<RemoteStream>& stream) {
  std::erase(streams_, stream);
  if (const auto slot = slot_of(*stream)) {
    slot->unbind();
  }
  assign();
}

void Reception::add(std::shared_ptr<Slot> slot, const std::shared_ptr<RemoteStream>& stream) {
  slot->bind(stream);
  slots_.push_back(std::move(slot));
}

std::shared_ptr<Slot> Reception::slot_of(const RemoteStream& stream) const {
  const auto found =
      std::ranges::find_if(slots_, [&stream](const auto& slot) { return slot->stream().get() == &stream; });
  return found == slots_.end() ? nullptr : *found;
}

void Reception::media_changed(const RemoteStream& stream) {
  if (const auto slot = slot_of(stream)) {
    slot->media_changed();
  }
}

bool Reception::wants(const std::string& user_id, rtp::Kind kind) const {
  return std::ranges::any_of(slots_,
                             [&](const auto& slot) { return slot->kind() == kind && slot->takes_streams_of(user_id); });
}

void Reception::assign() {
  for (const auto& slot : slots_) {
    const auto next =
        std::ranges::find_if(streams_, [&](const auto& stream) { return slot->takes(*stream) && !slot_of(*stream); });
    if (next != streams_.end()) {
      slot->bind(*next);
    }
  }
}

}  // namespace rtcmc::receive
