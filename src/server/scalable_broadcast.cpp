// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/scalable_broadcast.hpp"

#include <utility>
#include <vector>

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
    const auto found = broadcasts_.find(event.argument(0).string_or_number().value_or(""));
    const bool goes_on = found != broadcasts_.end() && found->second.initiator;
    ack(from, event, std::to_string(goes_on ? found->second.viewers() : 0));
  } else {
    return false;
  }
  return true;
}

void ScalableBroadcast::remove(User& user) {
  user.broadcast_id.clear();
  auto node = members_.extract(user.id);
  if (node.empty()) {
    return;
  }
  Member& left = *node.mapped();
  Broadcast& broadcast = *left.broadcast;
  detach(left);
  broadcast.members.erase(left.arrival);
  for (Member** const role : {&broadcast.initiator, &broadcast.last_relay}) {
    if (*role == &left) {
      *role = nullptr;
    }
  }
  for (const auto& [arrival, receiver] : left.receivers) {
    receiver->receives_from = nullptr;
  }
  const auto id = glib::json_quoted(broadcast.id);
  if (left.is_initiator) {
    const auto packet = event_packet("broadcast-stopped", {id});
    for (const auto& [arrival, member] : broadcast.members) {
      output_.send(member->client, packet);
    }
  } else {
    tell_number_of_viewers(broadcast);
    const auto packet = event_packet("rejoin-broadcast", {id});
    for (const auto& [arrival, receiver] : left.receivers) {
      receiver->can_relay = false;
      output_.send(receiver->client, packet);
    }
  }
  if (broadcast.members.empty()) {
    broadcasts_.erase(broadcasts_.find(broadcast.id));
  }
}

void ScalableBroadcast::join(User& from, const ClientEvent& event) {
  const glib::JsonText request = event.argument(0);
  const auto broadcast_id = request.member("broadcastId").string_or_number();
  if (request.member("userid").string_or_number() != from.id || !broadcast_id || !protocol::is_id(*broadcast_id)) {
    log(from.client, "join-broadcast needs your own userid, and a broadcastId.");
    return;
  }
  Member* viewer = find(from.id);
  if (!viewer) {
    const unsigned limit = options_.limits.broadcast_members;
    if (limit > 0 && members_.size() >= limit) {
      log(from.client, "You are not in the broadcast: the server takes no more than " + std::to_string(limit) +
                           " members of broadcasts.");
      return;
    }
    const glib::JsonText types = request.member("typeOfStreams");
    const bool usable = types.truthy() && types.text().size() <= kMaxStreamTypes;
    viewer = &add(from, *broadcast_id, std::string(usable ? types.text() : R"({"audio":true,"video":true})"));
    tell_number_of_viewers(*viewer->broadcast);
  }
  detach(*viewer);
  Member* const relay = viewer == viewer->broadcast->initiator ? nullptr : choose_relay(*viewer, from.relay_limit);
  if (relay) {
    attach(*viewer, *relay);
    return;
  }
  viewer->is_initiator = true;
  output_.send(viewer->client, event_packet("start-broadcasting", {viewer->stream_types}));
  log(viewer->client, "You <" + viewer->id + "> are now serving the broadcast.");
}

ScalableBroadcast::Member& ScalableBroadcast::add(User& user, const std::string& broadcast_id,
                                                  std::string stream_types) {
  user.broadcast_id = broadcast_id;
  Broadcast& broadcast = broadcasts_[broadcast_id];
  broadcast.id = broadcast_id;
  Member& added = *(members_[user.id] = std::make_unique<Member>(Member{.client = user.client,
                                                                        .arrival = ++last_arrival_,
                                                                        .id = user.id,
                                                                        .broadcast = &broadcast,
                                                                        .stream_types = std::move(stream_types),
                                                                        .receivers = {}}));
  broadcast.members[added.arrival] = &added;
  if (added.id == broadcast_id) {
    broadcast.initiator = &added;
  }
  return added;
}

