// SPDX-License-Identifier: LGPL-2.1-or-later
// What the application does to a Room, and participants say of themselves, between the connections coming and going.
#include <algorithm>
#include <utility>

#include "log.hpp"
#include "session/room.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;
using protocol::StreamSync;

// With what Room::stop() adds, well under the second in which a state change has to be done.
constexpr auto kGoodbyeTimeout = 300ms;

StreamSync::Kind kind_of(const OutgoingTrack& outgoing) {
  return outgoing.track->kind() == rtp::Kind::Audio ? StreamSync::Kind::Audio : StreamSync::Kind::Video;
}

/// One message for a stream whose audio and video change together, so that browsers do not see two changes.
void add_mute(std::vector<StreamSync>& syncs, const OutgoingTrack& outgoing) {
  const auto action = outgoing.is_muted ? StreamSync::Action::Mute : StreamSync::Action::Unmute;
  for (StreamSync& sync : syncs) {
    if (sync.stream_id == outgoing.stream_id && sync.action == action) {
      sync.kind = sync.kind == kind_of(outgoing) ? sync.kind : StreamSync::Kind::Both;
      return;
    }
  }
  syncs.push_back({outgoing.stream_id, action, kind_of(outgoing)});
}

void add_navigation(std::vector<StreamSync>& syncs, const OutgoingTrack& outgoing) {
  const auto action = outgoing.takes_navigation ? StreamSync::Action::NavigationOn : StreamSync::Action::NavigationOff;
  syncs.push_back({outgoing.stream_id, action, kind_of(outgoing)});
}

}  // namespace

void Room::enter(room::RoomOptions options) {
  worker_->post([this, options = std::move(options)]() mutable {
    next_ = std::move(options);
    if (!client_ || left_) {
      enter_next();
    } else {
      depart(Farewell::Leave, [] {});
    }
  });
}

void Room::close(std::function<void()> done) {
  worker_->post([this, done = std::move(done)]() mutable {
    next_.reset();
    depart(Farewell::CloseRoom, std::move(done));
  });
}

void Room::enter_next() {
  if (!next_ || !departing_.empty()) {
    return;
  }
  settings_.options = *std::exchange(next_, std::nullopt);
  left_ = false;
  is_owner_ = false;
  failure_.reset();
  until_reported_.cancel();
  room::RoomClient::Listener& listener = *this;
  client_ = std::make_unique<room::RoomClient>(settings_.options, listener);
  client_->enter();
  if (tell([](Observer& observer) { observer.on_connecting(); })) {
    observer_.on_user_id("", std::string(client_->user_id()));
  }
}

void Room::depart(Farewell farewell, std::function<void()> done) {
  const std::vector<std::string> told = user_ids();
  end_connections();
  if (!client_ || (left_ && departing_.empty())) {
    done();
    return;
  }
  departing_.push_back(std::move(done));
  if (std::exchange(left_, true)) {
    return;
  }
  const auto is_out = [this] {
    for (const auto& call : std::exchange(departing_, {})) {
      if (!tell([&call](Observer&) { call(); })) {
        return;
      }
    }
    if (next_) {                                // absent while stop() waits for us, which has no worker_ any more
      worker_->post([this] { enter_next(); });  // the client that calls us goes there
    }
  };
  if (farewell == Farewell::CloseRoom) {
    client_->close_room(told, kGoodbyeTimeout, is_out);
  } else {
    client_->leave(told, kGoodbyeTimeout, is_out);
  }
}

void Room::add_track(OutgoingTrack track) {
  worker_->post([this, track = std::move(track)] { tracks_.push_back(track); });
}

void Room::remove_track(std::shared_ptr<send::Track> track) {
  worker_->post([this, track = std::move(track)] {
    const auto removed = std::ranges::find(tracks_, track, &OutgoingTrack::track);
    if (removed == tracks_.end()) {
      return;
    }
    const std::string stream_id = removed->stream_id;
    tracks_.erase(removed);
    const bool ends = std::ranges::find(tracks_, stream_id, &OutgoingTrack::stream_id) == tracks_.end();
    for (auto& [user_id, participant] : participants_) {
      participant.peer->remove_track(*track);
      if (ends) {  // browsers' library would not notice
        client_->send(user_id, protocol::StreamSync{stream_id, protocol::StreamSync::Action::Ended});
      }
    }
    serve_waiting();
  });
}

