// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/properties.hpp"

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "element/enums.hpp"
#include "element/extra.hpp"
#include "element/property.hpp"

namespace rtcmc::properties {

namespace {

using room::RoomOptions;

constexpr guint kMinBitrate = 1000;
constexpr guint kMaxCount = 100'000;

template <rtp::Kind kKind, std::vector<rtp::Codec> Settings::*kMember, std::string Settings::*kUnknown>
void set_codecs(Participation& participation, const GValue* value) {
  std::vector<rtp::Codec> codecs;
  std::string unknown;
  std::vector<std::string> names;
  take(value, names);
  for (const std::string& name : names) {
    const auto codec = rtp::codec_from_name(name);
    if (codec && rtp::info(*codec).kind == kKind) {
      codecs.push_back(*codec);
    } else if (unknown.empty()) {
      unknown = name.empty() ? " " : name;
    }
  }
  participation.with_settings([&](Settings& settings) {
    settings.*kMember = std::move(codecs);
    settings.*kUnknown = std::move(unknown);
  });
}

template <std::vector<rtp::Codec> Settings::*kMember>
void get_codecs(Participation& participation, GValue* value) {
  std::vector<std::string> names;
  for (const rtp::Codec codec : participation.with_settings([](Settings& settings) { return settings.*kMember; })) {
    names.emplace_back(rtp::info(codec).encoding_name);
  }
  give(value, names);
}

constexpr Property kAction{"action",
                           "Action",
                           "Whether to open the room, to join it, or whichever fits",
                           [](const Property& property) {
                             return g_param_spec_enum(property.name, property.nick, property.blurb, action_type(),
                                                      int(room::Action::OpenOrJoin), kSetting);
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

constexpr Property kSession{"session",
                            "Session",
                            "What the room is for, as connection.session (0 = what the pads imply, plus data)",
                            [](const Property& property) {
                              return g_param_spec_flags(property.name, property.nick, property.blurb, session_type(), 0,
                                                        kSetting);
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

/// Reads as the one that we go by.
constexpr Property user_id() {
  Property property = text<&RoomOptions::user_id>(
      "user-id", "User ID",
      "Our userid in the room (unset = random). If it is taken, another one is used and can be read here");
  property.get = [](Participation& participation, GValue* value) { give(value, participation.user_id()); };
  return property;
}

constexpr Property kExtra{"extra",
                          "Extra",
                          "Data that every participant gets, as connection.extra; at once if changed in the room",
                          [](const Property& property) {
                            return g_param_spec_boxed(property.name, property.nick, property.blurb, GST_TYPE_STRUCTURE,
                                                      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
                          },
                          [](Participation& participation, const GValue* value) {
                            participation.set_extra(json_from_structure(gst_value_get_structure(value)));
                          },
                          [](Participation& participation, GValue* value) {
                            participation.with_settings([value](Settings& settings) {
                              if (settings.room.extra) {
                                gst_value_set_structure(value,
                                                        structure_from_json("extra", settings.room.extra.get()).get());
                              }
                            });
                          }};

/// Unset, it is the library's own again.
constexpr Property message_event() {
  Property property =
      text<&RoomOptions::message_event>("message-event", "Message event",
                                        "The name of messages between participants, as connection.socketMessageEvent. "
                                        "Pages that have another one and come "
                                        "later are met all the same");
  property.set = [](Participation& participation, const GValue* value) {
    participation.with_settings([value](Settings& settings) {
      const char* given = g_value_get_string(value);
      settings.room.message_event = given ? given : RoomOptions().message_event;
    });
  };
  return property;
}

/// Named, and counted, as souphttpsrc's.
constexpr Property kRetries{
    "retries",
    "Retries",
    "How often getting into the room is tried again at the start, if the server cannot be reached, or the room is full "
    "or not there (-1 = for ever). Once in the room, a lost connection is always made again",
    [](const Property& property) {
      return g_param_spec_int(property.name, property.nick, property.blurb, -1, std::numeric_limits<gint>::max(), 0,
                              kSetting);
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

constexpr Property kIceTransportPolicy{
    "ice-transport-policy",
    "ICE transport policy",
    "Which ICE candidates may be used, as on webrtcbin",
    [](const Property& property) {
      return g_param_spec_enum(property.name, property.nick, property.blurb, GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY,
                               GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL, kSetting);
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
    "video-codecs",
    "Video codecs",
    "Video codecs that may be used, most preferred first, out of VP8, VP9, H264, H265, AV1. Default: empty for "
    "automatic, which is those that hardware here encodes, then VP8, then H264",
    list_spec,
    set_codecs<rtp::Kind::Video, &Settings::video_codecs, &Settings::unknown_video_codec>,
    get_codecs<&Settings::video_codecs>,
    "codec"};

constexpr Property kAudioCodecs{
    "audio-codecs",
    "Audio codecs",
    "Audio codecs that may be used, most preferred first, out of OPUS, G722, PCMU, PCMA. Default: empty for automatic, "
    "which is in this order",
    list_spec,
    set_codecs<rtp::Kind::Audio, &Settings::audio_codecs, &Settings::unknown_audio_codec>,
    get_codecs<&Settings::audio_codecs>,
    "codec"};

constexpr Property kState{"state",
                          "State",
                          "Where we are between starting and being in the room",
                          [](const Property& property) {
                            return g_param_spec_enum(property.name, property.nick, property.blurb, state_type(),
                                                     int(State::Idle), kReading);
                          },
                          nullptr,
                          [](Participation& participation, GValue* value) {
                            g_value_set_enum(value, static_cast<int>(participation.state()));
                          }};

constexpr Property kIsInitiator{
    "is-initiator",
    "Is initiator",
    "Whether we own the room, as connection.isInitiator",
    [](const Property& property) {
      return g_param_spec_boolean(property.name, property.nick, property.blurb, FALSE, kReading);
    },
    nullptr,
    [](Participation& participation, GValue* value) { give(value, participation.is_initiator()); }};

constexpr Property kParticipants{"participants",
                                 "Participants",
                                 "Userids of the participants whom media can flow to",
                                 [](const Property& property) {
                                   return g_param_spec_boxed(property.name, property.nick, property.blurb, G_TYPE_STRV,
                                                             kReading);
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
    "stats",
    "Statistics",
    "Of each participant and stream, and in total: the latest there are. Reading has newer ones collected for the next "
    "time",
    [](const Property& property) {
      return g_param_spec_boxed(property.name, property.nick, property.blurb, GST_TYPE_STRUCTURE, kReading);
    },
    nullptr,
    [](Participation& participation, GValue* value) { g_value_take_boxed(value, participation.stats().release()); }};

constexpr auto kProperties = std::to_array<Property>({
    text<&RoomOptions::room_id>("room-id", "Room ID",
                                "The room to open or join, as in connection.openOrJoin(). Required"),
    text<&RoomOptions::socket_url>("socket-url", "Socket URL",
                                   "The signaling server, as connection.socketURL: http(s)://host:port/ or "
                                   "ws(s)://host:port/ (unset = the element's own, see listen-port)"),
    text<&Settings::listen_address>("listen-address", "Listen address",
                                    "Without socket-url: IP address where the element's own server listens (0.0.0.0 = "
                                    "the whole network may connect)"),
    number<&Settings::listen_port, 0, std::numeric_limits<std::uint16_t>::max()>(
        "listen-port", "Listen port",
        "Without socket-url: port where the element's own server listens; if there is one already, of the same user or "
        "root, it is joined (0 = any free port)"),
    text<&Settings::tls_certificate>(
        "tls-certificate", "TLS certificate",
        "Without socket-url: PEM file with the certificate of the element's own server (unset = no TLS)"),
    text<&Settings::tls_key>("tls-key", "TLS key",
                             "PEM file with the private key of tls-certificate (unset = in the same file)"),
    list<&Settings::allow_origins>("allow-origins", "Allowed origins",
                                   "Without socket-url: web pages that may use the element's own server besides its "
                                   "own page, as <\"https://example.org\">; <\"*\"> = all",
                                   "origin"),
    kAction,
    kSession,
    user_id(),
    kExtra,
    hidden(text<&RoomOptions::password>(
        "password", "Password", "The room's password; opening the room sets it (unset = none). Reads as unset")),
    text<&RoomOptions::public_identifier>(
        "public-identifier", "Public identifier",
        "List the room under this name when we open it, as connection.publicRoomIdentifier (unset = do not list)"),
    message_event(),
    number<&RoomOptions::max_participants, 1, kMaxCount>(
        "max-participants", "Maximum participants",
        "How many others may be in a room that we open, as connection.maxParticipantsAllowed"),
    kRetries,
    flag<&RoomOptions::auto_close_session>(
        "auto-close-session", "Auto-close session",
        "Close the room for everyone when we own it and leave, as connection.autoCloseEntireSession"),
    flag<&RoomOptions::accepts_calls>(
        "accept-calls", "Accept calls",
        "Let everybody on the server who knows our user-id ask to be connected, and not only those in the room"),
    flag<&RoomOptions::scalable_broadcast>(
        "scalable-broadcast", "Scalable broadcast",
        "The room is a broadcast that viewers pass on to others, as connection.enableScalableBroadcast"),
    number<&RoomOptions::max_relay_limit, 1, kMaxCount>(
        "max-relay-limit", "Maximum relay limit",
        "To how many each one gives a scalable broadcast, as connection.maxRelayLimitPerUser"),
    text<&Settings::stun_server>("stun-server", "STUN server",
                                 "stun://host:port or stun:host, as on webrtcbin (unset = none)"),
    hidden(list<&Settings::turn_servers>(
        "turn-servers", "TURN servers",
        "turn(s)://user:password@host:port for each server, as <\"turn://…\", \"turn://…\">. Reads as empty",
        "turn-server")),
    hidden(text<&Settings::ice_servers>(
        "ice-servers", "ICE servers",
        "More STUN and TURN servers, as a page's connection.iceServers in JSON: "
        "[{\"urls\":\"turn:host\",\"username\":\"u\",\"credential\":\"p\"}] (unset = none). Reads as unset")),
    kIceTransportPolicy,
    kVideoCodecs,
    kAudioCodecs,
    number<&Settings::video_bitrate, kMinBitrate>(
        "video-bitrate", "Video bitrate",
        "Target for each video encoder, in bit/s; less where viewers' links carry less"),
    number<&Settings::min_video_bitrate, kMinBitrate>(
        "min-video-bitrate", "Minimum video bitrate",
        "What each video encoder gets at least, in bit/s, however little viewers' links carry; at most video-bitrate"),
    number<&Settings::video_layers, 1, 8>("video-layers", "Video layers",
                                          "How many encodings of raw video may run at the same time, for viewers whose "
                                          "links carry much less than others' "
                                          "(1 = all get what the weakest link carries)"),
    number<&Settings::audio_bitrate, kMinBitrate>("audio-bitrate", "Audio bitrate",
                                                  "Target for each audio encoder, in bit/s"),
    flag<&Settings::audio_fec>("audio-fec", "Audio FEC",
                               "Opus: have packets repeat what was in the one before, as far as participants lose "
                               "some, and ask participants for the same (useinbandfec)"),
    flag<&Settings::audio_dtx>("audio-dtx", "Audio DTX",
                               "Opus: send next to nothing in silence, and ask participants for the same (usedtx)"),
    number<&Settings::receive_video_bitrate>(
        "receive-video-bitrate", "Bitrate of received video",
        "What participants are asked to send of each picture at most, in bit/s (0 = no limit)"),
    text<&Settings::publish_url>(
        "publish-url", "Publish URL",
        "WHIP endpoint of a media server, https://host/path, that gets what the room gets, to give it to many (unset = "
        "none)"),
    hidden(text<&Settings::publish_token>(
        "publish-token", "Publish token",
        "What the server of publish-url knows us by, a Bearer token (unset = none). Reads as unset")),
    number<&Settings::latency>("latency", "Latency",
                               "How long received packets may wait for late ones, in ms, as on webrtcbin"),
    number<&Settings::max_picture_size, 16, std::numeric_limits<guint16>::max()>(
        "max-picture-size", "Largest picture",
        "Received pictures that are wider or higher, in pixels, are not decoded"),
    flag<&Settings::auto_receive>("auto-receive", "Auto-receive",
                                  "Show each stream that participants send on a pad remote_audio_N or remote_video_N, "
                                  "which goes with the stream"),
    text<&RoomOptions::tls_ca_file>(
        "tls-ca-file", "TLS CA file",
        "PEM file with the authorities that may vouch for the server (unset = the system's)"),
    flag<&RoomOptions::tls_insecure>("tls-insecure", "TLS insecure",
                                     "Accept any certificate of the server. For tests only"),
    kState,
    kIsInitiator,
    kParticipants,
    kStats,
});

}  // namespace

void install(GObjectClass* element_class) {
  guint id = 0;
  for (const Property& property : kProperties) {
    g_object_class_install_property(element_class, ++id, property.spec(property));
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
