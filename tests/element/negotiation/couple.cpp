// SPDX-License-Identifier: LGPL-2.1-or-later
#include "couple.hpp"

#include <algorithm>
#include <utility>

#include "glib/worker_thread.hpp"

namespace rtcmc::test {

namespace {

PeerSettings with_data_channel(const char* our_user_id) {
  return {.ice = {}, .data_channel = true, .receivable = {}, .our_user_id = our_user_id};
}

}  // namespace

Side::Side(GstBin* bin, const std::string& user_id, const PeerSettings& settings, std::vector<OutgoingTrack> tracks,
           WantedMedia wanted)
    : peer(std::make_unique<Peer>(bin, user_id, settings, std::move(tracks), wanted,
                                  static_cast<Peer::Listener&>(*this))) {}

void Side::send(std::function<void(Peer& other)> message) {
  if (!other_) {
    return;
  }
  glib::post(g_main_context_default(),
             [other = other_, alive = std::weak_ptr<char>(other_->alive_), message = std::move(message)] {
               if (!alive.expired() && other->peer) {
                 message(*other->peer);
               }
             });
}

void Side::on_local_description(Peer&, protocol::SdpType type, std::string sdp, bool) {
  descriptions.push_back(sdp);
  if (rewrite) {
    sdp = rewrite(std::move(sdp));
  }
  send([type, sdp = std::move(sdp)](Peer& other) {
    if (type == protocol::SdpType::Offer) {
      other.accept_offer(sdp);
    } else {
      other.accept_answer(sdp);
    }
  });
}

void Side::on_local_candidate(Peer&, protocol::IceCandidate candidate) {
  const auto readdressed = readdress ? readdress(std::move(candidate)) : std::optional(std::move(candidate));
  if (readdressed) {
    send([candidate = *readdressed](Peer& other) { other.accept_candidate(candidate); });
  }
}

void Side::on_stream_added(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  streams.push_back(stream);
}

void Side::on_stream_removed(Peer&, const std::shared_ptr<receive::RemoteStream>& stream) {
  std::erase(streams, stream);
}

Couple::Couple(GstBin* bin)
    : one(bin, "other", with_data_channel("one")), other(bin, "one", with_data_channel("other")) {
  one.talk_to(other);
  other.talk_to(one);
  one.peer->offer();
}

}  // namespace rtcmc::test
