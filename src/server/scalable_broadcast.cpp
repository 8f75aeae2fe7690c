// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/scalable_broadcast.hpp"

#include <algorithm>

#include "protocol/messages.hpp"
#include "server/packet_text.hpp"

namespace rtcmc::server {

namespace {

constexpr std::size_t kMaxStreamTypes = 1024;  // bytes of JSON

}  // namespace

bool ScalableBroadcast::handle(User& from, const ClientEvent& event) {
  if (event.name == "join-broadcast") {
    join(from, event);
  } else if (event.name == "scalable-broadcast-message") {
    pass_on(from, event);
  } else if (event.name == "can-relay-broadcast" || event.name == "can-not-relay-broadcast") {
    if (Member* const member = find(from.id)) {
      member->can_relay = event.name == "can-relay-broadcast";
    }
  } else if (event.name == "check-broadcast-presence") {
    const Member* const member = find(event.argument(0).string_or_number().value_or(""));
    ack(from, event, member && member->is_initiator ? "true" : "false");
  } else if (event.name == "get-number-of-users-in-specific-broadcast") {
    const auto id = event.argument(0).string_or_number().value_or("");
    ack(from, event, std::to_string(find(id) ? viewers(id) : 0));
  } else {
    return false;
  }
  return true;
}

void ScalableBroadcast::remove(User& user) {
  user.broadcast_id.clear();
  const auto found = std::ranges::find_if(members_, [&](const auto& member) { return member->id == user.id; });
  if (found == members_.end()) {
    return;
  }
  const std::unique_ptr<Member> left = std::move(*found);
  members_.erase(found);
  if (left->is_initiator) {
    for (const auto& member : members_) {
      if (member->broadcast_id == left->broadcast_id) {
        output_.send(member->client, event_packet("broadcast-stopped", {glib::json_quoted(left->broadcast_id)}));
      }
    }
    return;
  }
  tell_number_of_viewers(left->broadcast_id);
  detach(*left);
  for (const std::string& id : left->receivers) {
    if (Member* const receiver = find(id)) {
      receiver->can_relay = false;
      receiver->receives_from.clear();
      output_.send(receiver->client, event_packet("rejoin-broadcast", {glib::json_quoted(receiver->broadcast_id)}));
    }
  }
}

void ScalableBroadcast::join(User& from, const ClientEvent& event) {
  const glib::JsonText request = event.argument(0);
  const auto broadcast_id = request.member("broadcastId").string_or_number();
  if (request.member("userid").string_or_number() != from.id || !broadcast_id || !protocol::is_id(*broadcast_id)) {
    output_.send(from.client,
                 event_packet("logs", {glib::json_quoted("join-broadcast needs your own userid, and a broadcastId.")}));
    return;
  }
  Member* viewer = find(from.id);
  if (!viewer) {
    const glib::JsonText types = request.member("typeOfStreams");
    const bool usable = types.truthy() && types.text().size() <= kMaxStreamTypes;
    members_.push_back(
        std::make_unique<Member>(Member{from.client,
                                        from.id,
                                        *broadcast_id,
                                        std::string(usable ? types.text() : R"({"audio":true,"video":true})"),
                                        false,
                                        false,
                                        {},
                                        {},
                                        {}}));
    viewer = members_.back().get();
    from.broadcast_id = *broadcast_id;
    tell_number_of_viewers(viewer->broadcast_id);
  }
  detach(*viewer);
  Member* const relay = viewer->id == viewer->broadcast_id ? nullptr : choose_relay(*viewer, from.relay_limit);
  if (relay) {
    attach(*viewer, *relay);
    return;
  }
  viewer->is_initiator = true;
  output_.send(viewer->client, event_packet("start-broadcasting", {viewer->stream_types}));
  log(*viewer, "You <" + viewer->id + "> are now serving the broadcast.");
}

void ScalableBroadcast::attach(Member& viewer, Member& relay) {
  viewer.receives_from = relay.id;
  relay.receivers.push_back(viewer.id);
  if (Member* const initiator = find(viewer.broadcast_id)) {
    initiator->last_relay = relay.id;
  }
  const std::string hints = "{\"typeOfStreams\":" + relay.stream_types + ",\"userid\":" + glib::json_quoted(relay.id) +
                            ",\"broadcastId\":" + glib::json_quoted(relay.broadcast_id) + "}";
  output_.send(viewer.client, event_packet("join-broadcaster", {hints}));
  log(viewer, "You <" + viewer.id + "> are getting data/stream from <" + relay.id + ">");
  log(relay, "You <" + relay.id + "> are now relaying/forwarding data/stream to <" + viewer.id + ">");
}

void ScalableBroadcast::detach(Member& viewer) {
  if (Member* const relay = find(viewer.receives_from)) {
    std::erase(relay->receivers, viewer.id);
  }
  viewer.receives_from.clear();
}

void ScalableBroadcast::pass_on(const User& from, const ClientEvent& event) {
  const Member* const sender = find(from.id);
  if (!sender) {
    return;
  }
  std::vector<ClientId> receivers;
  for (const auto& member : members_) {
    if (member.get() != sender && member->broadcast_id == sender->broadcast_id) {
      receivers.push_back(member->client);
    }
  }
  const auto packet = event_packet(event.name, {glib::text_or_null(event.argument(0))});
  if (!output_.charge(from.client, packet->size() * receivers.size())) {
    log(*sender, "Your message was dropped: you have had too much sent to others; wait a little, or send less.");
    return;
  }
  for (const ClientId receiver : receivers) {
    output_.send(receiver, packet);
  }
}

ScalableBroadcast::Member* ScalableBroadcast::find(std::string_view id) const {
  const auto found = std::ranges::find_if(members_, [&](const auto& member) { return member->id == id; });
  return found == members_.end() ? nullptr : found->get();
}

/// The initiator while it has room, else who was chosen last, else whoever can; with nobody left, the initiator after
/// all.
ScalableBroadcast::Member* ScalableBroadcast::choose_relay(const Member& viewer, unsigned limit) const {
  const auto has_room = [&](const Member* member) {
    return member && member->receivers.size() < limit && !depends_on(*member, viewer);
  };
  Member* const initiator = find(viewer.broadcast_id);
  if (has_room(initiator)) {
    return initiator;
  }
  if (Member* const last = initiator ? find(initiator->last_relay) : nullptr; has_room(last)) {
    return last;
  }
  for (const auto& member : members_) {
    if (member->broadcast_id == viewer.broadcast_id && member->can_relay && has_room(member.get())) {
      return member.get();
    }
  }
  return initiator;
}

bool ScalableBroadcast::depends_on(const Member& relay, const Member& viewer) const {
  const Member* member = &relay;
  for (std::size_t steps = 0; member && steps <= members_.size(); ++steps) {
    if (member == &viewer) {
      return true;
    }
    member = find(member->receives_from);
  }
  return false;
}

/// Without the initiator.
long ScalableBroadcast::viewers(std::string_view broadcast_id) const {
  return std::ranges::count_if(members_, [&](const auto& member) { return member->broadcast_id == broadcast_id; }) - 1;
}

void ScalableBroadcast::tell_number_of_viewers(const std::string& broadcast_id) {
  if (const Member* const initiator = find(broadcast_id)) {
    output_.send(initiator->client,
                 event_packet("number-of-broadcast-viewers-updated",
                              {"{\"numberOfBroadcastViewers\":" + std::to_string(viewers(broadcast_id)) +
                               ",\"broadcastId\":" + glib::json_quoted(broadcast_id) + "}"}));
  }
}

void ScalableBroadcast::ack(const User& to, const ClientEvent& event, std::string_view value) {
  if (event.ack_id) {
    output_.send(to.client, ack_packet(*event.ack_id, {value}));
  }
}

void ScalableBroadcast::log(const Member& to, const std::string& text) {
  output_.send(to.client, event_packet("logs", {glib::json_quoted(text)}));
}

}  // namespace rtcmc::server
