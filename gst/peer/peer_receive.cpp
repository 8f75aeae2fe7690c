// SPDX-License-Identifier: LGPL-2.1-or-later
// What a participant sends us.
#include <algorithm>
#include <utility>

#include "log.hpp"
#include "media/rtp_elements.hpp"
#include "peer/peer.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// What we receive in sections of our own offers.
glib::Ref<GstCaps> receivable_caps(const std::vector<rtp::Codec>& codecs) {
  auto result = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  for (const rtp::Codec codec : codecs) {
    auto caps = rtp_caps(codec);
    gst_caps_set_simple(caps.get(), "payload", G_TYPE_INT, static_cast<int>(rtp::info(codec).payload_type), nullptr);
    gst_caps_append(result.get(), caps.release());
  }
  return result;
}

}  // namespace

/// A section of its own: what we can receive has nothing to do with what we send.
void Peer::add_receivers() {
  for (const rtp::Kind kind : {rtp::Kind::Audio, rtp::Kind::Video}) {
    const bool has_one = std::ranges::any_of(
        receiving_, [kind](const Receiving& receiving) { return receiving.kind == kind && !receiving.is_shared; });
    if (wanted_.of(kind) && !has_one) {
      webrtcbin_.add_receiver(kind, receivable_caps(receivable_.of(kind)).get());
      receiving_.push_back({.kind = kind});
    }
  }
}

void Peer::receive(WantedMedia wanted) {
  if (std::exchange(wanted_, wanted) == wanted) {
    return;
  }
  if (negotiation_.has_agreement() && !can_receive() && wanted != WantedMedia()) {
    listener_.on_restart_needed(*this);
  } else {
    renegotiate();
  }
}

bool Peer::can_receive() const {
  return sections_.empty() || sdp::carries_media(sections_.front());
}

std::vector<std::shared_ptr<receive::RemoteStream>> Peer::streams() const {
  std::vector<std::shared_ptr<receive::RemoteStream>> result;
  for (const Receiving& receiving : receiving_) {
    if (receiving.stream) {
      result.push_back(receiving.stream);
    }
  }
  return result;
}

void Peer::update(Receiving& receiving, const sdp::Section& remote) {
  const bool flows = wanted_.of(receiving.kind) && sdp::sends_media(remote);
  if (receiving.stream && (!flows || receiving.stream->stream_id != remote.stream_id)) {
    listener_.on_stream_removed(*this, std::exchange(receiving.stream, nullptr));
  }
  if (flows && !receiving.stream) {
    receiving.stream = std::make_shared<receive::RemoteStream>(receive::RemoteStream{
        user_id_, remote.stream_id, receiving.kind, receive::describe(user_id_, remote.stream_id, receiving.kind),
        group_id_, receiving.tap, receiving.codec});
    listener_.on_stream_added(*this, receiving.stream);
  }
}

void Peer::on_media(std::size_t section, std::shared_ptr<receive::Tap> tap, rtp::Codec codec) {
  // webrtcbin 1.22 forgets SSRCs that have been silent for a while, and takes their packets for those of the first
  // section.
  const auto said = ssrcs_.find(tap->count().ssrc);
  Receiving* receiving = receiving_on(said == ssrcs_.end() ? section : said->second);
  if (!receiving || rtp::info(codec).kind != receiving->kind) {
    GST_DEBUG("%s sends something in section %zu, where nothing is wanted", user_id_.c_str(), section);
    return;
  }
  receiving->tap = std::move(tap);
  receiving->codec = codec;
  if (receiving->stream) {
    receiving->stream->tap = receiving->tap;
    receiving->stream->codec = codec;
    listener_.on_media(*this, receiving->stream);
  }
}

Peer::Receiving* Peer::receiving_on(std::size_t section) {
  const auto found = std::ranges::find_if(receiving_, [section](const Receiving& r) { return r.section == section; });
  return found == receiving_.end() ? nullptr : &*found;
}

bool Peer::is_open_on(std::size_t section) {
  const Receiving* receiving = receiving_on(section);
  return is_wanted_on(section) && (!receiving->is_shared || receiving->stream);
}

bool Peer::is_wanted_on(std::size_t section) {
  const Receiving* receiving = receiving_on(section);
  return receiving && wanted_.of(receiving->kind);
}

}  // namespace rtcmc
