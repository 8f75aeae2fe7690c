// SPDX-License-Identifier: LGPL-2.1-or-later
#include "message_walk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "glib/json_text.hpp"
#include "sdp_texts.hpp"

namespace rtcmc::test {

namespace {

using glib::json_quoted;

constexpr const char* kMessage = "RTCMultiConnection-Message";
constexpr unsigned kNobodys = 4;  // names of nobody in particular

std::string object_of(const std::map<std::string, std::string>& members) {
  std::string text;
  for (const auto& [name, value] : members) {
    text += (text.empty() ? "{" : ",") + json_quoted(name) + ":" + value;
  }
  return text.empty() ? "{}" : text + "}";
}

std::string yes_or_no(Dice& dice) {
  return dice.once_in(2) ? "true" : "false";
}

}  // namespace

MessageWalk::MessageWalk(unsigned seed, std::string room, std::string resident,
                         const std::vector<std::string>& borrowed)
    : dice_(seed), room_(std::move(room)), resident_(std::move(resident)) {
  // Whose userid is the larger one decides when offers cross.
  for (std::size_t client = 0; client < kClients; ++client) {
    names_.push_back((client % 2 == 0 ? "a" : "z") + std::to_string(client));
  }
  for (unsigned i = 0; i < kNobodys; ++i) {
    names_.push_back((i % 2 == 0 ? "b" : "y") + std::to_string(i));
  }
  names_.insert(names_.end(), borrowed.begin(), borrowed.end());
}

MessageWalk::Step MessageWalk::emit(std::size_t client, std::string event, const std::string& arguments) const {
  return {Step::Kind::Emit, client, std::move(event), "[" + arguments + "]"};
}

MessageWalk::Step MessageWalk::enter_room(std::size_t client) {
  is_in_room_.at(client) = true;
  return emit(client, "join-room",
              object_of({{"sessionid", json_quoted(room_)},
                         {"session", R"({"audio":true,"video":true,"data":true})"},
                         {"extra", R"({"of":"one"})"},
                         {"password", R"("")"}}));
}

void MessageWalk::is_taken(std::size_t client) {
  names_.at(client) += "." + std::to_string(++names_made_);
}

std::vector<MessageWalk::Step> MessageWalk::goodbyes() {
  // On a connection of its own: the server carries nothing for one whose name another one has taken and given up.
  is_taken(0);
  std::vector<Step> steps{{Step::Kind::Reconnect, 0}};
  for (const std::string& name : used_) {
    // The server carries no goodbye of somebody from whom it has carried nothing else.
    for (const char* message : {R"({"allParticipants":[]})", R"({"userLeft":true})"}) {
      steps.push_back(emit(
          0, kMessage,
          object_of({{"remoteUserId", json_quoted(resident_)}, {"sender", json_quoted(name)}, {"message", message}})));
    }
  }
  return steps;
}

MessageWalk::Step MessageWalk::next() {
  const std::size_t client = dice_.roll(kClients);
  if (!is_in_room_.at(client) && dice_.once_in(4)) {
    return enter_room(client);
  }
  switch (dice_.roll(40)) {
    case 0:
      return enter_room(client);
    case 1:
      is_in_room_.at(client) = false;
      return emit(client, "open-room",
                  R"({"sessionid":"elsewhere)" + names_.at(client) + R"(","session":{},"extra":{}})");
    case 2:
    case 3:
      return emit(client, "extra-data-updated", dice_.once_in(3) ? odd_value() : R"({"mood":"restless"})");
    case 4:
      return emit(client, "disconnect-with", json_quoted(resident_));
    case 5:
      if (!dice_.once_in(4)) {
        return message();
      }
      return emit(client, "changed-uuid", json_quoted(names_.at(kClients + dice_.roll(kNobodys))));
    case 6:
      is_in_room_.at(client) = false;
      if (dice_.once_in(2)) {
        is_taken(client);
      }
      return {Step::Kind::Reconnect, client};
    case 7:
    case 8:
      return last_arguments_.empty() ? message() : emit(client, kMessage, last_arguments_);
    default:
      return message();
  }
}

MessageWalk::Step MessageWalk::message() {
  const std::size_t client = dice_.roll(kClients);
  const std::string name = sender(client);
  used_.insert(name);
  Body content = body(name);
  if (dice_.once_in(4)) {
    distort(content, name);
  }
  const bool is_for_all = content.contains("newParticipationRequest") && !dice_.once_in(4);
  Body envelope{{"remoteUserId", json_quoted(is_for_all ? room_ : resident_)},
                {"sender", json_quoted(name)},
                {"message", object_of(content)}};
  if (dice_.once_in(30)) {
    envelope["message"] = dice_.once_in(2) ? R"("dropPeerConnection")" : odd_value();
  }
  if (dice_.once_in(60)) {
    envelope[dice_.pick(envelope).first] = odd_value();
  }
  last_arguments_ = object_of(envelope);
  return emit(client, kMessage, last_arguments_);
}

std::string MessageWalk::sender(std::size_t client) {
  if (dice_.once_in(80)) {
    std::string name(dice_.once_in(2) ? 256 : 300, 'n');  // as long as it may be, or longer
    return name;
  }
  if (dice_.once_in(4) && !descriptions_.empty()) {
    return dice_.pick(descriptions_).first;  // it goes on where the resident expects somebody to
  }
  return dice_.once_in(3) ? dice_.pick(names_) : names_.at(client);
}

MessageWalk::Body MessageWalk::body(const std::string& name) {
  switch (dice_.roll(32)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return request();
    case 4:
    case 5:
      return {{"enableMedia", "true"},
              {"userPreferences", R"({"connectionDescription":{"message":{"invitation":)" + invitation() + "}}}"}};
    case 6:
      return {{"readyForOffer", "true"}};
    case 7:
      return {{"userLeft", "true"}};
    case 8:
      return dice_.once_in(2) ? Body{{"userLeft", "true"}, {"autoCloseEntireSession", "true"}}
                              : Body{{"allParticipants", "[]"}};
    case 9:
      return renaming(name);
    case 10:
    case 11:
      return stream_sync();
    case 12:
    case 13:
    case 14:
    case 15:
    case 16:
    case 17:
      return candidate();
    default:
      return description(name);
  }
}

MessageWalk::Body MessageWalk::renaming(const std::string& name) {
  const std::string& new_name = dice_.once_in(8) ? resident_ : dice_.pick(names_);
  used_.insert(new_name);
  return {{"changedUUID", "true"},
          {"oldUUID", json_quoted(dice_.once_in(3) ? dice_.pick(names_) : name)},
          {"newUUID", json_quoted(new_name)}};
}

MessageWalk::Body MessageWalk::request() {
  return {{"newParticipationRequest", "true"},
          {"isOneWay", yes_or_no(dice_)},
          {"isDataOnly", yes_or_no(dice_)},
          {"invitation", json_quoted("of" + std::to_string(dice_.roll(5)))}};
}

MessageWalk::Body MessageWalk::description(const std::string& name) {
  const bool is_answer = dice_.once_in(2);
  const bool is_first = dice_.once_in(3);
  Body members{{"type", is_answer ? R"("answer")" : R"("offer")"},
               {"sdp", json_quoted(sdp(name, is_answer, is_first))},
               {"renegotiatingPeer", is_first ? "false" : "true"},
               {"streamsToShare", R"({"stream":{"isAudio":true,"isVideo":true,"isScreen":false}})"}};
  if (dice_.once_in(3)) {
    members["crossingResolvedByUserid"] = "true";
  }
  if (!dice_.once_in(3)) {
    members["invitation"] = invitation();
  }
  return members;
}

std::string MessageWalk::sdp(const std::string& name, bool is_answer, bool is_first) {
  const auto heard = descriptions_.find(name);
  std::string text = heard == descriptions_.end() || (is_first && !is_answer) ? sdp_texts::first_offer(dice_)
                     : is_answer                                              ? sdp_texts::answer_to(heard->second)
                                 : sdp_texts::later_offer(heard->second, dice_);
  return dice_.once_in(4) ? sdp_texts::garbled(text, dice_) : text;
}

std::string MessageWalk::invitation() {
  return json_quoted(dice_.once_in(5) ? "guessed" : invitation_);
}

MessageWalk::Body MessageWalk::candidate() {
  constexpr std::array kAddresses{"127.0.0.1", "192.0.2.7", "::1", "d9f0c1aa.local", "0.0.0.0", "no.address"};
  constexpr std::array kRest{"typ host",
                             "typ srflx raddr 0.0.0.0 rport 0",
                             "typ relay",
                             "typ host tcptype active",
                             "typ host generation 0 ufrag used network-cost 999",
                             "typ"};
  const std::string port = std::to_string(dice_.roll(3) * 9);
  return {{"candidate", json_quoted("candidate:" + std::to_string(dice_.roll(400)) + " " +
                                    std::to_string(1 + dice_.roll(2)) + (dice_.once_in(4) ? " tcp " : " udp ") +
                                    "2122194687 " + dice_.pick(kAddresses) + " " + port + " " + dice_.pick(kRest))},
          {"sdpMid", json_quoted(dice_.once_in(3) ? "" : "video0")},
          {"sdpMLineIndex", std::to_string(dice_.roll(3))}};
}

MessageWalk::Body MessageWalk::stream_sync() {
  constexpr std::array kActions{"mute", "unmute", "ended", "inactive", "navigation-on", "navigation-off", "other"};
  constexpr std::array kTypes{"audio", "video", "both"};
  return {{"streamSyncNeeded", "true"},
          {"streamid", R"("stream")"},
          {"action", json_quoted(dice_.pick(kActions))},
          {"type", json_quoted(dice_.pick(kTypes))}};
}

std::string MessageWalk::odd_value() {
  switch (dice_.roll(14)) {
    case 0:
      return json_quoted(std::string(dice_.once_in(3) ? 600'000 : 70'000, 'o'));
    case 1: {
      std::string deep = "1";
      for (unsigned depth = 5 + dice_.roll(20); depth > 0; --depth) {
        const bool is_list = dice_.once_in(2);
        deep.insert(0, is_list ? "[" : R"({"in":)").append(is_list ? "]" : "}");
      }
      return deep;
    }
    case 2: {
      std::map<std::string, std::string> members;
      for (int i = 0; i < 200; ++i) {
        members["m" + std::to_string(i)] = std::to_string(i);
      }
      return object_of(members);
    }
    default: {
      constexpr std::array kValues{
          "true", "false", "0",           "-1",    "0.5",    "1e300",      "[]",
          "{}",   "[]",    R"("\u00e9")", R"("")", R"("x")", "4294967296", R"({"toString":null})"};
      return dice_.pick(kValues);
    }
  }
}

void MessageWalk::distort(Body& body, const std::string& name) {
  for (unsigned times = 1 + dice_.roll(3); times > 0; --times) {
    const std::string member = body.empty() ? "type" : dice_.pick(body).first;
    switch (dice_.roll(5)) {
      case 0:
        body.erase(member);
        break;
      case 1:
        body[member] = odd_value();
        break;
      case 2:
        if (!body.empty()) {
          std::swap(body[member], body[dice_.pick(body).first]);
        }
        break;
      default:
        body.merge(this->body(name));
        break;
    }
  }
}

}  // namespace rtcmc::test
