// SPDX-License-Identifier: LGPL-2.1-or-later
#include "participation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

struct Requirement {
  const char* element;
  const char* package;
};
constexpr std::array<Requirement, 6> kRequirements{{
    {"webrtcbin", "gstreamer1.0-plugins-bad"},
    {"dtlssrtpenc", "gstreamer1.0-plugins-bad"},
    {"srtpenc", "gstreamer1.0-plugins-bad"},
    {"nicesink", "gstreamer1.0-nice"},
    {"rtpbin", "gstreamer1.0-plugins-good"},
    {"rtpopuspay", "gstreamer1.0-plugins-good"},
}};

std::string random_stream_id() {
  const glib::String uuid(g_uuid_string_random());
  return std::string(uuid.get()).substr(0, 23);
}

OutgoingTrack outgoing(RtcmcSinkPad* pad, std::shared_ptr<send::Track> track) {
  SinkPadSettings settings = settings_of(pad);
  return {std::move(track), std::move(settings.stream_id), settings.is_screen};
}

std::string in_seconds(std::chrono::milliseconds time) {
  return std::to_string((time.count() + 500) / 1000) + " s";
}

}  // namespace

Participation::Participation(GstBin* bin)
    : bin_(bin), announcer_(GST_ELEMENT(bin)), stream_id_base_(random_stream_id()) {
  for (const rtp::CodecInfo& info : rtp::kCodecs) {
    (info.kind == rtp::Kind::Video ? settings_.video_codecs : settings_.audio_codecs).push_back(info.codec);
  }
}

Participation::~Participation() {
  stop();
}

void Participation::add_input(RtcmcSinkPad* pad, rtp::Kind kind, unsigned number) {
  if (settings_of(pad).stream_id.empty()) {
    g_object_set(pad, "stream-id", (stream_id_base_ + "-" + std::to_string(number)).c_str(), nullptr);
  }
  Input input{pad, kind, nullptr};
  if (with_settings([this](const Settings&) { return has_tracks_; })) {
    input.track = make_track_for(input);
  }
  const std::lock_guard lock(mutex_);
  if (room_ && input.track) {
    room_->add_track(outgoing(pad, input.track));
  }
  inputs_.push_back(std::move(input));
}

void Participation::remove_input(RtcmcSinkPad* pad) {
  std::shared_ptr<send::Track> track;  // released after the lock
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(inputs_, pad, &Input::pad);
  if (found == inputs_.end()) {
    return;
  }
  track = std::move(found->track);
  inputs_.erase(found);
  if (room_ && track) {
    room_->remove_track(track);
  }
}

std::shared_ptr<send::Track> Participation::make_track_for(const Input& input) {
  send::TrackSettings settings = with_settings([&input](const Settings& all) {
    return input.kind == rtp::Kind::Video ? send::TrackSettings{input.kind, all.video_codecs, all.video_bitrate}
                                          : send::TrackSettings{input.kind, all.audio_codecs, all.audio_bitrate};
  });
  std::shared_ptr<send::Track> track = send::make_track(bin_, std::move(settings), *this);
  gst_ghost_pad_set_target(GST_GHOST_PAD(input.pad), track->sink_pad());
  return track;
}

void Participation::make_tracks() {
  std::vector<Input> inputs = with_settings([this](const Settings&) {
    has_tracks_ = true;
    return inputs_;
  });
  for (Input& input : inputs) {
    input.track = make_track_for(input);
    input.ended = false;
  }
  const std::lock_guard lock(mutex_);
  inputs_ = std::move(inputs);
}

void Participation::drop_tracks() {
  std::vector<std::shared_ptr<send::Track>> tracks;  // released after the lock
  const std::lock_guard lock(mutex_);
  has_tracks_ = false;
  for (Input& input : inputs_) {
    gst_ghost_pad_set_target(GST_GHOST_PAD(input.pad), nullptr);
    tracks.push_back(std::move(input.track));
  }
}

bool Participation::check_plugins() const {
  for (const auto& [element, package] : kRequirements) {
    const auto factory = glib::Ref<GstElementFactory>::adopt(gst_element_factory_find(element));
    if (!factory) {
      announcer_.error(GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                       std::string("The GStreamer element ") + element +
                           " is missing. On Debian, install the package " + package + ".",
                       "needed for WebRTC connections");
      return false;
    }
  }
  return true;
}

RoomSettings Participation::room_settings() const {
  RoomSettings result{settings_.room, {settings_.ice, true}};
  if (settings_.session) {
    result.options.session = *settings_.session;
  } else {
    result.options.session.data = true;
    for (const Input& input : inputs_) {
      (input.kind == rtp::Kind::Video ? result.options.session.video : result.options.session.audio) = true;
    }
  }
  result.peer.data_channel = result.options.session.data;
  return result;
}

bool Participation::check_settings() const {
  std::string room_id;
  std::string socket_url;
  {
    const std::lock_guard lock(mutex_);
    room_id = settings_.room.room_id;
    socket_url = settings_.room.socket_url;
  }
  if (room_id.empty()) {
    announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                     "No room to join. Set the property room-id, for example room-id=garden.", "room-id is empty");
    return false;
  }
  if (socket_url.empty()) {
    announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                     "No signaling server to connect to. Set the property socket-url, for example "
                     "socket-url=https://example.org:9001/.",
                     "socket-url is empty");
    return false;
  }
  return true;
}

