// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/participation.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <variant>

#include "log.hpp"
#include "media/elements.hpp"
#include "media/rtp_elements.hpp"

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

/// The default is what every browser encodes well; others may be asked for.
std::vector<rtp::Codec> receivable(rtp::Kind kind, const std::vector<rtp::Codec>& allowed) {
  std::vector<rtp::Codec> codecs = allowed;
  if (codecs.empty()) {
    codecs = kind == rtp::Kind::Video
                 ? std::vector{rtp::Codec::Vp8, rtp::Codec::H264}
                 : std::vector{rtp::Codec::Opus, rtp::Codec::G722, rtp::Codec::Pcmu, rtp::Codec::Pcma};
  }
  std::erase_if(codecs, [](rtp::Codec codec) { return !is_installed(std::string(rtp_elements(codec).depayloader)); });
  return codecs;
}

/// Those that any property names, or what is wrong with one.
std::variant<room::IceServers, std::string> ice_servers(const Settings& settings) {
  room::IceServers servers;
  std::vector<std::string> uris = settings.turn_servers;
  if (!settings.stun_server.empty()) {
    uris.insert(uris.begin(), settings.stun_server);
  }
  for (const std::string& uri : uris) {
    if (auto fault = servers.add(uri)) {
      return *fault;
    }
  }
  if (!settings.ice_servers.empty()) {
    if (auto fault = servers.add_list(settings.ice_servers)) {
      return *fault;
    }
  }
  return servers;
}

std::string in_seconds(std::chrono::milliseconds time) {
  return std::to_string((time.count() + 500) / 1000) + " s";
}

}  // namespace

Participation::Participation(GstBin* bin)
    : bin_(bin), announcer_(GST_ELEMENT(bin)), navigator_(GST_ELEMENT(bin)), stream_id_base_(random_stream_id()) {}

Participation::~Participation() {
  stop();
}

void Participation::add_input(RtcmcSinkPad* pad, rtp::Kind kind, unsigned number) {
  if (settings_of(pad).stream_id.empty()) {
    g_object_set(pad, "stream-id", (stream_id_base_ + "-" + std::to_string(number)).c_str(), nullptr);
  }
  Input input{pad, kind, nullptr};
  for (const char* change : {"notify::muted", "notify::navigation"}) {
    input.watches.push_back(
        std::make_shared<glib::SignalConnection>(pad, change, G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
                                                   static_cast<Participation*>(self)->apply_pad_settings();
                                                 }),
                                                 this));
  }
  if (with_settings([this](const Settings&) { return has_tracks_; })) {
    input.track = make_track_for(input);
  }
  const std::lock_guard lock(mutex_);
  if (room_ && input.track) {
    room_->add_track(outgoing(input));
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
  navigator_.release(GST_PAD(pad));
}

void Participation::end_of_stream() {
  std::vector<Output> outputs;
  {
    const std::lock_guard lock(mutex_);
    outputs = outputs_;
    outputs.insert(outputs.end(), exposed_.begin(), exposed_.end());
    if (room_) {
      leave_at_end(*room_);
    }
  }
  std::ranges::for_each(outputs, end);
}

std::shared_ptr<send::Track> Participation::make_track_for(const Input& input) {
  send::TrackSettings settings = with_settings([&input](const Settings& all) {
    return input.kind == rtp::Kind::Video ? send::TrackSettings{input.kind, all.video_codecs, all.video_bitrate}
                                          : send::TrackSettings{input.kind, all.audio_codecs, all.audio_bitrate};
  });
  std::shared_ptr<send::Track> track = send::make_track(bin_, std::move(settings), *this);
  track->set_muted(settings_of(input.pad).is_muted);
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
  const auto servers = ice_servers(settings_);
  const auto* usable = std::get_if<room::IceServers>(&servers);  // of which check_settings() has made sure
  RoomSettings result{.options = settings_.room,
                      .peer = {.ice = {usable ? *usable : room::IceServers(), settings_.relay_only},
                               .data_channel = true,
                               .latency = settings_.latency,
                               .receivable = {.audio = receivable(rtp::Kind::Audio, settings_.audio_codecs),
                                              .video = receivable(rtp::Kind::Video, settings_.video_codecs)}},
                      .auto_receive = settings_.auto_receive,
                      .keeps_pads = !settings_.uri.empty(),
                      .session_is_implied = !settings_.session};
  if (settings_.session) {
    result.options.session = *settings_.session;
  } else {
    result.options.session.data = true;
    for (const Input& input : inputs_) {
      (input.kind == rtp::Kind::Video ? result.options.session.video : result.options.session.audio) = true;
    }
    if (settings_.auto_receive) {
      result.options.session.audio = true;
      result.options.session.video = true;
    }
    for (const Output& output : outputs_) {
      (output.slot->kind() == rtp::Kind::Video ? result.options.session.video : result.options.session.audio) = true;
    }
  }
  result.peer.data_channel = result.options.session.data;
  if (server_) {
    result.options.socket_url = server_->local_url();
    // The connection does not leave this machine, and the certificate is for the name that others know it by.
    result.options.tls_insecure = true;
  }
  return result;
}

