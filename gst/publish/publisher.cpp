// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/publisher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "glib/random.hpp"
#include "log.hpp"
#include "publish/offer.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

/// What logs and the element's name call the server.
constexpr const char* kServerName = "media-server";
/// As participants wait for tracks that are not known yet.
constexpr auto kTracksTimeout = 1500ms;
/// A STUN server that does not answer keeps candidates from being complete for longer.
constexpr auto kGatheringTimeout = 2500ms;
/// Nobody waits for these goodbyes.
constexpr auto kFarewellTimeout = 5000ms;
/// Whoever receives media reports about it, each 1 to 7 s.
constexpr auto kSilence = 10s;
/// A connection that lasts as long is a sound one: after its end it is tried at once again.
constexpr auto kSoundTime = 10s;
constexpr auto kShortestDelay = 1000ms;
constexpr auto kLongestDelay = 60000ms;

int code_of(whip::Refused::Kind kind) {
  using Kind = whip::Refused::Kind;
  switch (kind) {
    case Kind::Unreachable:
    case Kind::NotFound:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case Kind::NotAuthorized:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case Kind::Busy:
      return GST_RESOURCE_ERROR_BUSY;
    case Kind::Nonsense:
      break;
  }
  return GST_RESOURCE_ERROR_OPEN_WRITE;
}

std::vector<std::shared_ptr<send::Track>> tracks_in(const std::vector<OutgoingTrack>& outgoing) {
  std::vector<std::shared_ptr<send::Track>> tracks;
  std::ranges::transform(outgoing, std::back_inserter(tracks), &OutgoingTrack::track);
  return tracks;
}

void append_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
  std::ranges::copy_if(more, std::back_inserter(all),
                       [&all](const std::string& each) { return std::ranges::find(all, each) == all.end(); });
}

}  // namespace

Publisher::Publisher(GstBin* bin, PublishSettings settings, const Outgoing& outgoing, EventQueue& events, End end)
    : bin_(bin),
      settings_(std::move(settings)),
      own_ice_servers_(settings_.peer.ice.servers),
      outgoing_(outgoing),
      events_(events),
      end_(std::move(end)),
      backoff_(kShortestDelay, kLongestDelay) {}

Publisher::~Publisher() = default;

void Publisher::begin() {
  if (!is_on() || std::exchange(is_in_room_, true)) {
    return;
  }
  until_known_.start_once(kTracksTimeout, [this] { connect(); });
  tracks_changed();
}

void Publisher::tracks_changed() {
  if (!is_in_room_ || (until_known_.active() && !outgoing_.are_known())) {
    return;
  }
  until_known_.cancel();
  if (tracks_in(outgoing_.known()) != tracks_) {
    connect();
  }
}

void Publisher::remove_track(const send::Track& track) {
  if (std::erase_if(tracks_, [&track](const auto& sent) { return sent.get() == &track; }) > 0) {
    // At once: the track is about to go.
    connect();
  }
}

void Publisher::leave(std::chrono::milliseconds limit, std::function<void()> done) {
  is_in_room_ = false;
  tracks_.clear();
  told_.clear();
  backoff_.reset();
  until_known_.cancel();
  until_retry_.cancel();
  end_connection(limit, std::move(done));
}

void Publisher::connect() {
  until_retry_.cancel();
  end_connection(kFarewellTimeout, [] {});
  const auto outgoing = outgoing_.known();
  tracks_ = tracks_in(outgoing);
  if (!is_in_room_ || outgoing.empty()) {
    return;
  }
  GST_INFO_OBJECT(bin_, "publishes %zu tracks at %s", outgoing.size(), whip::shown_url(settings_.endpoint.url).c_str());
  Peer::Listener& listener = *this;
  peer_ = std::make_unique<Peer>(bin_, kServerName, settings_.peer, outgoing, WantedMedia(), listener);
  peer_->offer();
}

void Publisher::on_local_description(Peer&, protocol::SdpType, std::string sdp, bool) {
  offer_ = std::move(sdp);
  until_gathered_.start_once(kGatheringTimeout, [this] { post_offer(); });
}

void Publisher::on_local_candidate(Peer&, protocol::IceCandidate candidate) {
  candidates_.push_back(std::move(candidate));
}

void Publisher::on_candidates_complete(Peer&) {
  if (until_gathered_.active()) {
    post_offer();
  }
}

void Publisher::post_offer() {
  until_gathered_.cancel();
  GST_DEBUG_OBJECT(bin_, "offers the media server %zu candidates", candidates_.size());
  client_ = std::make_unique<whip::Client>(settings_.endpoint);
  client_->publish(with_candidates(offer_, candidates_), [this](auto result) { take(std::move(result)); });
}

