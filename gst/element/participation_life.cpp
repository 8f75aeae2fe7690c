// SPDX-License-Identifier: LGPL-2.1-or-later
// What an application asks of a Participation while it runs, and what participants say of themselves.
#include <algorithm>
#include <utility>

#include "element/enums.hpp"
#include "element/participation.hpp"
#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

const char* name_of(protocol::StreamSync::Kind kind) {
  using Kind = protocol::StreamSync::Kind;
  return kind == Kind::Both ? "both" : kind == Kind::Audio ? "audio" : "video";
}

/// As `extra` in signals: never absent.
void set_extra_of(GstStructure* structure, const glib::Ref<JsonObject>& extra) {
  gst_structure_set(structure, "extra", GST_TYPE_STRUCTURE, structure_from_json("extra", extra.get()).get(), nullptr);
}

StructurePtr structure_of(const std::string& room_id, const protocol::Presence& presence) {
  StructurePtr structure(gst_structure_new(
      "rtcmc-presence", "room-id", G_TYPE_STRING, room_id.c_str(), "exists", G_TYPE_BOOLEAN,
      static_cast<gboolean>(presence.exists), "full", G_TYPE_BOOLEAN, static_cast<gboolean>(presence.is_full),
      "password-protected", G_TYPE_BOOLEAN, static_cast<gboolean>(presence.is_password_protected), nullptr));
  set_extra_of(structure.get(), presence.extra);
  return structure;
}

StructurePtr structure_of(const protocol::PublicRoom& room) {
  StructurePtr structure(gst_structure_new(
      "room", "room-id", G_TYPE_STRING, room.room_id.c_str(), "owner", G_TYPE_STRING, room.owner.c_str(), "session",
      session_type(), session_flags(room.session), "max-participants", G_TYPE_UINT, room.max_participants, "full",
      G_TYPE_BOOLEAN, static_cast<gboolean>(room.is_full), "password-protected", G_TYPE_BOOLEAN,
      static_cast<gboolean>(room.is_password_protected), nullptr));
  set_extra_of(structure.get(), room.extra);
  set_list(structure.get(), "participants", room.participants, [](const std::string& user_id) { return user_id; });
  return structure;
}

StructurePtr structure_of(const std::vector<protocol::PublicRoom>& rooms) {
  StructurePtr structure(gst_structure_new_empty("rtcmc-public-rooms"));
  set_list(structure.get(), "rooms", rooms, [](const protocol::PublicRoom& room) { return structure_of(room); });
  return structure;
}

}  // namespace

void Participation::open_or_join(const char* room_id) {
  const bool is_new = room_id && with_settings([room_id](Settings& settings) {
                        return std::exchange(settings.room.room_id, room_id) != room_id;
                      });
  if (is_new) {
    g_object_notify(G_OBJECT(bin_), "room-id");
  }
  if (!check_settings()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (!room_) {
    GST_INFO_OBJECT(bin_, "enters the room %s when it is started", settings_.room.room_id.c_str());
    return;
  }
  room::RoomOptions options = room_settings().options;
  options.user_id = user_id_.empty() ? options.user_id : user_id_;
  room_->enter(std::move(options));
}

void Participation::leave() {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->leave([this] { left(); });
  }
}

void Participation::close_room() {
  const std::lock_guard lock(mutex_);
  if (!is_initiator_) {
    GST_WARNING_OBJECT(bin_, "does not close the room, which is not ours");
  } else if (room_) {
    room_->close([this] { left(); });
  }
}

void Participation::left() {
  bool was_joining = false;
  bool was_owner = false;
  {
    const std::lock_guard lock(mutex_);
    was_joining = std::exchange(joining_, false);
    was_owner = std::exchange(is_initiator_, false);
  }
  if (was_owner) {
    g_object_notify(G_OBJECT(bin_), "is-initiator");
  }
  forget_participants();
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_CANCELED, "Gave up joining the room");
  }
  set_state(State::Left);
}

void Participation::forget_participants() {
  navigator_.forget_all();
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    gone.swap(participants_);
  }
  if (!gone.empty()) {
    g_object_notify(G_OBJECT(bin_), "participants");
  }
  for (const std::string& user_id : gone) {
    announcer_.participant_left(user_id);
  }
}

void Participation::disconnect_with(std::string user_id) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->disconnect_with(std::move(user_id));
  }
}