void ScalableBroadcast::attach(Member& viewer, Member& relay) {
  viewer.receives_from = &relay;
  relay.receivers[viewer.arrival] = &viewer;
  viewer.broadcast->last_relay = &relay;
  const std::string hints = "{\"typeOfStreams\":" + relay.stream_types + ",\"userid\":" + glib::json_quoted(relay.id) +
                            ",\"broadcastId\":" + glib::json_quoted(relay.broadcast->id) + "}";
  output_.send(viewer.client, event_packet("join-broadcaster", {hints}));
  log(viewer.client, "You <" + viewer.id + "> are getting data/stream from <" + relay.id + ">");
  log(relay.client, "You <" + relay.id + "> are now relaying/forwarding data/stream to <" + viewer.id + ">");
}

void ScalableBroadcast::detach(Member& viewer) {
  if (Member* const relay = std::exchange(viewer.receives_from, nullptr)) {
    relay->receivers.erase(viewer.arrival);
  }
}

void ScalableBroadcast::pass_on(const User& from, const ClientEvent& event) {
  const Member* const sender = find(from.id);
  if (!sender) {
    return;
  }
  const auto packet = event_packet(event.name, {glib::text_or_null(event.argument(0))});
  const InOrder& members = sender->broadcast->members;
  if (!output_.charge(from.client, packet->size() * (members.size() - 1))) {
    log(from.client, "Your message was dropped: you have had too much sent to others; wait a little, or send less.");
    return;
  }
  for (const auto& [arrival, member] : members) {
    if (member != sender) {
      output_.send(member->client, packet);
    }
  }
}

ScalableBroadcast::Member* ScalableBroadcast::find(const std::string& id) const {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : found->second.get();
}

/// The initiator while it has room, else who was chosen last, else whoever can; with nobody left, the initiator after
/// all. Null without an initiator and anybody who can.
ScalableBroadcast::Member* ScalableBroadcast::choose_relay(Member& viewer, unsigned limit) {
  const Broadcast& broadcast = *viewer.broadcast;
  mark_dependents(viewer);
  const auto has_room = [&](const Member* member) {
    return member && member->receivers.size() < limit && member->marked != last_search_;
  };
  if (has_room(broadcast.initiator)) {
    return broadcast.initiator;
  }
  if (broadcast.initiator && has_room(broadcast.last_relay)) {
    return broadcast.last_relay;
  }
  for (const auto& [arrival, member] : broadcast.members) {
    if (member->can_relay && has_room(member)) {
      return member;
    }
  }
  return broadcast.initiator;
}

void ScalableBroadcast::mark_dependents(Member& viewer) {
  const std::uint64_t search = ++last_search_;
  std::vector<Member*> open{&viewer};
  while (!open.empty()) {
    Member* const member = open.back();
    open.pop_back();
    // Nobody twice, so that it ends whatever the members are told.
    if (std::exchange(member->marked, search) != search) {
      for (const auto& [arrival, receiver] : member->receivers) {
        open.push_back(receiver);
      }
    }
  }
}

void ScalableBroadcast::tell_number_of_viewers(const Broadcast& broadcast) {
  if (broadcast.initiator) {
    output_.send(broadcast.initiator->client,
                 event_packet("number-of-broadcast-viewers-updated",
                              {"{\"numberOfBroadcastViewers\":" + std::to_string(broadcast.viewers()) +
                               ",\"broadcastId\":" + glib::json_quoted(broadcast.id) + "}"}));
  }
}

void ScalableBroadcast::ack(const User& to, const ClientEvent& event, std::string_view value) {
  if (event.ack_id) {
    output_.send(to.client, ack_packet(*event.ack_id, {value}));
  }
}

void ScalableBroadcast::log(ClientId to, const std::string& text) {
  output_.send(to, event_packet("logs", {glib::json_quoted(text)}));
}

}  // namespace rtcmc::server
