// SPDX-License-Identifier: LGPL-2.1-or-later
// What we send a participant.
#include <algorithm>
#include <utility>

#include "log.hpp"
#include "peer/peer.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// Exactly the format chosen from a remote offer.
glib::Ref<GstCaps> answered_caps(const sdp::Format& format) {
  const rtp::CodecInfo& info = rtp::info(format.codec);
  auto caps = glib::Ref<GstCaps>::adopt(gst_caps_new_simple(
      "application/x-rtp", "media", G_TYPE_STRING, info.kind == rtp::Kind::Audio ? "audio" : "video", "encoding-name",
      G_TYPE_STRING, std::string(info.encoding_name).c_str(), "clock-rate", G_TYPE_INT,
      static_cast<int>(info.clock_rate), "payload", G_TYPE_INT, static_cast<int>(format.payload_type), nullptr));
  if (format.codec == rtp::Codec::Opus) {
    // In later offers of ours, webrtcbin would say one channel, which is no Opus to Firefox.
    gst_caps_set_simple(caps.get(), "encoding-params", G_TYPE_STRING, "2", nullptr);
  }
  return caps;
}

glib::Ref<GstCaps> answered_caps(const send::Track& track, const sdp::Format& format) {
  auto caps = answered_caps(format);
  gst_caps_set_simple(caps.get(), "ssrc", G_TYPE_UINT, track.ssrc(), nullptr);
  return caps;
}

rtp::Kind kind_of(sdp::MediaKind kind) {
  return kind == sdp::MediaKind::Audio ? rtp::Kind::Audio : rtp::Kind::Video;
}

const sdp::Format* best_format(const std::vector<rtp::Codec>& codecs, const sdp::Section& section) {
  for (const rtp::Codec codec : codecs) {
    if (const sdp::Format* format = sdp::find_format(section, codec)) {
      return format;
    }
  }
  return nullptr;
}

const sdp::Format* best_format(const send::Track& track, const sdp::Section& section) {
  return best_format(track.codecs().value_or(std::vector<rtp::Codec>()), section);
}

}  // namespace

void Peer::add_track(const OutgoingTrack& outgoing) {
  const auto is_it = [&outgoing](const OutgoingTrack& known) { return known.track == outgoing.track; };
  if (std::ranges::any_of(unoffered_, is_it) || std::ranges::any_of(sending_, is_it, &Sending::outgoing)) {
    return;
  }
  unoffered_.push_back(outgoing);
  renegotiate();
}

void Peer::remove_track(const send::Track& track) {
  std::erase_if(unoffered_, [&track](const OutgoingTrack& outgoing) { return outgoing.track.get() == &track; });
  // What webrtcbin keeps of the section is treated as one that nothing was ever sent on.
  if (std::erase_if(sending_, [&track](const Sending& sending) { return sending.outgoing.track.get() == &track; }) >
      0) {
    renegotiate();
  }
}

void Peer::add_sender(const OutgoingTrack& outgoing, GstCaps* preferences, std::optional<std::size_t> section,
                      bool receives_too) {
  sending_.push_back({outgoing,
                      webrtcbin_.add_sender(outgoing.track->kind(), preferences, outgoing.stream_id, receives_too),
                      section});
}

void Peer::assign_tracks_to(const sdp::Description& offer) {
  const bool may_receive = !offer.sections.empty() && sdp::carries_media(offer.sections.front());
  for (std::size_t i = sections_.size(); i < offer.sections.size(); ++i) {
    const sdp::Section& section = offer.sections[i];
    mid_extension_id_ = section.mid_extension_id.value_or(mid_extension_id_);
    if (!sdp::carries_media(section)) {
      continue;
    }
    const rtp::Kind kind = kind_of(section.kind);
    const auto match = std::ranges::find_if(unoffered_, [&section, kind](const OutgoingTrack& outgoing) {
      return sdp::wants_media(section) && outgoing.track->kind() == kind && best_format(*outgoing.track, section);
    });
    const sdp::Format* sent = match == unoffered_.end() ? nullptr : best_format(*match->track, section);
    // Also if we want none of it or nothing is sent now: webrtcbin cannot be told later.
    const sdp::Format* received = may_receive ? best_format(receivable_.of(kind), section) : nullptr;
    if (sent || received) {
      answered_[i] = sent ? *sent : *received;
    }
    if (sent) {
      add_sender(*match, answered_caps(*match->track, *sent).get(), i, received != nullptr);
      sending_.back().agreed = *sent;
      unoffered_.erase(match);
    } else if (received) {
      webrtcbin_.add_receiver(kind, answered_caps(*received).get());
    }
    if (received) {
      receiving_.push_back({.kind = kind, .section = i, .is_shared = sent != nullptr});
    }
  }
}

const sdp::Format* Peer::format_of(const Sending& sending, const sdp::Section& remote) {
  // A browser's later offers list all that it can, several kinds of H.264 among them.
  const auto same = std::ranges::find_if(remote.formats, [&agreed = sending.agreed](const sdp::Format& format) {
    return agreed && format.codec == agreed->codec && format.payload_type == agreed->payload_type;
  });
  return same != remote.formats.end() ? &*same : best_format(*sending.outgoing.track, remote);
}

void Peer::update(Sending& sending, const sdp::Section& remote) {
  const sdp::Format* format = sdp::wants_media(remote) ? format_of(sending, remote) : nullptr;
  if (!format) {
    GST_INFO("%s does not take our section %s%s", user_id_.c_str(), remote.mid.c_str(),
             sdp::wants_media(remote) ? ": it decodes no codec that we have" : "");
    sending.subscription.reset();
    sending.format.reset();
    return;
  }
  const send::PacketFormat wanted{format->codec, format->payload_type, remote.mid_extension_id, remote.mid};
  if (sending.format == wanted) {
    return;
  }
  GST_INFO("%s takes section %s as %s, payload type %u", user_id_.c_str(), remote.mid.c_str(),
           std::string(rtp::info(format->codec).encoding_name).c_str(), format->payload_type);
  sending.subscription.reset();
  sending.agreed = *format;
  const bool is_new = !std::exchange(sending.format, wanted);
  sending.subscription = sending.outgoing.track->subscribe(wanted, sending.sender.pad());
  if (connected_) {
    sending.subscription->start();
    if (is_new) {
      listener_.on_track_taken(*this, *sending.outgoing.track);
    }
  }
}

const Peer::Sending* Peer::sending_on(std::size_t section) const {
  const auto found = std::ranges::find_if(sending_, [section](const Sending& s) { return s.section == section; });
  return found == sending_.end() ? nullptr : &*found;
}

}  // namespace rtcmc
