// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/participation.hpp"

#include <array>
#include <utility>
#include <variant>

#include "element/enums.hpp"
#include "element/extra.hpp"
#include "log.hpp"
#include "peer/webrtcbin.hpp"

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

Participation::Participation(GstBin* bin)
    : bin_(bin),
      pad_names_(GST_ELEMENT(bin)),
      announcer_(GST_ELEMENT(bin)),
      navigator_(GST_ELEMENT(bin)),
      inputs_(bin, navigator_, *this,
              {.settings_for = [this](rtp::Kind kind) { return track_settings(kind); },
               .is_all_there_is = [this] { return outputs_.empty(); },
               .enter_again = [this] { open_or_join(nullptr); }}),
      outputs_(bin, pad_names_),
      news_(GST_ELEMENT(bin), announcer_, navigator_, inputs_, outputs_) {}

Participation::~Participation() {
  stop();
}

std::shared_ptr<Session> Participation::session() const {
  const std::lock_guard lock(mutex_);
  return session_;
}

send::TrackSettings Participation::track_settings(rtp::Kind kind) const {
  return with_settings([kind](const Settings& all) {
    return kind == rtp::Kind::Video
               ? send::TrackSettings{kind, all.video_codecs, all.video_bitrate, all.min_video_bitrate, all.video_layers}
               : send::TrackSettings{.kind = kind,
                                     .codecs = all.audio_codecs,
                                     .bitrate = all.audio_bitrate,
                                     .repeats = all.audio_fec,
                                     .leaves_out_silence = all.audio_dtx};
  });
}

SessionSettings Participation::session_settings() const {
  const PadKinds sent = inputs_.kinds();
  const PadKinds received = outputs_.kinds();
  const std::lock_guard lock(mutex_);
  return rtcmc::session_settings(
      settings_, {.audio = sent.audio || received.audio, .video = sent.video || received.video}, server_.get());
}

OutputSettings Participation::output_settings() const {
  return with_settings([](const Settings& all) {
    return OutputSettings{.latency = GstClockTime{all.latency} * GST_MSECOND,
                          .max_picture_size = all.max_picture_size,
                          .stays = all.auto_receive && !all.uri.empty()};
  });
}

void Participation::add_output(RtcmcSourcePad* pad, rtp::Kind kind) {
  outputs_.add(pad, kind, output_settings());
}

bool Participation::has_outputs() const {
  return with_settings([](const Settings& settings) { return settings.auto_receive; }) || !outputs_.empty();
}

bool Participation::is_selectable() const {
  return with_settings([](const Settings& settings) { return settings.auto_receive && !settings.uri.empty(); });
}

void Participation::select_streams(std::vector<std::string> ids, guint32 seqnum) {
  if (const auto on = session()) {
    on->select_streams(std::move(ids), seqnum);
  }
}

void Participation::end_of_stream() {
  if (const auto on = session()) {
    on->leave(true);
  }
  outputs_.end_of_stream();
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

bool Participation::check_settings() const {
  const auto fault = fault_of(with_settings([](const Settings& all) { return all; }));
  if (fault) {
    announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, fault->text, fault->detail);
  }
  return !fault;
}

bool Participation::find_server() {
  const Settings settings = with_settings([](const Settings& all) { return all; });
  if (!settings.room.socket_url.empty()) {
    return true;
  }
  EmbeddedServerSettings server_settings{.address = settings.listen_address,
                                         .port = settings.listen_port,
                                         .tls_certificate = nullptr,
                                         .allowed_origins = settings.allow_origins};
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
  auto server = std::make_shared<EmbeddedServer>(std::move(server_settings));
  const auto outcome = server->serve();
  if (const auto* error = std::get_if<server::StartError>(&outcome)) {
    announcer_.error(GST_RESOURCE_ERROR,
                     error->kind == server::StartError::Kind::InvalidAddress ? GST_RESOURCE_ERROR_SETTINGS
                                                                             : GST_RESOURCE_ERROR_OPEN_READ_WRITE,
                     error->text, "listen-address and listen-port say where to listen");
    return false;
  }
  const std::lock_guard lock(mutex_);
  server_ = std::move(server);
  return true;
}

void Participation::start() {
  if (!certificate_.valid()) {
    certificate_ = make_certificate();
  }
  SessionSettings settings = session_settings();
  // The events' thread holds the element, and so this.
  auto self = std::make_shared<const Session*>(nullptr);
  const auto started = std::make_shared<Session>(bin_, std::move(settings),
                                                 [this, self](Event event) { news_.read(*self, std::move(event)); });
  *self = started.get();
  {
    const std::lock_guard lock(mutex_);
    session_ = started;
    news_.begin(started.get(), server_);
  }
  inputs_.attach(started);
  outputs_.attach(started, output_settings());
  started->start();
}

void Participation::stop() {
  std::shared_ptr<Session> ended;
  std::shared_ptr<EmbeddedServer> server;
  {
    const std::lock_guard lock(mutex_);
    ended = std::move(session_);
    session_.reset();
    server = std::move(server_);
    server_.reset();
    stats_ = std::make_shared<const stats::Snapshot>();
  }
  if (!ended) {
    return;
  }
  inputs_.detach();
  ended->stop();
  outputs_.detach();
  news_.end();
  server.reset();  // after the session's goodbyes went through it
}

void Participation::resume() {
  if (const auto on = session()) {
    on->resume();
  }
}

void Participation::webrtcbin_failed(GstElement* webrtcbin, const std::string& reason) {
  if (const auto on = session()) {
    on->webrtcbin_failed(webrtcbin, reason);
  }
}