bool Participation::check_settings() {
  const Settings settings = with_settings([](const Settings& all) { return all; });
  if (settings.room.room_id.empty()) {
    announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                     "No room to join. Set the property room-id, for example room-id=garden.", "room-id is empty");
    return false;
  }
  const auto servers = ice_servers(settings);
  if (const auto* fault = std::get_if<std::string>(&servers)) {
    announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, *fault,
                     "stun-server, turn-servers and ice-servers say which there are");
    return false;
  }
  return true;
}

bool Participation::find_server() {
  const Settings settings = with_settings([](const Settings& all) { return all; });
  if (!settings.room.socket_url.empty()) {
    return true;
  }
  EmbeddedServerSettings server_settings{settings.listen_address, settings.listen_port, nullptr};
  if (!settings.tls_certificate.empty()) {
    glib::Error error;
    server_settings.tls_certificate = load_certificate(settings.tls_certificate, settings.tls_key, error);
    if (!server_settings.tls_certificate) {
      announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                       "The files of tls-certificate and tls-key cannot be used. They must be a certificate and its "
                       "private key in PEM format.",
                       error.message());
      return false;
    }
  }
  auto server = std::make_unique<EmbeddedServer>(std::move(server_settings));
  const auto outcome = server->serve();
  if (const auto* error = std::get_if<server::StartError>(&outcome)) {
    announcer_.error(GST_RESOURCE_ERROR,
                     error->kind == server::StartError::Kind::InvalidAddress ? GST_RESOURCE_ERROR_SETTINGS
                                                                             : GST_RESOURCE_ERROR_OPEN_READ_WRITE,
                     error->text, "listen-address and listen-port say where to listen");
    return false;
  }
  server_ = std::move(server);
  return true;
}

void Participation::start() {
  if (!certificate_.valid()) {
    certificate_ = make_certificate();
  }
  const std::lock_guard lock(mutex_);
  std::vector<OutgoingTrack> tracks;
  std::ranges::transform(inputs_, std::back_inserter(tracks), outgoing);
  std::vector<std::shared_ptr<receive::Slot>> slots;
  for (const Output& output : outputs_) {
    output.slot->set_latency(settings_.latency * GST_MSECOND);
    output.slot->set_max_picture_size(settings_.max_picture_size);
    slots.push_back(output.slot);
  }
  Room::Observer& observer = *this;
  room_ = std::make_unique<Room>(bin_, room_settings(), std::move(tracks), std::move(slots), observer);
  room_->set_latency(latency_);
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
    server_.reset();
    return;
  }
  room->stop();
  room.reset();
  navigator_.forget_all();
  for (const Output& output : with_settings([this](const Settings&) { return std::exchange(exposed_, {}); })) {
    remove_exposed(output);
  }
  server_.reset();  // after the room's goodbyes went through it
  {
    const std::lock_guard lock(mutex_);
    was_joining = std::exchange(joining_, false);
    participants_.clear();
    stats_ = std::make_shared<const stats::Snapshot>();
    is_initiator_ = false;
  }
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_CANCELED, "Gave up joining the room");
  }
  set_state(State::Idle);
}

void Participation::resume() {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->resume();
  }
}

void Participation::set_latency(GstClockTime latency) {
  const std::lock_guard lock(mutex_);
  latency_ = latency;
  if (room_) {
    room_->set_latency(latency);
  }
}

void Participation::webrtcbin_failed(GstElement* webrtcbin, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->webrtcbin_failed(webrtcbin, reason);
  }
}

