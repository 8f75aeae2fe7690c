// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "data/messenger.hpp"
#include "gst_ref.hpp"
#include "peer/quality_watch.hpp"
#include "protocol/messages.hpp"
#include "receive/slot.hpp"
#include "room/room_client.hpp"

/// What a Session has to say to the element, as values: each is whole in itself, whatever has become of its cause when
/// it is read. `extra` may be null.
namespace rtcmc::event {

struct Connecting {};
struct Joined {
  bool created;
  std::string room_id;
};
/// Nobody in the room, which was there already, says anything.
struct Unanswered {
  std::string room_id;
};
struct JoinFailed {
  room::RoomError error;
};
struct ConnectionLost {
  room::RoomError error;
  std::chrono::milliseconds retry_in;
};
/// By its owner: we are out of it.
struct RoomClosed {};
struct BecameOwner {};
/// We go by another userid. `old_id` is empty if this is the first.
struct UserIdChanged {
  std::string old_id;
  std::string new_id;
};
/// The participant's webrtcbin was made; nothing is negotiated before `go_on` is called.
struct WebrtcbinReady {
  std::string user_id;
  glib::Ref<GstElement> webrtcbin;
  std::function<void()> go_on;
};
/// Somebody is to be connected with us, if the application consents.
struct ParticipationAsked {
  std::string user_id;
  glib::Ref<JsonObject> extra;
  std::function<void(bool consents)> answer;
};
/// Media can flow to the participant.
struct ParticipantJoined {
  std::string user_id;
  glib::Ref<JsonObject> extra;
};
struct ParticipantLeft {
  std::string user_id;
};
/// Its connection could not be made, or broke. `is_asked_again`: until it is back; more of the same is not told.
struct ParticipantFailed {
  std::string user_id;
  std::string reason;
  bool is_asked_again = false;
};
/// It does not take what comes in at a sink pad, which can be sent as one of these.
struct TrackRefused {
  std::string user_id;
  std::string pad_name;
  std::vector<rtp::Codec> codecs;
};
/// Its network does not carry all of what comes encoded at a sink pad: it gets less.
struct TrackReduced {
  std::string user_id;
  std::string pad_name;
};
/// It gets a sink pad's picture in another quality than before.
struct QualityChanged {
  std::string user_id;
  std::string pad_name;
  SentQuality quality;
  QualityReason reason;
};
/// What comes encoded at a sink pad would fit through all participants' networks with so much.
struct BitrateWanted {
  std::string pad_name;
  std::uint64_t bitrate;  // bit/s
};
/// The media server of publish-url does not get what it should; nobody in the room is concerned. `code`: a
/// GstResourceError.
struct PublishingTroubled {
  int code;
  std::string text;
};
struct ParticipantRenamed {
  std::string old_id;
  std::string new_id;
};
struct ExtraChanged {
  std::string user_id;
  glib::Ref<JsonObject> extra;
};
/// The participant sends us a track.
struct StreamAdded {
  std::string user_id;
  std::string stream_id;
  rtp::Kind kind;
};
/// It no longer does.
struct StreamRemoved {
  std::string user_id;
  std::string stream_id;
  rtp::Kind kind;
};
/// It muted or unmuted one of its streams.
struct StreamMuted {
  std::string user_id;
  protocol::StreamSync sync;
};
struct DataReceived {
  std::string user_id;
  DataEvent event;
};
/// With auto-receive: what there is to choose from.
struct StreamsChanged {
  glib::Ref<GstStreamCollection> streams;
};
struct StreamsSelected {
  glib::Ref<GstStreamCollection> all;
  std::vector<glib::Ref<GstStream>> passing;
  guint32 seqnum;
};
/// With auto-receive: the media of a stream is there that no slot has. `answer` gets one for it.
struct SlotWanted {
  std::string user_id;
  std::string stream_id;
  rtp::Kind kind;
  std::function<void(std::shared_ptr<receive::Slot>)> answer;
};
/// The stream in a slot that was wanted is over.
struct SlotUnwanted {
  std::shared_ptr<receive::Slot> slot;
};
/// We are out of the room, for we were asked to leave. `is_end`: since all input has ended.
struct Left {
  bool is_end;
};

}  // namespace rtcmc::event

namespace rtcmc {

using Event =
    std::variant<event::Connecting, event::Joined, event::Unanswered, event::JoinFailed, event::ConnectionLost,
                 event::RoomClosed, event::BecameOwner, event::UserIdChanged, event::WebrtcbinReady,
                 event::ParticipationAsked, event::ParticipantJoined, event::ParticipantLeft, event::ParticipantFailed,
                 event::TrackRefused, event::TrackReduced, event::QualityChanged, event::BitrateWanted,
                 event::PublishingTroubled, event::ParticipantRenamed, event::ExtraChanged, event::StreamAdded,
                 event::StreamRemoved, event::StreamMuted, event::DataReceived, event::StreamsChanged,
                 event::StreamsSelected, event::SlotWanted, event::SlotUnwanted, event::Left>;

}  // namespace rtcmc
