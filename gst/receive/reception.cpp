// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/reception.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::receive {

void Reception::add(std::shared_ptr<Slot> slot) {
  slot->open();
  slot->set_collection(collection_);
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
  slot->set_collection(collection_);
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
    std::ranges::for_each(slots_, &Slot::tell_others_flow);
  }
}

bool Reception::has_slot_for(rtp::Kind kind) const {
  return std::ranges::any_of(slots_, [kind](const auto& slot) { return slot->kind() == kind; });
}

void Reception::select(const std::vector<std::string>& ids) {
  const auto is_selected = [&ids](const auto& stream) {
    return std::ranges::find(ids, gst_stream_get_stream_id(stream->description.get())) != ids.end();
  };
  for (const auto& slot : slots_) {
    if (slot->stream() && is_selected(slot->stream())) {
      continue;
    }
    const auto next = std::ranges::find_if(streams_, [&](const auto& stream) {
      return stream->kind == slot->kind() && is_selected(stream) && !slot_of(*stream);
    });
    if (next == streams_.end()) {
      continue;
    }
    if (slot->stream()) {
      slot->unbind();
    }
    slot->bind(*next);
  }
}

std::vector<glib::Ref<GstStream>> Reception::in_slots() const {
  std::vector<glib::Ref<GstStream>> result;
  for (const auto& slot : slots_) {
    if (slot->latest()) {
      result.push_back(slot->latest());
    }
  }
  return result;
}

glib::Ref<GstStreamCollection> Reception::publish() {
  collection_ = glib::Ref<GstStreamCollection>::adopt(gst_stream_collection_new("rtcmc"));
  const auto list = [this](glib::Ref<GstStream> stream) {
    gst_stream_collection_add_stream(collection_.get(), stream.release());
  };
  for (const auto& stream : streams_) {
    list(stream->description);
  }
  for (const auto& slot : slots_) {
    if (!slot->stream() && slot->latest()) {
      list(slot->latest());
    }
    slot->set_collection(collection_);
  }
  return collection_;
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
