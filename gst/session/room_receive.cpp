// SPDX-License-Identifier: LGPL-2.1-or-later
// What a Room receives: participants' streams and the slots that they go to.
#include <utility>

#include "session/room.hpp"

namespace rtcmc {

void Room::add_slot(std::shared_ptr<receive::Slot> slot) {
  worker_->post([this, slot = std::move(slot)] {
    reception_.add(slot);
    want_media();
  });
}

void Room::remove_slot(std::shared_ptr<receive::Slot> slot) {
  worker_->post([this, slot = std::move(slot)] {
    reception_.remove(*slot);
    want_media();
  });
}

void Room::select_streams(std::vector<std::string> ids, guint32 seqnum) {
  worker_->post([this, ids = std::move(ids), seqnum] {
    if (std::exchange(selection_, seqnum) == seqnum) {
      return;  // it comes on every pad
    }
    reception_.select(ids);
    const auto all = reception_.publish();
    if (tell([&all](Observer& observer) { observer.on_streams_changed(all); })) {
      observer_.on_streams_selected(all, reception_.in_slots(), seqnum);
    }
  });
}

WantedMedia Room::wanted_from(const std::string& user_id) const {
  const auto wants = [&](rtp::Kind kind) { return settings_.auto_receive || reception_.wants(user_id, kind); };
  return {.audio = wants(rtp::Kind::Audio), .video = wants(rtp::Kind::Video)};
}

void Room::want_media() {
  // Later, since a participant may be on its way out when this is called.
  if (!std::exchange(wanting_, true)) {
    worker_->post([this] {
      wanting_ = false;
      for (const std::string& user_id : user_ids()) {
        if (Peer* peer = find(user_id)) {
          peer->receive(wanted_from(user_id));
        }
      }
    });
  }
}

void Room::on_stream_added(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  reception_.add(stream);
  want_media();
  if (publish_streams()) {
    observer_.on_stream_added(*stream);
  }
}

void Room::release(const std::shared_ptr<receive::RemoteStream>& stream) {
  const auto slot = reception_.slot_of(*stream);
  reception_.remove(stream);
  if (slot && settings_.auto_receive && !settings_.keeps_pads && observer_.withdraw(*slot)) {
    reception_.remove(*slot);
  }
}

void Room::on_stream_removed(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  release(stream);
  want_media();
  if (publish_streams()) {
    observer_.on_stream_removed(*stream);
  }
}

void Room::on_media(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  if (reception_.slot_of(*stream)) {
    reception_.media_changed(*stream);
  } else if (settings_.auto_receive && !(settings_.keeps_pads && reception_.has_slot_for(stream->kind))) {
    reception_.add(observer_.expose(*stream), stream);
  }
}

bool Room::publish_streams() {
  return !settings_.auto_receive ||
         tell([this](Observer& observer) { observer.on_streams_changed(reception_.publish()); });
}

}  // namespace rtcmc
