// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/messages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "glib/json.hpp"
#include "protocol/object_builder.hpp"

namespace rtcmc::protocol {

namespace {

constexpr std::size_t kMaxId = 256;
constexpr std::size_t kMaxSdp = std::size_t{512} * 1024;
constexpr std::size_t kMaxCandidate = 1024;
constexpr std::size_t kMaxExtra = std::size_t{64} * 1024;
constexpr unsigned kMaxStreams = 64;

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool flag(const glib::Ref<JsonObject>& object, const char* name) {
  return glib::bool_of(glib::member(object, name)).value_or(false);
}

std::string_view take_word(std::string_view& text) {
  const auto end = text.find(' ');
  const auto word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

bool is_number(std::string_view word, std::uint32_t max) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), value);
  return fault == std::errc() && end == word.data() + word.size() && value <= max;
}

/// Among the pairs of name and value that end a candidate.
bool has_extension(std::string_view pairs, std::string_view name) {
  while (!pairs.empty()) {
    const bool is_it = take_word(pairs) == name;
    if (!take_word(pairs).empty() && is_it) {
      return true;
    }
  }
  return false;
}

StreamsToShare parse_streams(JsonNode* node) {
  StreamsToShare streams;
  const auto object = glib::object_of(node);
  if (!object || json_object_get_size(object.get()) > kMaxStreams) {
    return streams;
  }
  json_object_foreach_member(
      object.get(),
      [](JsonObject*, const gchar* stream_id, JsonNode* value, gpointer target) {
        const auto info = glib::object_of(value);
        if (is_id(stream_id)) {
          (*static_cast<StreamsToShare*>(target))[stream_id] = {flag(info, "isAudio"), flag(info, "isVideo"),
                                                                flag(info, "isScreen")};
        }
      },
      &streams);
  return streams;
}

std::string invitation_in(const glib::Ref<JsonObject>& object) {
  auto invitation = object ? glib::string_of(glib::member(object, "invitation")) : std::nullopt;
  return invitation && is_id(*invitation) ? *std::move(invitation) : std::string();
}

/// That of the request which `answer` is to: where we write it, or where browsers keep all of the request.
std::string invitation_of(const glib::Ref<JsonObject>& answer, const glib::Ref<JsonObject>& description_holder) {
  if (auto said = invitation_in(answer); !said.empty() || !description_holder) {
    return said;
  }
  const auto request = glib::object_of(glib::member(description_holder, "connectionDescription"));
  return request ? invitation_in(glib::object_of(glib::member(request, "message"))) : std::string();
}

std::variant<Message, std::string> parse_description(SdpType type, const glib::Ref<JsonObject>& object) {
  auto sdp = glib::string_of(glib::member(object, "sdp"));
  if (!sdp || sdp->empty()) {
    return "its sdp is no text";
  }
  if (sdp->size() > kMaxSdp) {
    return "its sdp has " + std::to_string(sdp->size()) + " bytes";
  }
  return Message(SessionDescription{.type = type,
                                    .sdp = *std::move(sdp),
                                    .renegotiating = flag(object, "renegotiatingPeer"),
                                    .crossing_resolved_by_user_id = flag(object, "crossingResolvedByUserid"),
                                    .streams_to_share = parse_streams(glib::member(object, "streamsToShare")),
                                    .invitation = invitation_of(object, object)});
}

std::variant<Message, std::string> parse_candidate(const glib::Ref<JsonObject>& object) {
  auto candidate = glib::string_of(glib::member(object, "candidate"));
  if (!candidate) {
    return "its candidate is no text";
  }
  if (candidate->empty()) {
    return Message(Ignored{"an end-of-candidates mark"});
  }
  // webrtcbin would take some of what is none for the end of candidates.
  if (!is_ice_candidate(*candidate)) {
    return "its candidate is not an ICE candidate";
  }
  const auto mid = glib::string_of(glib::member(object, "sdpMid")).value_or("");
  const double index = glib::number_of(glib::member(object, "sdpMLineIndex")).value_or(0);
  if (mid.size() > kMaxId || !(index >= 0) || index > std::numeric_limits<std::uint16_t>::max() ||
      index != std::floor(index)) {
    return "its sdpMid or sdpMLineIndex is not one";
  }
  return Message(IceCandidate{*std::move(candidate), mid, static_cast<std::uint32_t>(index)});
}