bool Participation::send(const std::optional<std::string>& user_id, const OutgoingData& data) {
  std::string fault;
  {
    const std::lock_guard lock(mutex_);
    if (!room_) {
      fault = "Nothing can be sent before the element is in PAUSED or PLAYING.";
    } else if (!room_settings().peer.data_channel) {
      fault = "Nothing can be sent without a data channel. Add data to the property session.";
    } else {
      switch (room_->send(user_id, data)) {
        case Room::Sent::Taken:
          return true;
        case Room::Sent::Full:
          fault = "Too much waits to be sent" + (user_id ? " to " + *user_id : "") +
                  " already. Send less, or later; whoever has no data channel never takes anything.";
          break;
        case Room::Sent::NobodyThere:
          if (!user_id) {
            GST_INFO_OBJECT(bin_, "there is nobody to send to");
            return false;
          }
          fault = "There is no participant " + *user_id + " to send to. The property participants lists them.";
          break;
      }
    }
  }
  warn_of_data(fault);
  return false;
}

void Participation::warn_of_data(const std::string& text) {
  const auto verdict = [this] {
    const std::lock_guard lock(mutex_);
    return data_warnings_.count("");
  }();
  if (verdict != LogLimiter::Verdict::Skip) {
    announcer_.warning(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, text + LogLimiter::suffix(verdict),
                       "media is not concerned");
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
  // Who receives still has something to do in the room.
  if (room_ && outputs_.empty() && std::ranges::all_of(inputs_, &Input::ended)) {
    leave_at_end(*room_);
  }
}

void Participation::leave_at_end(Room& room) {
  room.leave([this] {
    left();
    announcer_.end_of_stream();
  });
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
  forget_participants();
  {
    const std::lock_guard lock(mutex_);
    joining_ = true;
  }
  set_state(State::Connecting);
  announcer_.progress(GST_PROGRESS_TYPE_START, "Joining the room");
}

void Participation::on_joined(bool created) {
  bool was_joining = false;
  bool changed_owner = false;
  std::string room_id;
  {
    const std::lock_guard lock(mutex_);
    changed_owner = std::exchange(is_initiator_, created) != created;
    was_joining = std::exchange(joining_, false);
    room_id = settings_.room.room_id;
  }
  set_state(State::Joined);
  if (changed_owner) {
    g_object_notify(G_OBJECT(bin_), "is-initiator");
  }
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_COMPLETE, created ? "Opened the room" : "Joined the room");
    if (server_) {
      const std::string url = server_->page_url(room_id);
      GST_INFO_OBJECT(bin_, "%s, the page is %s",
                      server_->is_serving() ? "serves the room" : "joined the server that was there", url.c_str());
      announcer_.page_ready(url);
    }
  }
  announcer_.room_joined(created, room_id);
}

void Participation::on_join_failed(const room::RoomError& error) {
  bool was_joining = false;
  {
    const std::lock_guard lock(mutex_);
    was_joining = std::exchange(joining_, false);
  }
  std::string text = error.text;
  if (server_ && !server_->is_serving()) {
    text +=
        " The port was taken already, so this element joined whatever listens there. Set listen-port to another "
        "port if that is no server of rooms.";
  }
  set_state(State::Left);
  announcer_.room_error(text);
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_ERROR, text);  // gst-launch reads no further than this
  }
  const auto [domain, code] = gst_code_of(error.kind);
  announcer_.error(domain, code, text, error.detail);
}

void Participation::on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) {
  if (server_) {
    // Who had the port may be gone. The first of all who notice takes it, and the others find that one.
    const auto outcome = server_->serve();
    if (const auto* fault = std::get_if<server::StartError>(&outcome)) {
      GST_WARNING_OBJECT(bin_, "cannot take the server over: %s", fault->text.c_str());
    }
  }
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
  g_object_notify(G_OBJECT(bin_), "participants");
  announcer_.participant_joined(user_id, extra.get());
}

void Participation::on_participant_left(const std::string& user_id) {
  navigator_.forget(user_id);
  {
    const std::lock_guard lock(mutex_);
    std::erase(participants_, user_id);
  }
  g_object_notify(G_OBJECT(bin_), "participants");
  announcer_.participant_left(user_id);
}

void Participation::on_participant_failed(const std::string& user_id, const std::string& reason) {
  announcer_.warning(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
                     "Participant " + user_id + " is not connected: " +
                         reason.substr(0, reason.find_last_not_of('.') + 1) + ". It may try again.",
                     "the other participants are not concerned");
}

void Participation::on_data(const std::string& user_id, const DataEvent& event) {
  if (const auto* navigation = std::get_if<protocol::Navigation>(&event)) {
    navigator_.navigate(user_id, navigable_pad(navigation->stream_id), *navigation);
  } else {
    announcer_.data(user_id, event);
  }
}

void Participation::on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  announcer_.extra_changed(user_id, extra.get());
}

}  // namespace rtcmc
