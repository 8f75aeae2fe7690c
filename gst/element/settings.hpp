// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.hpp"
#include "rtp/codec.hpp"
#include "server/embedded_server.hpp"
#include "session/session.hpp"

namespace rtcmc {

/// The element's properties, as the application set them.
struct Settings {
  room::RoomOptions room;
  std::optional<protocol::Session> session;  // absent: what the pads imply, plus data
  std::string stun_server;                   // a URI of it; empty: none
  std::vector<std::string> turn_servers;     // URIs with user and password
  std::string ice_servers;                   // both, as room::IceServers::add_list() takes them; empty: none
  bool relay_only = false;
  std::vector<rtp::Codec> video_codecs;      // empty: automatic
  std::vector<rtp::Codec> audio_codecs;      // empty: automatic
  std::string unknown_video_codec;           // what video-codecs has that is none; empty: nothing
  std::string unknown_audio_codec;           // the same of audio-codecs
  std::uint32_t video_bitrate = 2'000'000;   // bit/s
  std::uint32_t min_video_bitrate = 64'000;  // bit/s
  std::uint32_t video_layers = 3;            // encodings at the same time, at most
  std::uint32_t audio_bitrate = 64'000;      // bit/s
  bool audio_fec = true;
  bool audio_dtx = false;
  std::uint32_t receive_video_bitrate = 0;  // bit/s, of each picture that comes; 0: no limit
  std::uint32_t latency = kDefaultLatency;  // ms
  std::string publish_url;                  // of a WHIP endpoint; empty: none
  std::string publish_token;                // for it; empty: none
  bool auto_receive = false;
  std::uint32_t max_picture_size = receive::kDefaultMaxPictureSize;  // pixels, see receive::DecodingSettings
  std::string uri;  // from a player; empty: none. What it says is in the other settings too
  // Of the server that we bring along if room.socket_url is empty:
  std::string listen_address = EmbeddedServerSettings().address;
  std::uint16_t listen_port = EmbeddedServerSettings().port;
  std::string tls_certificate;             // a PEM file; empty: no TLS
  std::string tls_key;                     // a PEM file; empty: the key is in tls_certificate
  std::vector<std::string> allow_origins;  // see EmbeddedServerSettings
};

/// Which kinds of media the pads imply.
struct PadKinds {
  bool audio = false;
  bool video = false;
};

/// What is missing or wrong, as a sentence that says what to do, and a detail for the log. Absent: nothing.
struct SettingsFault {
  std::string text;
  std::string detail;
};
[[nodiscard]] std::optional<SettingsFault> fault_of(const Settings& settings);

/// What participants get as our `extra`. May be null.
[[nodiscard]] glib::Ref<JsonObject> shown_extra(const room::RoomOptions& options);

/// What they come to for a stay in a room. `server`: the one that we bring along; may be null.
[[nodiscard]] SessionSettings session_settings(const Settings& settings, PadKinds pads, const EmbeddedServer* server);

}  // namespace rtcmc
