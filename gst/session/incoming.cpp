// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/incoming.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc {

Incoming::Incoming(IncomingSettings settings, EventQueue& events, Poster post, std::function<void()> want_media)
    : settings_(settings), events_(events), post_(std::move(post)), want_media_(std::move(want_media)) {}

void Incoming::add(std::shared_ptr<receive::Slot> slot) {
  reception_.add(std::move(slot));
  want_media_();
}

void Incoming::remove(const receive::Slot& slot) {
  reception_.remove(slot);
  want_media_();
}

void Incoming::select(const std::vector<std::string>& ids, guint32 seqnum) {
  if (std::exchange(selection_, seqnum) == seqnum) {
    return;  // it comes on every pad
  }
  reception_.select(ids);
  auto all = reception_.publish();
  events_.push(event::StreamsChanged{all});
  events_.push(event::StreamsSelected{all, reception_.in_slots(), seqnum});
}

WantedMedia Incoming::wanted_from(const std::string& user_id) const {
  const auto wants = [&](rtp::Kind kind) { return settings_.auto_receive || reception_.wants(user_id, kind); };
  return {.audio = wants(rtp::Kind::Audio), .video = wants(rtp::Kind::Video)};
}

void Incoming::stream_added(const std::shared_ptr<receive::RemoteStream>& stream) {
  reception_.add(stream);
  want_media_();
  publish();
  events_.push(event::StreamAdded{stream->user_id, stream->stream_id, stream->kind});
}

void Incoming::stream_removed(const std::shared_ptr<receive::RemoteStream>& stream) {
  release(stream);
  want_media_();
  publish();
  events_.push(event::StreamRemoved{stream->user_id, stream->stream_id, stream->kind});
}

void Incoming::release(const std::shared_ptr<receive::RemoteStream>& stream) {
  std::erase(waiting_, stream);
  const auto slot = reception_.slot_of(*stream);
  reception_.remove(stream);
  if (slot && !settings_.keeps_pads && std::erase(exposed_, slot) > 0) {
    reception_.remove(*slot);
    events_.push(event::SlotUnwanted{slot});
  }
}

void Incoming::publish() {
  if (settings_.auto_receive) {
    events_.push(event::StreamsChanged{reception_.publish()});
  }
}

bool Incoming::needs_slot(const receive::RemoteStream& stream) const {
  if (!settings_.auto_receive) {
    return false;
  }
  if (!settings_.keeps_pads) {
    return std::ranges::none_of(waiting_, [&stream](const auto& waiting) { return waiting.get() == &stream; });
  }
  return !reception_.has_slot_for(stream.kind) &&
         std::ranges::find(waiting_, stream.kind, [](const auto& waiting) { return waiting->kind; }) == waiting_.end();
}

void Incoming::media_changed(const std::shared_ptr<receive::RemoteStream>& stream) {
  if (reception_.slot_of(*stream)) {
    reception_.media_changed(*stream);
  } else if (needs_slot(*stream)) {
    waiting_.push_back(stream);
    events_.push(event::SlotWanted{stream->user_id, stream->stream_id, stream->kind,
                                   [this, post = post_, stream](std::shared_ptr<receive::Slot> slot) {
                                     post([this, stream, slot = std::move(slot)] { take_slot(stream, slot); });
                                   }});
  }
}

void Incoming::take_slot(const std::shared_ptr<receive::RemoteStream>& stream, std::shared_ptr<receive::Slot> slot) {
  const bool is_there = std::erase(waiting_, stream) > 0;
  if (is_there && !reception_.slot_of(*stream)) {
    exposed_.push_back(slot);
    reception_.add(std::move(slot), stream);
  } else if (settings_.keeps_pads) {
    exposed_.push_back(slot);
    reception_.add(std::move(slot));
  } else {
    events_.push(event::SlotUnwanted{std::move(slot)});
  }
}

}  // namespace rtcmc
