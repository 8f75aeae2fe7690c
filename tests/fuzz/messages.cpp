// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/messages.hpp"

#include <variant>

#include "fuzz.hpp"
#include "glib/json.hpp"

/// What participants say to one another: an envelope, or a bare message.
namespace rtcmc::protocol {

namespace {

using fuzz::require;

template <typename T>
T sent_and_read(const glib::Ref<JsonNode>& node) {
  const auto json = glib::parse_json(glib::to_text(node.get()));
  require(json.has_value(), "a message of ours is JSON");
  auto message = parse_message(json->get());
  const auto* parsed = std::get_if<Message>(&message);
  require(parsed && std::holds_alternative<T>(*parsed), "a message of ours reads as what it is");
  return std::get<T>(*parsed);
}

struct Checks {
  void operator()(const ParticipationRequest& request) const {
    const auto again = sent_and_read<ParticipationRequest>(to_json(request));
    require(again.is_one_way == request.is_one_way && again.is_data_only == request.is_data_only,
            "a participation request survives");
  }
  void operator()(const SessionDescription& description) const {
    require(!description.sdp.empty() && description.sdp.size() <= std::size_t{512} * 1024, "an sdp is bounded");
    require(description.streams_to_share.size() <= 64, "the streams are bounded");
    for (const auto& [id, info] : description.streams_to_share) {
      require(is_id(id), "a stream's id is one");
    }
    const auto again = sent_and_read<SessionDescription>(to_json(description, nullptr));
    require(again.type == description.type && again.sdp == description.sdp &&
                again.renegotiating == description.renegotiating &&
                again.crossing_resolved_by_user_id == description.crossing_resolved_by_user_id &&
                again.streams_to_share == description.streams_to_share,
            "a session description survives");
  }
  void operator()(const IceCandidate& candidate) const {
    require(candidate.candidate.size() <= 1024 && candidate.candidate.starts_with("candidate:"), "a candidate is one");
    require(candidate.sdp_m_line_index <= 0xFFFF && candidate.sdp_mid.size() <= 256, "a section is bounded");
    const auto again = sent_and_read<IceCandidate>(to_json(candidate));
    require(again.candidate == candidate.candidate && again.sdp_mid == candidate.sdp_mid &&
                again.sdp_m_line_index == candidate.sdp_m_line_index,
            "a candidate survives");
  }
  void operator()(const UserLeft& goodbye) const {
    require(sent_and_read<UserLeft>(to_json(goodbye)).close_entire_session == goodbye.close_entire_session,
            "a goodbye survives");
  }
  void operator()(const StreamSync& sync) const { require(sync.stream_id.size() <= 256, "a stream's id is bounded"); }
  void operator()(const UserIdChanged& change) const {
    require(is_id(change.old_id) && is_id(change.new_id), "userids are ids");
  }
  void operator()(const Ignored& ignored) const { require(ignored.what.size() <= 256, "a log line is bounded"); }
  void operator()(const EnableMedia&) const {}
  void operator()(const ReadyForOffer&) const {}
  void operator()(const DropPeerConnection&) const {}
};

void try_message(JsonNode* node) {
  const auto message = parse_message(node);
  if (const auto* parsed = std::get_if<Message>(&message)) {
    std::visit(Checks(), *parsed);
  }
}

void try_envelope(JsonNode* node) {
  const auto parsed = parse_envelope(node);
  const auto* envelope = std::get_if<Envelope>(&parsed);
  if (!envelope) {
    return;
  }
  require(is_id(envelope->sender) && is_id(envelope->remote_user_id), "an envelope's users have ids");
  require(!envelope->extra || !json_object_has_member(envelope->extra.get(), "_room"), "extra is without _room");
  try_message(envelope->message);
  const auto ours = make_envelope(envelope->sender, envelope->remote_user_id, to_json(UserLeft()));
  const auto sent = glib::parse_json(glib::to_text(ours.get()));
  require(sent.has_value(), "an envelope of ours is JSON");
  const auto reread = parse_envelope(sent->get());
  const auto* again = std::get_if<Envelope>(&reread);
  require(again && again->sender == envelope->sender && again->remote_user_id == envelope->remote_user_id,
          "an envelope survives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto json = glib::parse_json(fuzz::text_of(data, size))) {
    try_message(json->get());
    try_envelope(json->get());
  }
  return 0;
}

}  // namespace rtcmc::protocol