struct SyncAction {
  std::string_view name;
  StreamSync::Action action;
};
constexpr std::array kSyncActions{
    SyncAction{"mute", StreamSync::Action::Mute},
    SyncAction{"unmute", StreamSync::Action::Unmute},
    SyncAction{"ended", StreamSync::Action::Ended},
    SyncAction{"inactive", StreamSync::Action::Ended},
    SyncAction{"stream-removed", StreamSync::Action::Ended},
    SyncAction{"navigation-on", StreamSync::Action::NavigationOn},
    SyncAction{"navigation-off", StreamSync::Action::NavigationOff},
};

std::optional<StreamSync::Action> action_from(std::string_view text) {
  const auto found = std::ranges::find(kSyncActions, text, &SyncAction::name);
  return found == kSyncActions.end() ? std::nullopt : std::optional(found->action);
}

std::optional<StreamSync::Kind> kind_from(std::string_view text) {
  using Kind = StreamSync::Kind;
  if (text == "both") {
    return Kind::Both;
  }
  return text == "audio" ? std::optional(Kind::Audio) : text == "video" ? std::optional(Kind::Video) : std::nullopt;
}

std::variant<Message, std::string> parse_stream_sync(const glib::Ref<JsonObject>& object) {
  const auto stream_id = glib::string_of(glib::member(object, "streamid"));
  if (!stream_id || !is_id(*stream_id)) {
    return "its streamid is none";
  }
  const auto action = action_from(glib::string_of(glib::member(object, "action")).value_or(""));
  const auto kind = kind_from(glib::string_of(glib::member(object, "type")).value_or("both"));
  if (!action || !kind) {
    return "it says nothing known of a stream";
  }
  return Message(StreamSync{*stream_id, *action, *kind});
}

std::variant<Message, std::string> parse_user_id_changed(const glib::Ref<JsonObject>& object) {
  const auto old_id = glib::string_of(glib::member(object, "oldUUID"));
  const auto new_id = glib::string_of(glib::member(object, "newUUID"));
  if (!old_id || !is_id(*old_id) || !new_id || !is_id(*new_id)) {
    return "its oldUUID or newUUID is no userid";
  }
  return Message(UserIdChanged{*old_id, *new_id});
}

