// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/properties.hpp"

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "element/enums.hpp"
#include "element/extra.hpp"
#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc::properties {

namespace {

struct Property {
  GParamSpec* (*spec)();
  void (*set)(Participation&, const GValue*);
  void (*get)(Participation&, GValue*);
};

constexpr auto kSetting = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kReading = GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text ? text : "";
}

void set_text(GValue* value, const std::string& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

std::vector<std::string> list_of(const GValue* array) {
  std::vector<std::string> list;
  for (guint i = 0; i < gst_value_array_get_size(array); ++i) {
    list.push_back(text_of(gst_value_array_get_value(array, i)));
  }
  return list;
}

GParamSpec* text_spec(const char* name, const char* nick, const char* blurb) {
  return g_param_spec_string(name, nick, blurb, nullptr, kSetting);
}

GParamSpec* flag_spec(const char* name, const char* nick, const char* blurb) {
  return g_param_spec_boolean(name, nick, blurb, FALSE, kSetting);
}

GParamSpec* bitrate_spec(const char* name, const char* nick, const char* blurb, guint initial) {
  return g_param_spec_uint(name, nick, blurb, 1000, std::numeric_limits<gint>::max(), initial, kSetting);
}

GParamSpec* list_spec(const char* name, const char* nick, const char* blurb, const char* element) {
  return gst_param_spec_array(name, nick, blurb, g_param_spec_string(element, element, element, nullptr, kSetting),
                              kSetting);
}

/// What holds a secret can be set, and a change be noticed, but gst-launch -v and dumps of the pipeline show nothing.
void show_nothing(Participation&, GValue*) {}

template <std::string room::RoomOptions::*Member>
void set_option(Participation& participation, const GValue* value) {
  participation.with_settings([value](Settings& settings) { settings.room.*Member = text_of(value); });
}

template <std::string room::RoomOptions::*Member>
void get_option(Participation& participation, GValue* value) {
  participation.with_settings([value](Settings& settings) { set_text(value, settings.room.*Member); });
}

template <std::string Settings::*Member>
void set_text_setting(Participation& participation, const GValue* value) {
  participation.with_settings([value](Settings& settings) { settings.*Member = text_of(value); });
}

template <std::string Settings::*Member>
void get_text_setting(Participation& participation, GValue* value) {
  participation.with_settings([value](Settings& settings) { set_text(value, settings.*Member); });
}

template <std::vector<std::string> Settings::*Member>
void set_list_setting(Participation& participation, const GValue* value) {
  participation.with_settings([value](Settings& settings) { settings.*Member = list_of(value); });
}

template <std::vector<std::string> Settings::*Member>
void get_list_setting(Participation& participation, GValue* value) {
  for (const std::string& text : participation.with_settings([](Settings& settings) { return settings.*Member; })) {
    append(value, text);
  }
}

template <bool room::RoomOptions::*Member>
void set_option(Participation& participation, const GValue* value) {
  participation.with_settings(
      [value](Settings& settings) { settings.room.*Member = g_value_get_boolean(value) != FALSE; });
}

template <bool room::RoomOptions::*Member>
void get_option(Participation& participation, GValue* value) {
  participation.with_settings(
      [value](Settings& settings) { g_value_set_boolean(value, static_cast<gboolean>(settings.room.*Member)); });
}

template <std::uint32_t room::RoomOptions::*Member>
void set_number(Participation& participation, const GValue* value) {
  participation.with_settings([value](Settings& settings) { settings.room.*Member = g_value_get_uint(value); });
}

template <std::uint32_t room::RoomOptions::*Member>
void get_number(Participation& participation, GValue* value) {
  participation.with_settings([value](Settings& settings) { g_value_set_uint(value, settings.room.*Member); });
}

template <std::uint32_t Settings::*Member>
void set_number(Participation& participation, const GValue* value) {
  participation.with_settings([value](Settings& settings) { settings.*Member = g_value_get_uint(value); });
}

template <std::uint32_t Settings::*Member>
void get_number(Participation& participation, GValue* value) {
  participation.with_settings([value](Settings& settings) { g_value_set_uint(value, settings.*Member); });
}

template <rtp::Kind kKind, std::vector<rtp::Codec> Settings::*Member, std::string Settings::*Unknown>
void set_codecs(Participation& participation, const GValue* value) {
  std::vector<rtp::Codec> codecs;
  std::string unknown;
  for (const std::string& name : list_of(value)) {
    const auto codec = rtp::codec_from_name(name);
    if (codec && rtp::info(*codec).kind == kKind) {
      codecs.push_back(*codec);
    } else if (unknown.empty()) {
      unknown = name.empty() ? " " : name;
    }
  }
  participation.with_settings([&](Settings& settings) {
    settings.*Member = std::move(codecs);
    settings.*Unknown = std::move(unknown);
  });
}

template <std::vector<rtp::Codec> Settings::*Member>
void get_codecs(Participation& participation, GValue* value) {
  for (const rtp::Codec codec : participation.with_settings([](Settings& settings) { return settings.*Member; })) {
    append(value, std::string(rtp::info(codec).encoding_name));
  }
}

constexpr Property kRoomId{
    [] { return text_spec("room-id", "Room ID", "The room to open or join, as in connection.openOrJoin(). Required"); },
    set_option<&room::RoomOptions::room_id>, get_option<&room::RoomOptions::room_id>};

constexpr Property kSocketUrl{
    [] {
      return text_spec(
          "socket-url", "Socket URL",
          "The signaling server, as connection.socketURL: http(s)://host:port/ or ws(s)://host:port/ (unset "
          "= the element's own, see listen-port)");
    },
    set_option<&room::RoomOptions::socket_url>, get_option<&room::RoomOptions::socket_url>};

constexpr Property kListenAddress{
    [] {
      return g_param_spec_string("listen-address", "Listen address",
                                 "Without socket-url: IP address where the element's own server listens (0.0.0.0 = the "
                                 "whole network may connect)",
                                 Settings().listen_address.c_str(), kSetting);
    },
    set_text_setting<&Settings::listen_address>, get_text_setting<&Settings::listen_address>};

constexpr Property kListenPort{
    [] {
      return g_param_spec_uint("listen-port", "Listen port",
                               "Without socket-url: port where the element's own server listens; if there is one "
                               "already, of the same user or root, it is joined (0 = any free port)",
                               0, std::numeric_limits<std::uint16_t>::max(), Settings().listen_port, kSetting);
    },
    [](Participation& participation, const GValue* value) {
      const auto port = static_cast<std::uint16_t>(g_value_get_uint(value));
      participation.with_settings([port](Settings& settings) { settings.listen_port = port; });
    },
    [](Participation& participation, GValue* value) {
      participation.with_settings([value](Settings& settings) { g_value_set_uint(value, settings.listen_port); });
    }};

constexpr Property kTlsCertificate{
    [] {
      return text_spec(
          "tls-certificate", "TLS certificate",
          "Without socket-url: PEM file with the certificate of the element's own server (unset = no TLS)");
    },
    set_text_setting<&Settings::tls_certificate>, get_text_setting<&Settings::tls_certificate>};

constexpr Property kTlsKey{[] {
                             return text_spec(
                                 "tls-key", "TLS key",
                                 "PEM file with the private key of tls-certificate (unset = in the same file)");
                           },
                           set_text_setting<&Settings::tls_key>, get_text_setting<&Settings::tls_key>};

constexpr Property kAllowOrigins{
    [] {
      return list_spec("allow-origins", "Allowed origins",
                       "Without socket-url: web pages that may use the element's own server besides its own page, as "
                       "<\"https://example.org\">; <\"*\"> = all",
                       "origin");
    },
    set_list_setting<&Settings::allow_origins>, get_list_setting<&Settings::allow_origins>};

constexpr Property kAction{[] {
                             return g_param_spec_enum("action", "Action",
                                                      "Whether to open the room, to join it, or whichever fits",
                                                      action_type(), int(room::Action::OpenOrJoin), kSetting);
                           },
                           [](Participation& participation, const GValue* value) {
                             participation.with_settings([value](Settings& settings) {
                               settings.room.action = room::Action(g_value_get_enum(value));
                             });
                           },
                           [](Participation& participation, GValue* value) {
                             participation.with_settings([value](Settings& settings) {
                               g_value_set_enum(value, static_cast<int>(settings.room.action));
                             });
                           }};

constexpr Property kSession{[] {
                              return g_param_spec_flags(
                                  "session", "Session",
                                  "What the room is for, as connection.session (0 = what the pads imply, plus data)",
                                  session_type(), 0, kSetting);
                            },
                            [](Participation& participation, const GValue* value) {
                              const unsigned flags = g_value_get_flags(value);
                              participation.with_settings([flags](Settings& settings) {
                                settings.session = flags == 0 ? std::nullopt : std::optional(session_from_flags(flags));
                              });
                            },
                            [](Participation& participation, GValue* value) {
                              participation.with_settings([value](Settings& settings) {
                                g_value_set_flags(value, settings.session ? session_flags(*settings.session) : 0);
                              });
                            }};

constexpr Property kUserId{
    [] {
      return text_spec("user-id", "User ID",
                       "Our userid in the room (unset = random). If it is taken, another one is used and can be read "
                       "here");
    },
    set_option<&room::RoomOptions::user_id>,
    [](Participation& participation, GValue* value) { set_text(value, participation.user_id()); }};

constexpr Property kExtra{
    [] {
      return g_param_spec_boxed("extra", "Extra",
                                "Data that every participant gets, as connection.extra; at once if changed in the room",
                                GST_TYPE_STRUCTURE, GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
    },
    [](Participation& participation, const GValue* value) {
      participation.set_extra(json_from_structure(gst_value_get_structure(value)));
    },
    [](Participation& participation, GValue* value) {
      participation.with_settings([value](Settings& settings) {
        if (settings.room.extra) {
          gst_value_set_structure(value, structure_from_json("extra", settings.room.extra.get()).get());
        }
      });
    }};

constexpr Property kPassword{[] {
                               return text_spec(
                                   "password", "Password",
                                   "The room's password; opening the room sets it (unset = none). Reads as unset");
                             },
                             set_option<&room::RoomOptions::password>, show_nothing};

constexpr Property kPublicIdentifier{
    [] {
      return text_spec("public-identifier", "Public identifier",
                       "List the room under this name when we open it, as connection.publicRoomIdentifier (unset = "
                       "do not list)");
    },
    set_option<&room::RoomOptions::public_identifier>, get_option<&room::RoomOptions::public_identifier>};

constexpr Property kMessageEvent{
    [] {
      return g_param_spec_string("message-event", "Message event",
                                 "The name of messages between participants, as connection.socketMessageEvent. Pages "
                                 "that have another one and come later are met all the same",
                                 room::RoomOptions().message_event.c_str(), kSetting);
    },
    [](Participation& participation, const GValue* value) {
      participation.with_settings([value](Settings& settings) {
        settings.room.message_event = g_value_get_string(value) ? text_of(value) : room::RoomOptions().message_event;
      });
    },
    get_option<&room::RoomOptions::message_event>};

constexpr Property kMaxParticipants{
    [] {
      return g_param_spec_uint("max-participants", "Maximum participants",
                               "How many others may be in a room that we open, as "
                               "connection.maxParticipantsAllowed",
                               1, 100'000, room::RoomOptions().max_participants, kSetting);
    },
    set_number<&room::RoomOptions::max_participants>, get_number<&room::RoomOptions::max_participants>};

/// Named, and counted, as souphttpsrc's.
constexpr Property kRetries{
    [] {
      return g_param_spec_int("retries", "Retries",
                              "How often getting into the room is tried again at the start, if the server cannot be "
                              "reached, or the room is full or not there (-1 = for ever). Once in the room, a lost "
                              "connection is always made again",
                              -1, std::numeric_limits<gint>::max(), 0, kSetting);
    },
    [](Participation& participation, const GValue* value) {
      const gint retries = g_value_get_int(value);
      participation.with_settings([retries](Settings& settings) {
        settings.room.retries = retries < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(retries));
      });
    },
    [](Participation& participation, GValue* value) {
      participation.with_settings([value](Settings& settings) {
        const auto retries = settings.room.retries;
        g_value_set_int(value, retries ? static_cast<gint>(*retries) : -1);
      });
    }};

constexpr Property kAutoCloseSession{
    [] {
      return flag_spec("auto-close-session", "Auto-close session",
                       "Close the room for everyone when we own it and leave, as connection.autoCloseEntireSession");
    },
    set_option<&room::RoomOptions::auto_close_session>, get_option<&room::RoomOptions::auto_close_session>};

constexpr Property kAcceptCalls{[] {
                                  return flag_spec("accept-calls", "Accept calls",
                                                   "Let everybody on the server who knows our user-id ask to be "
                                                   "connected, and not only those in the room");
                                },
                                set_option<&room::RoomOptions::accepts_calls>,
                                get_option<&room::RoomOptions::accepts_calls>};

constexpr Property kScalableBroadcast{[] {
                                        return flag_spec("scalable-broadcast", "Scalable broadcast",
                                                         "The room is a broadcast that viewers pass on to others, as "
                                                         "connection.enableScalableBroadcast");
                                      },
                                      set_option<&room::RoomOptions::scalable_broadcast>,
                                      get_option<&room::RoomOptions::scalable_broadcast>};

constexpr Property kMaxRelayLimit{
    [] {
      return g_param_spec_uint("max-relay-limit", "Maximum relay limit",
                               "To how many each one gives a scalable broadcast, as connection.maxRelayLimitPerUser", 1,
                               100'000, room::RoomOptions().max_relay_limit, kSetting);
    },
    set_number<&room::RoomOptions::max_relay_limit>, get_number<&room::RoomOptions::max_relay_limit>};

constexpr Property kStunServer{[] {
                                 return text_spec("stun-server", "STUN server",
                                                  "stun://host:port or stun:host, as on webrtcbin (unset = none)");
                               },
                               set_text_setting<&Settings::stun_server>, get_text_setting<&Settings::stun_server>};

constexpr Property kTurnServers{
    [] {
      return list_spec(
          "turn-servers", "TURN servers",
          "turn(s)://user:password@host:port for each server, as <\"turn://…\", \"turn://…\">. Reads as empty",
          "turn-server");
    },
    set_list_setting<&Settings::turn_servers>, show_nothing};

constexpr Property kIceServers{
    [] {
      return text_spec(
          "ice-servers", "ICE servers",
          "More STUN and TURN servers, as a page's connection.iceServers in JSON: "
          "[{\"urls\":\"turn:host\",\"username\":\"u\",\"credential\":\"p\"}] (unset = none). Reads as unset");
    },
    set_text_setting<&Settings::ice_servers>, show_nothing};

constexpr Property kIceTransportPolicy{
    [] {
      return g_param_spec_enum("ice-transport-policy", "ICE transport policy",
                               "Which ICE candidates may be used, as on webrtcbin",
                               GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY, GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL, kSetting);
    },
    [](Participation& participation, const GValue* value) {
      participation.with_settings([value](Settings& settings) {
        settings.relay_only = g_value_get_enum(value) == GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY;
      });
    },
    [](Participation& participation, GValue* value) {
      participation.with_settings([value](Settings& settings) {
        g_value_set_enum(
            value, settings.relay_only ? GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY : GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL);
      });
    }};

constexpr Property kVideoCodecs{
    [] {
      return list_spec(
          "video-codecs", "Video codecs",
          "Video codecs that may be used, most preferred first, out of VP8, VP9, H264, H265, AV1. Default: empty "
          "for automatic, which is those that hardware here encodes, then VP8, then H264",
          "codec");
    },
    set_codecs<rtp::Kind::Video, &Settings::video_codecs, &Settings::unknown_video_codec>,
    get_codecs<&Settings::video_codecs>};

constexpr Property kAudioCodecs{
    [] {
      return list_spec(
          "audio-codecs", "Audio codecs",
          "Audio codecs that may be used, most preferred first, out of OPUS, G722, PCMU, PCMA. Default: empty "
          "for automatic, which is in this order",
          "codec");
    },
    set_codecs<rtp::Kind::Audio, &Settings::audio_codecs, &Settings::unknown_audio_codec>,
    get_codecs<&Settings::audio_codecs>};

constexpr Property kVideoBitrate{[] {
                                   return bitrate_spec("video-bitrate", "Video bitrate",
                                                       "Target for each video encoder, in bit/s",
                                                       Settings().video_bitrate);
                                 },
                                 set_number<&Settings::video_bitrate>, get_number<&Settings::video_bitrate>};

constexpr Property kAudioBitrate{[] {
                                   return bitrate_spec("audio-bitrate", "Audio bitrate",
                                                       "Target for each audio encoder, in bit/s",
                                                       Settings().audio_bitrate);
                                 },
                                 set_number<&Settings::audio_bitrate>, get_number<&Settings::audio_bitrate>};

constexpr Property kLatency{[] {
                              return g_param_spec_uint(
                                  "latency", "Latency",
                                  "How long received packets may wait for late ones, in ms, as on webrtcbin", 0,
                                  std::numeric_limits<gint>::max(), Settings().latency, kSetting);
                            },
                            set_number<&Settings::latency>, get_number<&Settings::latency>};

constexpr Property kMaxPictureSize{[] {
                                     return g_param_spec_uint(
                                         "max-picture-size", "Largest picture",
                                         "Received pictures that are wider or higher, in pixels, are not decoded", 16,
                                         std::numeric_limits<guint16>::max(), Settings().max_picture_size, kSetting);
                                   },
                                   set_number<&Settings::max_picture_size>, get_number<&Settings::max_picture_size>};

constexpr Property kAutoReceive{
    [] {
      return flag_spec("auto-receive", "Auto-receive",
                       "Show each stream that participants send on a pad remote_audio_N or remote_video_N, which goes "
                       "with the stream");
    },
    [](Participation& participation, const GValue* value) {
      participation.with_settings(
          [value](Settings& settings) { settings.auto_receive = g_value_get_boolean(value) != FALSE; });
    },
    [](Participation& participation, GValue* value) {
      participation.with_settings(
          [value](Settings& settings) { g_value_set_boolean(value, static_cast<gboolean>(settings.auto_receive)); });
    }};

constexpr Property kTlsCaFile{
    [] {
      return text_spec("tls-ca-file", "TLS CA file",
                       "PEM file with the authorities that may vouch for the server (unset = the system's)");
    },
    [](Participation& participation, const GValue* value) {
      participation.with_settings([value](Settings& settings) {
        const std::string file = text_of(value);
        settings.room.tls_ca_file = file.empty() ? std::nullopt : std::optional(file);
      });
    },
    [](Participation& participation, GValue* value) {
      participation.with_settings(
          [value](Settings& settings) { set_text(value, settings.room.tls_ca_file.value_or("")); });
    }};

constexpr Property kTlsInsecure{
    [] { return flag_spec("tls-insecure", "TLS insecure", "Accept any certificate of the server. For tests only"); },
    set_option<&room::RoomOptions::tls_insecure>, get_option<&room::RoomOptions::tls_insecure>};

constexpr Property kState{[] {
                            return g_param_spec_enum("state", "State",
                                                     "Where we are between starting and being in the room",
                                                     state_type(), int(State::Idle), kReading);
                          },
                          nullptr,
                          [](Participation& participation, GValue* value) {
                            g_value_set_enum(value, static_cast<int>(participation.state()));
                          }};

constexpr Property kIsInitiator{[] {
                                  return g_param_spec_boolean("is-initiator", "Is initiator",
                                                              "Whether we own the room, as connection.isInitiator",
                                                              FALSE, kReading);
                                },
                                nullptr,
                                [](Participation& participation, GValue* value) {
                                  g_value_set_boolean(value, static_cast<gboolean>(participation.is_initiator()));
                                }};

constexpr Property kParticipants{[] {
                                   return g_param_spec_boxed("participants", "Participants",
                                                             "Userids of the participants whom media can flow to",
                                                             G_TYPE_STRV, kReading);
                                 },
                                 nullptr,
                                 [](Participation& participation, GValue* value) {
                                   const std::vector<std::string> user_ids = participation.participants();
                                   std::vector<const char*> list;
                                   list.reserve(user_ids.size() + 1);
                                   for (const std::string& user_id : user_ids) {
                                     list.push_back(user_id.c_str());
                                   }
                                   list.push_back(nullptr);
                                   g_value_set_boxed(value, list.data());
                                 }};

constexpr Property kStats{
    [] {
      return g_param_spec_boxed("stats", "Statistics",
                                "Of each participant and stream, and in total: the latest there "
                                "are. Reading has newer ones collected for the next time",
                                GST_TYPE_STRUCTURE, kReading);
    },
    nullptr,
    [](Participation& participation, GValue* value) { g_value_take_boxed(value, participation.stats().release()); }};

constexpr std::array kProperties{kRoomId,
                                 kSocketUrl,
                                 kListenAddress,
                                 kListenPort,
                                 kTlsCertificate,
                                 kTlsKey,
                                 kAllowOrigins,
                                 kAction,
                                 kSession,
                                 kUserId,
                                 kExtra,
                                 kPassword,
                                 kPublicIdentifier,
                                 kMessageEvent,
                                 kMaxParticipants,
                                 kRetries,
                                 kAutoCloseSession,
                                 kAcceptCalls,
                                 kScalableBroadcast,
                                 kMaxRelayLimit,
                                 kStunServer,
                                 kTurnServers,
                                 kIceServers,
                                 kIceTransportPolicy,
                                 kVideoCodecs,
                                 kAudioCodecs,
                                 kVideoBitrate,
                                 kAudioBitrate,
                                 kLatency,
                                 kMaxPictureSize,
                                 kAutoReceive,
                                 kTlsCaFile,
                                 kTlsInsecure,
                                 kState,
                                 kIsInitiator,
                                 kParticipants,
                                 kStats};

}  // namespace

void install(GObjectClass* element_class) {
  guint id = 0;
  for (const Property& property : kProperties) {
    g_object_class_install_property(element_class, ++id, property.spec());
  }
}

bool set(Participation& participation, guint id, const GValue* value) {
  if (id == 0 || id > kProperties.size() || !kProperties.at(id - 1).set) {
    return false;
  }
  kProperties.at(id - 1).set(participation, value);
  return true;
}

bool get(Participation& participation, guint id, GValue* value) {
  if (id == 0 || id > kProperties.size()) {
    return false;
  }
  kProperties.at(id - 1).get(participation, value);
  return true;
}

}  // namespace rtcmc::properties