void Participation::set_extra(glib::Ref<JsonObject> extra) {
  const std::lock_guard lock(mutex_);
  settings_.room.extra = extra;
  if (room_) {
    room_->set_extra(std::move(extra));
  }
}

void Participation::set_password(std::string password) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->set_password(password, [this, password](const std::optional<std::string>& objection) {
      if (!objection) {
        with_settings([&password](Settings& settings) { settings.room.password = password; });
        g_object_notify(G_OBJECT(bin_), "password");
      } else {
        announcer_.warning(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
                           "The server does not set the room's password: " + *objection + ".",
                           "only the room's owner may");
      }
    });
  }
}

void Participation::mute(std::optional<rtp::Kind> kind, bool muted) {
  std::vector<glib::Ref<GObject>> changed;
  {
    const std::lock_guard lock(mutex_);
    for (const Input& input : inputs_) {
      if ((!kind || input.kind == *kind) && rtcmc::set_muted(input.pad, muted)) {
        changed.push_back(glib::Ref<GObject>::share(G_OBJECT(input.pad)));
      }
    }
  }
  apply_pad_settings();
  for (const auto& pad : changed) {
    g_object_notify(pad.get(), "muted");
  }
}

OutgoingTrack Participation::outgoing(Input& input) {
  input.stream_id = settings_of(input.pad).stream_id;
  return {input.track, input.stream_id, settings_of(input.pad).is_screen, input.is_muted, input.takes_navigation};
}

void Participation::apply_pad_settings() {
  const std::lock_guard serial(pad_settings_mutex_);
  std::vector<Room::TrackChange> changes;
  std::vector<glib::Ref<GstPad>> released;
  {
    const std::lock_guard lock(mutex_);
    for (Input& input : inputs_) {
      const SinkPadSettings settings = settings_of(input.pad);
      const bool takes_navigation = settings.takes_navigation && input.kind == rtp::Kind::Video;
      const bool is_mute_news = std::exchange(input.is_muted, settings.is_muted) != settings.is_muted;
      const bool is_navigation_news = std::exchange(input.takes_navigation, takes_navigation) != takes_navigation;
      if (is_navigation_news && !takes_navigation) {
        released.push_back(glib::Ref<GstPad>::share(GST_PAD(input.pad)));
      }
      if ((is_mute_news || is_navigation_news) && input.track) {
        changes.push_back({input.track, settings.is_muted, takes_navigation});
      }
    }
  }
  for (const auto& pad : released) {
    navigator_.release(pad.get());
  }
  for (const auto& change : changes) {
    change.track->set_muted(change.is_muted);
  }
  const std::lock_guard lock(mutex_);
  if (room_ && !changes.empty()) {
    room_->change_tracks(std::move(changes));
  }
}

glib::Ref<GstPad> Participation::navigable_pad(const std::string& stream_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      inputs_, [&stream_id](const Input& input) { return input.takes_navigation && input.stream_id == stream_id; });
  return found == inputs_.end() ? nullptr : glib::Ref<GstPad>::share(GST_PAD(found->pad));
}

void Participation::check_presence(const std::string& room_id, std::shared_ptr<PromiseReply> reply) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->find_presence(room_id, [room_id, reply = std::move(reply)](const protocol::Presence& presence) {
      reply->answer(structure_of(room_id, presence));
    });
  }
}

void Participation::get_public_rooms(std::string identifier, std::shared_ptr<PromiseReply> reply) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->find_public_rooms(std::move(identifier),
                             [reply = std::move(reply)](const std::vector<protocol::PublicRoom>& rooms) {
                               reply->answer(structure_of(rooms));
                             });
  }
}

void Participation::on_participant_renamed(const std::string& old_id, const std::string& new_id) {
  {
    const std::lock_guard lock(mutex_);
    std::ranges::replace(participants_, old_id, new_id);
  }
  navigator_.rename(old_id, new_id);
  g_object_notify(G_OBJECT(bin_), "participants");
  announcer_.user_id_changed(old_id, new_id);
}

void Participation::on_stream_muted(const std::string& user_id, const protocol::StreamSync& sync) {
  announcer_.mute_changed(user_id, sync.stream_id, name_of(sync.kind),
                          sync.action == protocol::StreamSync::Action::Mute);
}

}  // namespace rtcmc