void Participation::start() {
  const std::lock_guard lock(mutex_);
  std::vector<OutgoingTrack> tracks;
  for (const Input& input : inputs_) {
    tracks.push_back(outgoing(input.pad, input.track));
  }
  Room::Observer& observer = *this;
  room_ = std::make_unique<Room>(bin_, room_settings(), std::move(tracks), observer);
  room_->start();
}

void Participation::stop() {
  std::unique_ptr<Room> room;
  bool was_joining = false;
  {
    const std::lock_guard lock(mutex_);
    room = std::move(room_);
  }
  if (!room) {
    return;
  }
  room->stop();
  room.reset();
  {
    const std::lock_guard lock(mutex_);
    was_joining = std::exchange(joining_, false);
    participants_.clear();
    is_initiator_ = false;
  }
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_CANCELED, "Gave up joining the room");
  }
  set_state(State::Idle);
}

void Participation::webrtcbin_failed(GstElement* webrtcbin, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->webrtcbin_failed(webrtcbin, reason);
  }
}

State Participation::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Participation::is_initiator() const {
  const std::lock_guard lock(mutex_);
  return is_initiator_;
}

std::string Participation::user_id() const {
  const std::lock_guard lock(mutex_);
  return user_id_.empty() ? settings_.room.user_id : user_id_;
}

std::vector<std::string> Participation::participants() const {
  const std::lock_guard lock(mutex_);
  return participants_;
}

void Participation::set_state(State state) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(state_, state) == state) {
      return;
    }
  }
  g_object_notify(G_OBJECT(bin_), "state");
}

void Participation::on_codecs_known(send::Track&) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->tracks_changed();
  }
}

void Participation::on_end_of_stream(send::Track& track) {
  const std::lock_guard lock(mutex_);
  for (Input& input : inputs_) {
    input.ended = input.ended || input.track.get() == &track;
  }
  if (room_ && std::ranges::all_of(inputs_, &Input::ended)) {
    room_->leave([this] {
      set_state(State::Left);
      announcer_.end_of_stream();
    });
  }
}

void Participation::on_error(send::Track&, int code, const std::string& text, const std::string& debug) {
  announcer_.error(GST_STREAM_ERROR, code, text, debug);
}

void Participation::on_encoder_setup(GstElement* encoder) {
  announcer_.encoder_setup(encoder);
}

void Participation::on_payloader_setup(GstElement* payloader) {
  announcer_.payloader_setup(payloader);
}

void Participation::on_connecting() {
  {
    const std::lock_guard lock(mutex_);
    joining_ = true;
  }
  set_state(State::Connecting);
  announcer_.progress(GST_PROGRESS_TYPE_START, "Joining the room");
}

void Participation::on_joined(bool created) {
  bool was_joining = false;
  std::string room_id;
  {
    const std::lock_guard lock(mutex_);
    is_initiator_ = created;
    was_joining = std::exchange(joining_, false);
    room_id = settings_.room.room_id;
  }
  set_state(State::Joined);
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_COMPLETE, created ? "Opened the room" : "Joined the room");
  }
  announcer_.room_joined(created, room_id);
}

void Participation::on_join_failed(const room::RoomError& error) {
  bool was_joining = false;
  {
    const std::lock_guard lock(mutex_);
    was_joining = std::exchange(joining_, false);
  }
  set_state(State::Left);
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_ERROR, error.text);
  }
  announcer_.room_error(error.text);
  const auto [domain, code] = gst_code_of(error.kind);
  announcer_.error(domain, code, error.text, error.detail);
}

void Participation::on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) {
  set_state(State::Reconnecting);
  const auto [domain, code] = gst_code_of(error.kind);
  announcer_.warning(domain, code, error.text + " Trying again in " + in_seconds(retry_in) + ".", error.detail);
}

void Participation::on_room_closed() {
  set_state(State::Left);
  announcer_.room_closed();
}

void Participation::on_became_owner() {
  {
    const std::lock_guard lock(mutex_);
    is_initiator_ = true;
  }
  g_object_notify(G_OBJECT(bin_), "is-initiator");
}

void Participation::on_user_id(const std::string& old_id, const std::string& new_id) {
  {
    const std::lock_guard lock(mutex_);
    user_id_ = new_id;
  }
  g_object_notify(G_OBJECT(bin_), "user-id");
  if (!old_id.empty()) {
    announcer_.user_id_changed(old_id, new_id);
  }
}

void Participation::on_webrtcbin_ready(const std::string& user_id, GstElement* webrtcbin) {
  announcer_.webrtcbin_ready(user_id, webrtcbin);
}

bool Participation::may_come_in(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  return announcer_.participant_request(user_id, extra.get());
}

void Participation::on_participant_joined(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  {
    const std::lock_guard lock(mutex_);
    participants_.push_back(user_id);
  }
  announcer_.participant_joined(user_id, extra.get());
}

void Participation::on_participant_left(const std::string& user_id) {
  {
    const std::lock_guard lock(mutex_);
    std::erase(participants_, user_id);
  }
  announcer_.participant_left(user_id);
}

void Participation::on_participant_failed(const std::string& user_id, const std::string& reason) {
  announcer_.warning(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
                     "Participant " + user_id + " is not connected: " + reason + ". It may try again.",
                     "the other participants are not concerned");
}

void Participation::on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  announcer_.extra_changed(user_id, extra.get());
}

}  // namespace rtcmc
