// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "glib/ref.hpp"

/// What participants of an RTCMultiConnection room say to one another, as values. Pure: JSON in, values out, and back.
/// What comes in is hostile until it has been through parse_envelope() and parse_message(). docs/protocol.md describes
/// the messages.
namespace rtcmc::protocol {

/// `connection.session`
struct Session {
  bool audio = false;
  bool video = false;
  bool data = false;
  bool screen = false;
  bool oneway = false;
  bool broadcast = false;
  bool two_way_audio = false;  // `audio: 'two-way'`: in a oneway room, the others speak to the owner

  friend bool operator==(const Session&, const Session&) = default;
};

struct StreamInfo {
  bool is_audio = false;  // audio only
  bool is_video = false;  // video, with or without audio
  bool is_screen = false;

  friend bool operator==(const StreamInfo&, const StreamInfo&) = default;
};

/// By MediaStream id, the first token of a=msid.
using StreamsToShare = std::map<std::string, StreamInfo>;

/// `invitation` is an extension of ours: a text that nobody can guess and that the newcomer's first messages to each
/// resident bring back. Browsers send it back of themselves, inside `connectionDescription`: the request that they
/// answer. Whoever knows it has got the request from the server, which passes it to the room's members alone. Empty:
/// none.
struct ParticipationRequest {
  bool is_one_way = false;
  bool is_data_only = false;
  std::string invitation = {};
  /// Whoever is connected with the sender stays so: it asks the others. Pages of RTCMultiConnection.js that have a
  /// connection with it take such a request for word of a stream that they do not know, and the others for any request.
  bool spares_connections = false;
};

/// A resident asks the newcomer to get its media ready.
struct EnableMedia {
  std::string invitation = {};  // of the request that it answers
};

/// The newcomer has its media ready.
struct ReadyForOffer {};

enum class SdpType { Offer, Answer };

struct SessionDescription {
  SdpType type = SdpType::Offer;
  std::string sdp;
  bool renegotiating = false;  // renegotiatingPeer: belongs to the peer connection that exists
  /// An extension of ours, which browsers ignore: should two first offers cross, that of the larger userid counts.
  bool crossing_resolved_by_user_id = false;
  StreamsToShare streams_to_share;
  std::string invitation = {};  // of the request that an offer answers
};

struct IceCandidate {
  std::string candidate;  // "candidate:…", never empty
  std::string sdp_mid;
  std::uint32_t sdp_m_line_index = 0;
};

struct UserLeft {
  bool close_entire_session = false;  // autoCloseEntireSession
};

struct DropPeerConnection {};

/// The sender mutes, unmutes or ends one of its streams; or, an extension of ours, which browsers ignore: takes
/// navigation over it, or no longer does.
struct StreamSync {
  enum class Action { Mute, Unmute, Ended, NavigationOn, NavigationOff };
  enum class Kind { Audio, Video, Both };

  std::string stream_id;
  Action action = Action::Mute;
  Kind kind = Kind::Both;

  friend bool operator==(const StreamSync&, const StreamSync&) = default;
};

/// Asks a browser for an offer. RTCMultiConnection.js makes one to everybody that it is told of, and to the sender;
/// to those whom it is connected with, to renegotiate. For sending only.
struct OfferRequest {};

/// A participant goes by another userid from now on.
struct UserIdChanged {
  std::string old_id;
  std::string new_id;
};

/// What we know but have no use for, and what we do not know: not an error.
struct Ignored {
  std::string what;
};

using Message = std::variant<ParticipationRequest, EnableMedia, ReadyForOffer, SessionDescription, IceCandidate,
                             UserLeft, DropPeerConnection, StreamSync, UserIdChanged, Ignored>;

/// The relay's envelope around a message.
struct Envelope {
  std::string sender;
  std::string remote_user_id;
  glib::Ref<JsonObject> extra;  // null if absent
  /// The server adds the sender's extra to what it carries from user to user, and nothing to what it passes on to the
  /// members of the sender's room.
  bool came_through_room = false;
  JsonNode* message;  // borrowed from what was parsed
};

/// Whether `text` may name a user or a room: 1 to 256 bytes without control characters.
[[nodiscard]] bool is_id(std::string_view text);

/// Whether `text`, "candidate:…", may be given to an ICE library (RFC 8839, 5.1).
[[nodiscard]] bool is_ice_candidate(std::string_view text);

/// The alternative says in words for a log what is wrong.
[[nodiscard]] std::variant<Envelope, std::string> parse_envelope(JsonNode* node);
[[nodiscard]] std::variant<Message, std::string> parse_message(JsonNode* node);

/// A participant's extra without what the server adds to it (`_room`). Null if it is no object, or larger than 64 KiB.
[[nodiscard]] glib::Ref<JsonObject> parse_extra(JsonNode* node);

[[nodiscard]] glib::Ref<JsonNode> to_json(const Session& session);
[[nodiscard]] glib::Ref<JsonNode> to_json(const ParticipationRequest& request);
/// `extra` is the sender's; may be null.
[[nodiscard]] glib::Ref<JsonNode> to_json(const SessionDescription& description, const glib::Ref<JsonObject>& extra);
[[nodiscard]] glib::Ref<JsonNode> to_json(const IceCandidate& candidate);
[[nodiscard]] glib::Ref<JsonNode> to_json(const UserLeft& goodbye);
[[nodiscard]] glib::Ref<JsonNode> to_json(const StreamSync& sync);
[[nodiscard]] glib::Ref<JsonNode> to_json(const OfferRequest& request);

[[nodiscard]] glib::Ref<JsonNode> make_envelope(std::string_view sender, std::string_view remote_user_id,
                                                glib::Ref<JsonNode> message);

}  // namespace rtcmc::protocol