bool Participation::send(const std::optional<std::string>& user_id, const OutgoingData& data) {
  const auto on = session();
  if (!on) {
    warn_of_data("Nothing can be sent before the element is in PAUSED or PLAYING.");
    return false;
  }
  if (!on->has_data_channels()) {
    warn_of_data("Nothing can be sent without a data channel. Add data to the property session.");
    return false;
  }
  switch (on->send(user_id, data)) {
    case Roster::Sent::Taken:
      return true;
    case Roster::Sent::Full:
      warn_of_data("Too much waits to be sent" + (user_id ? " to " + *user_id : "") +
                   " already. Send less, or later; whoever has no data channel never takes anything.");
      break;
    case Roster::Sent::NobodyThere:
      if (user_id) {
        warn_of_data("There is no participant " + *user_id + " to send to. The property participants lists them.");
      } else {
        GST_INFO_OBJECT(bin_, "there is nobody to send to");
      }
      break;
  }
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

void Participation::open_or_join(const char* room_id) {
  const bool is_new = room_id && [this, room_id] {
    const std::lock_guard lock(mutex_);
    return std::exchange(settings_.room.room_id, room_id) != room_id;
  }();
  if (is_new) {
    g_object_notify(G_OBJECT(bin_), "room-id");
  }
  if (!check_settings()) {
    return;
  }
  const auto on = session();
  room::RoomOptions options = session_settings().room;
  if (!on) {
    GST_INFO_OBJECT(bin_, "enters the room %s when it is started", options.room_id.c_str());
    return;
  }
  const std::string user_id = news_.user_id();
  options.user_id = user_id.empty() ? options.user_id : user_id;
  on->enter(std::move(options));
}

void Participation::leave() {
  if (const auto on = session()) {
    on->leave();
  }
}

void Participation::close_room() {
  const auto on = session();
  if (!is_initiator()) {
    GST_WARNING_OBJECT(bin_, "does not close the room, which is not ours");
  } else if (on) {
    on->close();
  }
}

void Participation::disconnect_with(std::string user_id) {
  if (const auto on = session()) {
    on->disconnect_with(std::move(user_id));
  }
}

void Participation::call(std::string user_id) {
  const auto on = session();
  if (!on || !protocol::is_id(user_id)) {
    GST_WARNING_OBJECT(bin_, "calls nobody: %s", on ? "this is no userid" : "not started");
    return;
  }
  on->call(std::move(user_id));
}

void Participation::set_extra(glib::Ref<JsonObject> extra) {
  const std::lock_guard lock(mutex_);
  settings_.room.extra = std::move(extra);
  if (session_) {
    session_->set_extra(shown_extra(settings_.room));
  }
}

void Participation::set_password(const std::string& password) {
  const auto on = session();
  if (!on) {
    return;
  }
  on->set_password(password, [this, element = glib::Ref<GstBin>::share(bin_),
                              password](const std::optional<std::string>& objection) {
    if (objection) {
      announcer_.warning(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
                         "The server does not set the room's password: " + *objection + ".",
                         "only the room's owner may");
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      settings_.room.password = password;
    }
    g_object_notify(G_OBJECT(bin_), "password");
  });
}

void Participation::check_presence(const std::string& room_id, std::shared_ptr<PromiseReply> reply) {
  if (const auto on = session()) {
    on->find_presence(room_id, [room_id, reply = std::move(reply)](const protocol::Presence& presence) {
      reply->answer(structure_of(room_id, presence));
    });
  }
}

void Participation::get_public_rooms(std::string identifier, std::shared_ptr<PromiseReply> reply) {
  if (const auto on = session()) {
    on->find_public_rooms(std::move(identifier),
                          [reply = std::move(reply)](const std::vector<protocol::PublicRoom>& rooms) {
                            reply->answer(structure_of(rooms));
                          });
  }
}

StructurePtr Participation::stats() {
  get_stats(nullptr);
  const auto latest = [this] {
    const std::lock_guard lock(mutex_);
    return stats_;
  }();
  return stats::structure_of(*latest);
}

void Participation::get_stats(const std::shared_ptr<PromiseReply>& reply) {
  const auto on = session();
  if (!on) {
    if (reply) {
      reply->answer(stats::structure_of(stats::Snapshot()));
    }
    return;
  }
  on->get_stats([this, element = glib::Ref<GstBin>::share(bin_), reply](const auto& snapshot) {
    {
      const std::lock_guard lock(mutex_);
      stats_ = snapshot;
    }
    if (reply) {
      reply->answer(stats::structure_of(*snapshot));
    }
  });
}

std::string Participation::user_id() const {
  std::string user_id = news_.user_id();
  return user_id.empty() ? with_settings([](const Settings& settings) { return settings.room.user_id; }) : user_id;
}

void Participation::on_kind_known(send::Track& track) {
  inputs_.set_kind(track);
}

void Participation::on_codecs_known(send::Track&) {
  if (const auto on = session()) {
    on->tracks_changed();
  }
}

void Participation::on_end_of_stream(send::Track& track) {
  inputs_.set_ended(track);
}

void Participation::on_resumed(send::Track& track) {
  inputs_.set_resumed(track);
}

void Participation::on_error(send::Track& track, int code, const std::string& text, const std::string& debug) {
  announcer_.error(GST_STREAM_ERROR, code, inputs_.name_of(track) + text, debug);
}

void Participation::on_warning(send::Track& track, const std::string& text, const std::string& debug) {
  announcer_.warning(GST_STREAM_ERROR, GST_STREAM_ERROR_ENCODE, inputs_.name_of(track) + text, debug);
}

void Participation::on_encoder_setup(GstElement* encoder) {
  announcer_.encoder_setup(encoder);
}

void Participation::on_payloader_setup(GstElement* payloader) {
  announcer_.payloader_setup(payloader);
}

}  // namespace rtcmc