std::string names_of(const glib::Ref<JsonObject>& object) {
  constexpr std::size_t kMaxLength = 60;
  std::string names;
  json_object_foreach_member(
      object.get(),
      [](JsonObject*, const gchar* name, JsonNode*, gpointer target) {
        auto* text = static_cast<std::string*>(target);
        if (text->size() < kMaxLength) {
          *text += (text->empty() ? "" : ", ") + std::string(name).substr(0, kMaxLength);
        }
      },
      &names);
  std::ranges::replace_if(
      names, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return "a message with {" + names + "}";
}

glib::Ref<JsonNode> receives_everything() {
  return ObjectBuilder().add("OfferToReceiveAudio", true).add("OfferToReceiveVideo", true).build();
}

glib::Ref<JsonNode> empty_object() {
  return ObjectBuilder().build();
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId && !has_control_characters(text);
}

bool is_ice_candidate(std::string_view text) {
  constexpr std::string_view kPrefix = "candidate:";
  if (text.size() > kMaxCandidate || !text.starts_with(kPrefix) || has_control_characters(text)) {
    return false;
  }
  text.remove_prefix(kPrefix.size());
  // As far as all types have it: candidate:foundation component transport priority address port typ type.
  const bool has_foundation = !take_word(text).empty();
  const bool has_component = is_number(take_word(text), 256);
  const auto transport = std::string(take_word(text));
  const bool has_priority = is_number(take_word(text), std::numeric_limits<std::uint32_t>::max());
  const bool has_address = !take_word(text).empty();
  const bool has_port = is_number(take_word(text), std::numeric_limits<std::uint16_t>::max());
  const bool has_type = take_word(text) == "typ" && !take_word(text).empty();
  // RFC 6544, 4.5. libnice takes it for granted.
  const bool is_complete = g_ascii_strcasecmp(transport.c_str(), "tcp") != 0 || has_extension(text, "tcptype");
  return has_foundation && has_component && !transport.empty() && has_priority && has_address && has_port && has_type &&
         is_complete;
}

std::variant<Envelope, std::string> parse_envelope(JsonNode* node) {
  const auto object = glib::object_of(node);
  if (!object) {
    return "its envelope is no object";
  }
  auto sender = glib::string_of(glib::member(object, "sender"));
  auto remote_user_id = glib::string_of(glib::member(object, "remoteUserId"));
  JsonNode* message = glib::member(object, "message");
  if (!sender || !is_id(*sender) || !remote_user_id || !is_id(*remote_user_id)) {
    return "its sender or remoteUserId is no userid";
  }
  if (!message) {
    return "its envelope is empty";
  }
  JsonNode* extra = glib::member(object, "extra");
  return Envelope{*std::move(sender), *std::move(remote_user_id), parse_extra(extra), extra == nullptr, message};
}

std::variant<Message, std::string> parse_message(JsonNode* node) {
  if (const auto text = glib::string_of(node)) {
    return *text == "dropPeerConnection" ? Message(DropPeerConnection{}) : Message(Ignored{"a text"});
  }
  const auto object = glib::object_of(node);
  if (!object) {
    return "it is neither object nor text";
  }
  // In the order in which browsers look for them.
  if (flag(object, "streamSyncNeeded") && !flag(object, "newParticipationRequest")) {
    return parse_stream_sync(object);
  }
  if (flag(object, "readyForOffer")) {
    return Message(ReadyForOffer{});
  }
  if (flag(object, "newParticipationRequest")) {
    return Message(ParticipationRequest{flag(object, "isOneWay"), flag(object, "isDataOnly"), invitation_in(object),
                                        flag(object, "streamSyncNeeded")});
  }
  if (flag(object, "changedUUID")) {
    return parse_user_id_changed(object);
  }
  if (flag(object, "userLeft")) {
    return Message(UserLeft{flag(object, "autoCloseEntireSession")});
  }
  const auto type = glib::string_of(glib::member(object, "type"));
  if (type == "offer" || type == "answer") {
    return parse_description(type == "offer" ? SdpType::Offer : SdpType::Answer, object);
  }
  if (glib::member(object, "candidate")) {
    return parse_candidate(object);
  }
  if (flag(object, "enableMedia")) {
    const auto preferences = glib::object_of(glib::member(object, "userPreferences"));
    return Message(EnableMedia{invitation_of(object, preferences)});
  }
  return Message(Ignored{names_of(object)});
}

glib::Ref<JsonObject> parse_extra(JsonNode* node) {
  auto extra = glib::object_of(node);
  if (!extra || glib::to_text(node).size() > kMaxExtra) {
    return nullptr;
  }
  if (!json_object_has_member(extra.get(), "_room")) {
    return extra;
  }
  auto cleaned = glib::Ref<JsonObject>::adopt(json_object_new());
  json_object_foreach_member(
      extra.get(),
      [](JsonObject*, const gchar* name, JsonNode* value, gpointer target) {
        if (std::string_view(name) != "_room") {
          json_object_set_member(static_cast<JsonObject*>(target), name, glib::Ref<JsonNode>::share(value).release());
        }
      },
      cleaned.get());
  return cleaned;
}

glib::Ref<JsonNode> to_json(const Session& session) {
  ObjectBuilder builder;
  const auto add_if = [&builder](const char* name, bool value) {
    if (value) {
      builder.add(name, true);
    }
  };
  if (session.two_way_audio) {
    builder.add("audio", "two-way");
  } else {
    add_if("audio", session.audio);
  }
  add_if("video", session.video);
  add_if("data", session.data);
  add_if("screen", session.screen);
  add_if("oneway", session.oneway);
  add_if("broadcast", session.broadcast);
  return builder.build();
}

glib::Ref<JsonNode> to_json(const ParticipationRequest& request) {
  ObjectBuilder builder;
  builder.add("newParticipationRequest", true)
      .add("isOneWay", request.is_one_way)
      .add("isDataOnly", request.is_data_only)
      .add("localPeerSdpConstraints", receives_everything())
      .add("remotePeerSdpConstraints", receives_everything());
  if (!request.invitation.empty()) {
    builder.add("invitation", request.invitation);
  }
  if (request.spares_connections) {
    builder.add("streamSyncNeeded", true);
  }
  return builder.build();
}

glib::Ref<JsonNode> to_json(const SessionDescription& description, const glib::Ref<JsonObject>& extra) {
  ObjectBuilder streams;
  for (const auto& [stream_id, info] : description.streams_to_share) {
    streams.add(stream_id.c_str(), ObjectBuilder()
                                       .add("isAudio", info.is_audio)
                                       .add("isVideo", info.is_video)
                                       .add("isScreen", info.is_screen)
                                       .build());
  }
  // connectionDescription is what a browser would dial again by itself when the connection breaks. We dial ourselves.
  ObjectBuilder builder;
  builder.add("type", description.type == SdpType::Offer ? "offer" : "answer")
      .add("sdp", description.sdp)
      .add("remotePeerSdpConstraints", receives_everything())
      .add("renegotiatingPeer", description.renegotiating)
      .add("connectionDescription", empty_object())
      .add("dontGetRemoteStream", false)
      .add("extra", extra ? glib::json_object(extra) : empty_object())
      .add("streamsToShare", streams.build());
  if (description.crossing_resolved_by_user_id) {
    builder.add("crossingResolvedByUserid", true);
  }
  if (!description.invitation.empty()) {
    builder.add("invitation", description.invitation);
  }
  return builder.build();
}

glib::Ref<JsonNode> to_json(const IceCandidate& candidate) {
  return ObjectBuilder()
      .add("candidate", candidate.candidate)
      .add("sdpMid", candidate.sdp_mid)
      .add("sdpMLineIndex", static_cast<std::int64_t>(candidate.sdp_m_line_index))
      .build();
}

glib::Ref<JsonNode> to_json(const UserLeft& goodbye) {
  ObjectBuilder builder;
  builder.add("userLeft", true);
  if (goodbye.close_entire_session) {
    builder.add("autoCloseEntireSession", true);
  }
  return builder.build();
}

glib::Ref<JsonNode> to_json(const StreamSync& sync) {
  using Kind = StreamSync::Kind;
  return ObjectBuilder()
      .add("streamid", sync.stream_id)
      .add("action", std::ranges::find(kSyncActions, sync.action, &SyncAction::action)->name)
      .add("streamSyncNeeded", true)
      .add("type", sync.kind == Kind::Both    ? "both"
                   : sync.kind == Kind::Audio ? "audio"
                                              : "video")
      .build();
}

glib::Ref<JsonNode> to_json(const OfferRequest&) {
  return ObjectBuilder().add("allParticipants", glib::json_array()).build();
}

glib::Ref<JsonNode> make_envelope(std::string_view sender, std::string_view remote_user_id,
                                  glib::Ref<JsonNode> message) {
  return ObjectBuilder()
      .add("remoteUserId", remote_user_id)
      .add("message", std::move(message))
      .add("sender", sender)
      .build();
}

}  // namespace rtcmc::protocol
