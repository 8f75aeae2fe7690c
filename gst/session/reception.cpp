// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/reception.hpp"

#include <chrono>
#include <utility>

#include "log.hpp"
#include "session/resources.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

/// What we remember of somebody who waits for our tracks: a bound for hostile peers.
constexpr std::size_t kMaxWaitingCandidates = 64;
/// How often a participant may have a connection made, in a minute: each is a webrtcbin with its threads.
constexpr unsigned kMaxConnections = 30;
/// Connections that are being made at a time, for all together: an offer that nobody answers costs as much as a
/// participant, for as long as it is waited for. Who is more waits for its turn.
constexpr unsigned kMaxConnecting = 32;
/// How often the application is told that the process can bear no more connections, however many are turned away.
constexpr auto kToldFor = 60s;
/// How long newcomers wait for sink pads where no data has arrived.
constexpr auto kTracksTime = 1500ms;

}  // namespace

Reception::Reception(Parts parts, bool has_data_channel, Poster post, Listener& listener)
    : parts_(parts),
      has_data_channel_(has_data_channel),
      post_(std::move(post)),
      listener_(listener),
      connections_(kMaxConnections, Quota::WhenFull::FirstIsForgotten) {}

void Reception::admit(const std::string& user_id, const admission::Decision& decision, Roster::Newcomer newcomer) {
  // As in the browser's library: the limit counts the others, not ourselves.
  const std::size_t others = parts_.roster.size() - (parts_.roster.participant(user_id) ? 1 : 0);
  if (decision.depends_on_places && others >= max_participants_) {
    listener_.on_refused(user_id, "max-participants is reached");
    return;
  }
  if (!decision.depends_on_application) {
    admit_again(user_id, std::move(newcomer));
    return;
  }
  if (!expect(user_id, std::move(newcomer))) {
    return;
  }
  parts_.events.push(
      event::ParticipationAsked{user_id, parts_.roster.extra_of(user_id), [this, post = post_, user_id](bool consents) {
                                  post([this, user_id, consents] { answered(user_id, consents); });
                                }});
}

void Reception::admit_again(const std::string& user_id, Roster::Newcomer newcomer) {
  newcomer.has_consent = true;
  if (expect(user_id, std::move(newcomer))) {
    serve();
  }
}

bool Reception::expect(const std::string& user_id, Roster::Newcomer newcomer) {
  if (connections_.count(user_id) != Quota::Verdict::Within) {
    listener_.on_refused(user_id, "it has had too many connections of late");
    return false;
  }
  if (!parts_.roster.expect(user_id, std::move(newcomer))) {
    listener_.on_refused(user_id, "too many others wait to be let in");
    return false;
  }
  return true;
}

void Reception::answered(const std::string& user_id, bool consents) {
  auto& newcomers = parts_.roster.newcomers();
  const auto newcomer = newcomers.find(user_id);
  if (newcomer == newcomers.end() || newcomer->second.has_consent) {
    return;
  }
  if (!consents) {
    GST_INFO_OBJECT(parts_.bin, "%s may not come in: the application refused", user_id.c_str());
    newcomers.erase(newcomer);
    return;
  }
  newcomer->second.has_consent = true;
  serve();
}

bool Reception::keep(const std::string& user_id, const protocol::IceCandidate& candidate) {
  const auto newcomer = parts_.roster.newcomers().find(user_id);
  if (newcomer == parts_.roster.newcomers().end()) {
    return false;
  }
  if (newcomer->second.candidates.size() < kMaxWaitingCandidates) {
    newcomer->second.candidates.push_back(candidate);
  }
  return true;
}

bool Reception::can_offer() {
  if (parts_.incoming.is_possible() || parts_.outgoing.are_known()) {
    until_offered_.cancel();
    return true;
  }
  if (!until_offered_.active()) {
    until_offered_.start_once(kTracksTime, [this] { offer_what_is_known(); });
  }
  return false;
}

void Reception::offer_what_is_known() {
  if (has_data_channel_ || !parts_.outgoing.known().empty()) {  // otherwise there is nothing to offer
    GST_INFO_OBJECT(parts_.bin, "nobody waits any longer for the sink pads where no data has arrived");
    parts_.outgoing.stop_waiting();
  }
  serve();
}

void Reception::turn_away(const std::string& user_id, const std::string& shortage) {
  if (told_.active()) {
    listener_.on_refused(user_id, shortage);
    return;
  }
  told_.start_once(kToldFor, [] {});
  parts_.events.push(event::ParticipantFailed{user_id, shortage});
}

void Reception::serve() {
  if (parts_.roster.newcomers().empty() || !can_offer()) {
    return;
  }
  for (const std::string& user_id : parts_.roster.ready()) {
    const unsigned connecting = parts_.roster.connecting();
    if (connecting >= kMaxConnecting) {
      return;
    }
    auto newcomer = parts_.roster.newcomers().extract(user_id);
    if (newcomer.empty()) {
      continue;
    }
    listener_.on_turn(user_id);
    if (const auto shortage = resources::shortage(resources::measure(), connecting)) {
      turn_away(user_id, *shortage);
      continue;
    }
    listener_.on_place(user_id, std::move(newcomer.mapped()));
  }
}

}  // namespace rtcmc