void Room::change_tracks(std::vector<TrackChange> changes) {
  worker_->post([this, changes = std::move(changes)] {
    std::vector<StreamSync> syncs;
    for (OutgoingTrack& outgoing : tracks_) {
      for (const TrackChange& change : changes) {
        if (outgoing.track != change.track) {
          continue;
        }
        if (std::exchange(outgoing.is_muted, change.is_muted) != change.is_muted) {
          add_mute(syncs, outgoing);
        }
        if (std::exchange(outgoing.takes_navigation, change.takes_navigation) != change.takes_navigation) {
          add_navigation(syncs, outgoing);
        }
      }
    }
    for (const auto& [user_id, participant] : participants_) {
      for (const StreamSync& sync : syncs) {
        client_->send(user_id, sync);
      }
    }
  });
}

void Room::tell_syncs(const std::string& user_id, const std::vector<OutgoingTrack>& tracks) {
  std::vector<StreamSync> syncs;
  for (const OutgoingTrack& outgoing : tracks) {
    if (outgoing.is_muted) {
      add_mute(syncs, outgoing);
    }
    if (outgoing.takes_navigation) {
      add_navigation(syncs, outgoing);
    }
  }
  for (const StreamSync& sync : syncs) {
    client_->send(user_id, sync);
  }
}

void Room::set_extra(glib::Ref<JsonObject> extra) {
  worker_->post([this, extra = std::move(extra)] {
    settings_.options.extra = extra;
    if (client_) {
      client_->set_extra(extra);
    }
  });
}

void Room::disconnect_with(std::string user_id) {
  worker_->post([this, user_id = std::move(user_id)] {
    // Somebody whom we do not know may be on its way to us.
    if (client_) {
      client_->disconnect_with(user_id);
      (void)forget(user_id);
    }
  });
}

void Room::find_presence(std::string room_id, std::function<void(const protocol::Presence&)> callback) {
  worker_->post([this, room_id = std::move(room_id), callback = std::move(callback)] {
    if (client_ && !left_) {
      client_->find_presence(room_id, callback);
    }
  });
}

void Room::find_public_rooms(std::string identifier,
                             std::function<void(const std::vector<protocol::PublicRoom>&)> callback) {
  worker_->post([this, identifier = std::move(identifier), callback = std::move(callback)] {
    if (client_ && !left_) {
      client_->find_public_rooms(identifier, callback);
    }
  });
}

void Room::set_password(std::string password, std::function<void(const std::optional<std::string>&)> callback) {
  worker_->post([this, password = std::move(password), callback = std::move(callback)] {
    if (client_ && !left_) {
      client_->set_password(password, callback);
    }
  });
}

void Room::handle(const std::string& sender, const protocol::StreamSync& sync) {
  if (!find(sender)) {
    drop(sender, "a change of a stream", "there is no connection with it");
  } else if (sync.action == StreamSync::Action::Mute || sync.action == StreamSync::Action::Unmute) {
    observer_.on_stream_muted(sender, sync);
  } else {
    GST_DEBUG_OBJECT(bin_, "what %s says of its stream %s is ignored", sender.c_str(), sync.stream_id.c_str());
  }
}

void Room::handle(const std::string& sender, const protocol::UserIdChanged& change) {
  if (sender != change.old_id && sender != change.new_id) {
    drop(sender, "a change of userid", "it is somebody else's");
    return;
  }
  if (!find(change.old_id) || find(change.new_id)) {
    drop(sender, "a change of userid", "the old one is unknown, or the new one taken");
    return;
  }
  auto participant = participants_.extract(change.old_id);
  participant.key() = change.new_id;
  participant.mapped().peer->rename(change.new_id);
  set_outbox(change.old_id, nullptr);
  set_outbox(change.new_id, participant.mapped().peer->outbox());
  const bool was_connected = participant.mapped().peer->connected();
  participants_.insert(std::move(participant));
  extras_[change.new_id] = extra_of(change.old_id);
  extras_.erase(change.old_id);
  if (was_connected) {
    observer_.on_participant_renamed(change.old_id, change.new_id);
  }
}

}  // namespace rtcmc
