// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "glib/ref.hpp"

/// What participants of an RTCMultiConnection room say to one another (the `message` of the relay envelope) as values.
/// Section numbers refer to docs/protocol.md.
namespace rtcmc::protocol {

/// `connection.session`
struct Session {
  bool audio = false;
  bool video = false;
  bool data = false;
  bool screen = false;
  bool oneway = false;
  bool broadcast = false;

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

struct ParticipationRequest {
  bool is_one_way = false;
  bool is_data_only = false;
};

/// A resident asks the newcomer to get its media ready. `user_preferences` must be echoed in readyForOffer.
struct EnableMedia {
  glib::Ref<JsonObject> user_preferences;
};

struct ReadyForOffer {
  glib::Ref<JsonObject> user_preferences;
  StreamsToShare streams_to_share;
};

enum class SdpType { Offer, Answer };

struct SessionDescription {
  SdpType type = SdpType::Offer;
  std::string sdp;
  bool renegotiating = false;  // renegotiatingPeer: belongs to the peer connection that exists
  StreamsToShare streams_to_share;
  glib::Ref<JsonNode> connection_description;  // to be copied from an offer into its answer; may be null
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

/// What we know but have no use for, and what we do not know: ignored, not an error.
struct Ignored {
  std::string what;
};

using Message = std::variant<ParticipationRequest, EnableMedia, ReadyForOffer, SessionDescription, IceCandidate,
                             UserLeft, DropPeerConnection, Ignored>;

}  // namespace rtcmc::protocol
