// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/settings.hpp"

#include <utility>
#include <variant>

#include "element/display_name.hpp"
#include "media/elements.hpp"
#include "media/rtp_elements.hpp"
#include "server/access_policy.hpp"
#include "whip/answer.hpp"

namespace rtcmc {

namespace {

/// The default is what every browser encodes well; others may be asked for.
std::vector<rtp::Codec> receivable(rtp::Kind kind, const std::vector<rtp::Codec>& allowed) {
  std::vector<rtp::Codec> codecs = allowed;
  if (codecs.empty()) {
    codecs = kind == rtp::Kind::Video
                 ? std::vector{rtp::Codec::Vp8, rtp::Codec::H264}
                 : std::vector{rtp::Codec::Opus, rtp::Codec::G722, rtp::Codec::Pcmu, rtp::Codec::Pcma};
  }
  std::erase_if(codecs, [](rtp::Codec codec) { return !is_installed(std::string(rtp_elements(codec).depayloader)); });
  // Who has named nothing else may take RTP as it is; all others are told what is missing.
  return codecs.empty() ? allowed : codecs;
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

std::string known_codecs(rtp::Kind kind) {
  std::string names;
  for (const rtp::CodecInfo& info : rtp::kCodecs) {
    if (info.kind == kind) {
      names += (names.empty() ? "" : ", ") + std::string(info.encoding_name);
    }
  }
  return names;
}

std::optional<SettingsFault> codec_fault(const char* property, rtp::Kind kind, const std::string& unknown) {
  if (unknown.empty()) {
    return std::nullopt;
  }
  return SettingsFault{
      "\"" + unknown + "\" is no codec that " + property + " can have. These are: " + known_codecs(kind) + ".",
      std::string("written as ") + property + "=\"<VP8, H264>\", or without it for a choice of ours"};
}

protocol::Session implied_session(const Settings& settings, PadKinds pads) {
  protocol::Session session = settings.room.session;
  session.data = true;
  session.audio = session.audio || pads.audio || settings.auto_receive;
  session.video = session.video || pads.video || settings.auto_receive;
  return session;
}

}  // namespace

std::optional<SettingsFault> fault_of(const Settings& settings) {
  if (settings.room.room_id.empty() && (!settings.room.accepts_calls || settings.room.scalable_broadcast)) {
    return SettingsFault{"No room to join. Set the property room-id, for example room-id=garden.", "room-id is empty"};
  }
  if (!protocol::is_id(settings.room.message_event)) {
    return SettingsFault{
        "message-event has to be a name of 1 to 256 bytes without control characters, the same that the pages set as "
        "connection.socketMessageEvent.",
        "message-event is \"" + settings.room.message_event.substr(0, 256) + "\""};
  }
  for (const std::string& origin : settings.allow_origins) {
    if (origin != EmbeddedServerSettings::kAllOrigins && !server::is_origin(origin)) {
      return SettingsFault{
          "allow-origins has \"" + origin +
              "\", which no browser calls itself. Write \"*\" for all "
              "pages, or each origin like https://example.org:8443: in small letters, the port only if it "
              "is not the usual one, nothing behind it.",
          "what browsers write into the header Origin"};
    }
  }
  if (!settings.publish_url.empty()) {
    if (auto fault = whip::url_fault(settings.publish_url)) {
      return SettingsFault{*std::move(fault), "the URL of a WHIP endpoint"};
    }
  }
  if (!settings.publish_token.empty() && !whip::is_token(settings.publish_token)) {
    return SettingsFault{
        "publish-token is no token as HTTP takes it: letters, digits, and any of -._~+/ with = at the end. Leave out "
        "\"Bearer\" and spaces.",
        "goes into the header Authorization"};
  }
  if (auto fault = codec_fault("video-codecs", rtp::Kind::Video, settings.unknown_video_codec)) {
    return fault;
  }
  if (auto fault = codec_fault("audio-codecs", rtp::Kind::Audio, settings.unknown_audio_codec)) {
    return fault;
  }
  const auto servers = ice_servers(settings);
  if (const auto* fault = std::get_if<std::string>(&servers)) {
    return SettingsFault{*fault, "stun-server, turn-servers and ice-servers say which there are"};
  }
  return std::nullopt;
}

glib::Ref<JsonObject> shown_extra(const room::RoomOptions& options) {
  return options.user_id.empty() ? with_display_name(options.extra.get(), g_get_host_name()) : options.extra;
}

SessionSettings session_settings(const Settings& settings, PadKinds pads, const EmbeddedServer* server) {
  const auto servers = ice_servers(settings);
  const auto* usable = std::get_if<room::IceServers>(&servers);  // of which fault_of() has made sure
  SessionSettings result{
      .room = settings.room,
      .peer = {.ice = {usable ? *usable : room::IceServers(), settings.relay_only},
               .data_channel = true,
               .latency = settings.latency,
               .video_bitrate =
                   settings.receive_video_bitrate > 0 ? std::optional(settings.receive_video_bitrate) : std::nullopt,
               .receivable = {.audio = receivable(rtp::Kind::Audio, settings.audio_codecs),
                              .video = receivable(rtp::Kind::Video, settings.video_codecs)},
               .opus = {.repetitions = settings.audio_fec, .pauses = settings.audio_dtx}},
      .incoming = {.auto_receive = settings.auto_receive, .keeps_pads = !settings.uri.empty()},
      .session_is_implied = !settings.session};
  result.room.extra = shown_extra(settings.room);
  result.room.session = settings.session ? *settings.session : implied_session(settings, pads);
  result.room.session.oneway = result.room.session.oneway || result.room.scalable_broadcast;
  result.peer.data_channel = result.room.session.data;
  result.publish = {
      .endpoint = {.url = settings.publish_url,
                   .token = settings.publish_token,
                   .certificates = {.ca_file = settings.room.tls_ca_file, .takes_any = settings.room.tls_insecure}},
      .peer = {.ice = result.peer.ice, .opus = result.peer.opus}};
  if (server) {
    server->lead_here(result.room);
  }
  return result;
}

}  // namespace rtcmc