void Publisher::take(whip::Client::Result result) {
  if (const auto* refused = std::get_if<whip::Refused>(&result)) {
    fail(*refused);
    return;
  }
  const auto& accepted = std::get<whip::Accepted>(result);
  has_answered_ = true;
  GST_DEBUG_OBJECT(bin_, "the session at the media server is %s", whip::shown_url(accepted.session_url).c_str());
  // webrtcbin takes no more of them once it has made its offer: they are for the next one.
  settings_.peer.ice.servers = own_ice_servers_;
  append_new(settings_.peer.ice.servers.stun, accepted.ice_servers.stun);
  append_new(settings_.peer.ice.servers.turn, accepted.ice_servers.turn);
  peer_->accept_answer(accepted.sdp);
  if (peer_ && peer_->awaits_first_answer()) {
    fail({whip::Refused::Kind::Nonsense,
          server() + " answers with a session description that does not fit what we offer: check that publish-url is "
                     "its WHIP endpoint, and its log."});
  }
}

void Publisher::on_connected(Peer&) {
  GST_INFO_OBJECT(bin_, "the media server gets what the room gets");
  connected_since_ = std::chrono::steady_clock::now();
  told_.clear();
}

void Publisher::on_track_refused(Peer&, const OutgoingTrack& track) {
  warn(GST_RESOURCE_ERROR_WRITE, server() + " does not take " + track.pad_name +
                                     ", and gets the rest: give the room raw input, and list a codec in video-codecs "
                                     "or audio-codecs that the server knows.");
}

void Publisher::on_track_reduced(Peer&, const OutgoingTrack& track) {
  warn(GST_RESOURCE_ERROR_WRITE, "The network to the media server does not carry " + track.pad_name +
                                     ", which comes encoded: frames are left out for it. Give the room raw video, "
                                     "which is encoded to fit, or have the camera send less.");
}

void Publisher::on_restart_needed(Peer&) {
  connection_failed("it changed what was agreed on");
}

void Publisher::on_failed(Peer&, const std::string& reason) {
  connection_failed(reason);
}

void Publisher::connection_failed(const std::string& reason) {
  const std::string why = " (" + reason.substr(0, reason.find_last_not_of('.') + 1) + ")";
  std::string text;
  if (connected_since_) {
    text = "The connection to the media server at " + whip::shown_url(settings_.endpoint.url) + " has ended" + why +
           ": check that it runs, and its log.";
  } else if (has_answered_) {
    text = server() + " answers, but media does not get there" + why +
           ": check its UDP ports and firewall, or set turn-servers.";
  } else {
    text = server() + " was not asked or did not answer in time" + why +
           ": check publish-url, the network, and whether this machine has too much to do.";
  }
  fail({whip::Refused::Kind::Unreachable, text});
}

void Publisher::fail(const whip::Refused& why) {
  const auto now = std::chrono::steady_clock::now();
  if (connected_since_ && now - *connected_since_ >= kSoundTime) {
    backoff_.reset();
  }
  end_connection(kFarewellTimeout, [] {});
  const auto delay =
      std::max<std::chrono::milliseconds>(backoff_.next(glib::random_number() / 0x1p32), why.retry_after.value_or(0s));
  GST_INFO_OBJECT(bin_, "publishes nothing for %d ms: %s", static_cast<int>(delay.count()), why.text.c_str());
  until_retry_.start_once(delay, [this] { connect(); });
  if (std::exchange(told_, why.text) != why.text) {
    warn(code_of(why.kind), why.text);
  }
}

void Publisher::end_connection(std::chrono::milliseconds limit, std::function<void()> done) {
  until_gathered_.cancel();
  connected_since_.reset();
  has_answered_ = false;
  offer_.clear();
  candidates_.clear();
  if (peer_) {
    end_(std::move(peer_));
  }
  if (client_) {
    parting_ = std::move(client_);  // it may be the one that calls
    parting_->end(limit, std::move(done));
  } else {
    done();
  }
}

void Publisher::adapt(std::chrono::steady_clock::time_point now) {
  if (!peer_) {
    return;
  }
  peer_->adapt(now);
  if (connected_since_ &&
      now - std::max(*connected_since_, peer_->last_heard().value_or(*connected_since_)) > kSilence) {
    connection_failed("nothing came from it for 10 seconds");
  }
}

void Publisher::resume() {
  if (peer_) {
    peer_->resume();
  }
}

bool Publisher::webrtcbin_failed(const GstElement* webrtcbin, const std::string& reason) {
  if (!peer_ || peer_->webrtcbin() != webrtcbin) {
    return false;
  }
  connection_failed(reason);
  return true;
}

void Publisher::warn(int code, const std::string& text) {
  events_.push(event::PublishingTroubled{code, text});
}

}  // namespace rtcmc
