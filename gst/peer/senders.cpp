// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/senders.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "glib/random.hpp"
#include "log.hpp"
#include "media/rtp_elements.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// Dynamic ones that nothing else of ours uses.
constexpr std::uint8_t kFirstOtherH264 = 112;
/// Of 50 packets a second: RTP, SRTP, UDP and IP.
constexpr std::uint64_t kSoundOverhead = 24'000;  // bit/s
/// Keyframes and headers want more than the encoder's rate.
constexpr double kHeadroom = 1.2;
constexpr std::size_t kMaxOtherH264 = 8;
/// What sends nothing for so long is not a picture just now; cameras may send one in a second.
constexpr std::chrono::seconds kStill{2};

const char* h264_profile_of(GstCaps* caps) {
  return gst_structure_get_string(gst_caps_get_structure(caps, 0), "profile-level-id");
}

glib::Ref<GstCaps> answered_caps(const send::Track& track, const sdp::Format& format) {
  auto caps = sdp::caps_of(format);
  gst_caps_set_simple(caps.get(), "ssrc", G_TYPE_UINT, track.ssrc(), nullptr);
  return caps;
}

const sdp::Format* best_format(const send::Track& track, const sdp::Section& section) {
  return sdp::find_format(section, track.codecs().value_or(std::vector<rtp::Codec>()));
}

/// RFC 3711, 3.3.1: the first one should not be so high that numbers soon wrap around.
std::uint16_t first_sequence() {
  return static_cast<std::uint16_t>(glib::random_number() & 0x7FFFU);
}

send::PacketFormat packet_format(const sdp::Format& format, const sdp::Section& remote) {
  return {format.codec,
          format.payload_type,
          remote.mid_extension_id,
          remote.mid,
          format.retransmission_type,
          remote.transport_number_id,
          remote.playout_delay_extension_id,
          format.codec == rtp::Codec::Opus && sdp::takes_repetitions(format.fmtp)};
}

SentQuality::Size size_of(GstCaps* caps) {
  const auto size = stats::picture_size(caps);
  return size ? SentQuality::Size{size->width, size->height} : SentQuality::Size();
}

}  // namespace

Senders::Senders(WebRtcBin& webrtcbin, const std::string& user_id, std::vector<OutgoingTrack> tracks,
                 Callbacks callbacks)
    : webrtcbin_(webrtcbin), user_id_(user_id), callbacks_(std::move(callbacks)), unoffered_(std::move(tracks)) {}

bool Senders::add(const OutgoingTrack& outgoing) {
  const auto is_it = [&outgoing](const OutgoingTrack& known) { return known.track == outgoing.track; };
  if (std::ranges::any_of(unoffered_, is_it) || std::ranges::any_of(sending_, is_it, &Sending::outgoing)) {
    return false;
  }
  unoffered_.push_back(outgoing);
  return true;
}

bool Senders::remove(const send::Track& track) {
  const auto is_it = [&track](const OutgoingTrack& known) { return known.track.get() == &track; };
  std::erase_if(unoffered_, is_it);
  // What webrtcbin keeps of the section is treated as one that nothing was ever sent on.
  return std::erase_if(sending_, [this, is_it](Sending& sending) {
           const bool ends = is_it(sending.outgoing);
           if (ends) {
             end(sending);
           }
           return ends;
         }) > 0;
}

glib::Ref<GstCaps> Senders::offered_caps(const send::Track& track) {
  auto result = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  for (const rtp::Codec codec : track.codecs().value_or(std::vector<rtp::Codec>())) {
    auto caps = glib::Ref<GstCaps>::adopt(gst_caps_copy(track.rtp_caps(codec).get()));
    gst_caps_set_simple(caps.get(), "payload", G_TYPE_INT, static_cast<int>(payload_type_of(codec, caps.get())), "ssrc",
                        G_TYPE_UINT, track.ssrc(), nullptr);
    gst_caps_append(result.get(), caps.release());
  }
  return result;
}

std::uint8_t Senders::payload_type_of(rtp::Codec codec, GstCaps* caps) {
  const std::string profile = codec == rtp::Codec::H264 ? h264_profile_of(caps) : "";
  if (profile.empty() || profile == h264_profile_of(rtp_caps(rtp::Codec::H264).get())) {
    return rtp::info(codec).payload_type;
  }
  auto known = std::ranges::find(other_h264_, profile);
  if (known == other_h264_.end()) {
    if (other_h264_.size() == kMaxOtherH264) {
      return rtp::info(codec).payload_type;
    }
    known = other_h264_.insert(known, profile);
  }
  return static_cast<std::uint8_t>(kFirstOtherH264 + std::distance(other_h264_.begin(), known));
}

void Senders::join_offer(bool receives_too) {
  for (OutgoingTrack& outgoing : std::exchange(unoffered_, {})) {
    auto sender = webrtcbin_.add_sender(*outgoing.track->kind(), offered_caps(*outgoing.track).get(),
                                        outgoing.stream_id, receives_too);
    sending_.push_back({.outgoing = std::move(outgoing), .sender = std::move(sender)});
  }
}

void Senders::place(const std::function<std::size_t(rtp::Kind)>& next_section) {
  for (Sending& sending : sending_) {
    if (!sending.index) {
      sending.index = next_section(*sending.outgoing.track->kind());
    }
  }
}

const sdp::Format* Senders::join_answer(std::size_t index, const sdp::Section& section, bool receives_too) {
  const auto match = std::ranges::find_if(unoffered_, [&section](const OutgoingTrack& outgoing) {
    return sdp::wants_media(section) && sdp::media_kind(*outgoing.track->kind()) == section.kind &&
           best_format(*outgoing.track, section);
  });
  if (match == unoffered_.end()) {
    return nullptr;
  }
  const sdp::Format* format = best_format(*match->track, section);
  auto sender = webrtcbin_.add_sender(*match->track->kind(), answered_caps(*match->track, *format).get(),
                                      match->stream_id, receives_too);
  sending_.push_back({.outgoing = std::move(*match),
                      .sender = std::move(sender),
                      .index = index,
                      .format = packet_format(*format, section)});
  unoffered_.erase(match);
  return format;
}

const OutgoingTrack* Senders::on(std::size_t index) const {
  const auto found = std::ranges::find(sending_, index, &Sending::index);
  return found == sending_.end() ? nullptr : &found->outgoing;
}

const sdp::Format* Senders::format_on(std::size_t index, const sdp::Section& remote) const {
  const auto found = std::ranges::find(sending_, index, &Sending::index);
  return found == sending_.end() ? nullptr : format_of(*found, remote);
}

const sdp::Format* Senders::format_of(const Sending& sending, const sdp::Section& remote) {
  // A browser's later offers list all that it can, several kinds of H.264 among them.
  const auto same = std::ranges::find_if(remote.formats, [&latest = sending.format](const sdp::Format& format) {
    return latest && format.codec == latest->codec && format.payload_type == latest->payload_type;
  });
  return same != remote.formats.end() ? &*same : best_format(*sending.outgoing.track, remote);
}

void Senders::settle(const std::vector<sdp::Section>& remote, const std::vector<sdp::Section>& local) {
  for (Sending& sending : sending_) {
    if (sending.index && *sending.index < remote.size() && *sending.index < local.size()) {
      settle(sending, remote[*sending.index], local[*sending.index]);
    }
  }
}

void Senders::settle(Sending& sending, const sdp::Section& remote, const sdp::Section& local) {
  const sdp::Format* format = sdp::wants_media(remote) ? format_of(sending, remote) : nullptr;
  if (!format) {
    GST_INFO("%s does not take our section %s%s", user_id_.c_str(), remote.mid.c_str(),
             sdp::wants_media(remote) ? ": it decodes no codec that we have" : "");
    sending.subscription.reset();
    if ((remote.rejected || sdp::wants_media(remote)) && !std::exchange(sending.is_refused, true)) {
      callbacks_.on_refused(sending.outgoing);
    }
    return;
  }
  sending.max_bitrate = remote.max_bitrate;
  const send::PacketFormat wanted = packet_format(*format, remote);
  const bool is_new = !sending.subscription;
  if (!is_new && sending.format == wanted) {
    return;
  }
  GST_INFO("%s takes section %s as %s, payload type %u", user_id_.c_str(), remote.mid.c_str(),
           std::string(rtp::info(format->codec).encoding_name).c_str(), format->payload_type);
  sending.subscription.reset();
  sending.format = wanted;
  sending.subscription = sending.outgoing.track->subscribe(wanted, transmission(sending, local));
  if (is_started_) {
    sending.subscription->start();
    if (is_new) {
      callbacks_.on_taken(*sending.outgoing.track);
    }
  }
}

std::shared_ptr<send::Transmission> Senders::transmission(Sending& sending, const sdp::Section& local) const {
  if (!sending.transmission) {
    const std::uint32_t ssrc = sending.outgoing.track->ssrc();
    // RTP input may come again at another pad with the SSRC that it had: its key stream goes on.
    const auto former = next_sequences_.find(ssrc);
    const rtp::Transmitter::Identity identity{
        .ssrc = ssrc,
        .retransmission_ssrc = local.retransmission_ssrc,
        .first_sequence = former == next_sequences_.end() ? first_sequence() : former->second};
    sending.transmission = std::make_shared<send::Transmission>(webrtcbin_.media_path(), identity, local.cname);
  }
  return sending.transmission;
}

void Senders::end(Sending& sending) {
  sending.subscription.reset();
  if (sending.transmission) {
    sending.transmission->end();
    next_sequences_[sending.transmission->ssrc()] = sending.transmission->next_sequence();
  }
}

void Senders::start() {
  is_started_ = true;
  for (Sending& sending : sending_) {
    if (sending.subscription) {
      sending.subscription->start();
    }
  }
}

std::uint64_t Senders::wanted_rate(const Sending& sending) {
  const std::uint64_t bitrate = sending.outgoing.track->bitrate();
  return std::min(bitrate, sending.max_bitrate.value_or(bitrate));
}

void Senders::adapt(std::chrono::steady_clock::time_point now) {
  std::uint64_t for_sound = 0;
  std::uint64_t wanted = 0;
  std::vector<Sending*> pictures;
  for (Sending& sending : sending_) {
    if (!sending.subscription) {
      continue;
    }
    if (*sending.outgoing.track->kind() == rtp::Kind::Video) {
      pictures.push_back(&sending);
      wanted += wanted_rate(sending);
    } else {
      for_sound += sending.outgoing.track->bitrate() + kSoundOverhead;
    }
  }
  auto& bandwidth = webrtcbin_.media_path()->bandwidth();
  available_bitrate_ =
      bandwidth.estimate(for_sound + static_cast<std::uint64_t>(static_cast<double>(wanted) * kHeadroom), now);
  GST_TRACE("%s: %" G_GUINT64_FORMAT " bit/s", user_id_.c_str(), available_bitrate_.value_or(0));
  // Sound comes first: it is little, and missed more.
  std::optional<std::uint64_t> for_pictures;
  if (available_bitrate_) {
    const std::uint64_t rest = *available_bitrate_ > for_sound ? *available_bitrate_ - for_sound : 0;
    for_pictures = static_cast<std::uint64_t>(static_cast<double>(rest) / kHeadroom);
  }
  for (Sending* sending : pictures) {
    std::optional<send::Budget> budget;
    if (for_pictures) {
      budget = send::Budget{*for_pictures * wanted_rate(*sending) / std::max<std::uint64_t>(wanted, 1),
                            bandwidth.is_sought(), bandwidth.is_congested()};
    }
    sending->subscription->set_budget(send::limited(budget, sending->max_bitrate));
    if (sending->subscription->portion() != send::Portion::Everything && !std::exchange(sending->is_reduced, true)) {
      callbacks_.on_reduced(sending->outgoing);
    }
    watch_quality(*sending, now);
  }
  // While all are muted or have no input, nobody would have anything of it.
  const auto moving = std::ranges::find_if(pictures, [now](const Sending* sending) {
    const auto last = sending->transmission->last_sent();
    return last && now - *last < kStill;
  });
  if (const auto probe = moving == pictures.end() || !is_started_ ? std::nullopt : bandwidth.probe(now)) {
    probing_.start(*probe, (*moving)->transmission);
  }
}

void Senders::watch_quality(Sending& sending, std::chrono::steady_clock::time_point now) {
  const auto encoding = is_started_ ? sending.subscription->encoding() : std::nullopt;
  if (!encoding) {
    return;
  }
  const SentQuality quality{encoding->layer, sending.subscription->portion(), size_of(encoding->encoded.get()),
                            size_of(encoding->input.get())};
  if (const auto reason = sending.quality.decide(quality, now)) {
    GST_INFO("%s gets %s in layer %zu, %dx%d", user_id_.c_str(), sending.outgoing.pad_name.c_str(), quality.layer,
             quality.size.width, quality.size.height);
    callbacks_.on_quality(sending.outgoing, quality, *reason);
  }
}

std::vector<WebRtcBin::Sender> Senders::part() {
  probing_.stop();
  std::vector<WebRtcBin::Sender> senders;
  for (Sending& sending : sending_) {
    end(sending);
    senders.push_back(std::move(sending.sender));
  }
  return senders;
}

std::vector<stats::SentStream> Senders::stats() {
  std::vector<stats::SentStream> result;
  for (Sending& sending : sending_) {
    if (sending.subscription) {
      result.push_back(stats(sending));
    }
  }
  return result;
}

std::uint64_t Senders::bytes_sent() const {
  std::uint64_t bytes = 0;
  for (const Sending& sending : sending_) {
    const auto count = sending.transmission ? sending.transmission->count() : rtp::TransmissionCount();
    bytes += count.bytes + count.retransmitted_bytes;
  }
  return bytes;
}

stats::SentStream Senders::stats(Sending& sending) {
  const send::Track& track = *sending.outgoing.track;
  stats::SentStream sent;
  sent.stream.kind = *track.kind();
  sent.stream.stream_id = sending.outgoing.stream_id;
  sent.stream.codec = sending.format->codec;
  sent.stream.ssrc = track.ssrc();
  sent.stream.frames = sending.subscription->frames();
  if (const auto encoding = sending.subscription->encoding()) {
    sent.stream.size = stats::picture_size(encoding->encoded.get());
    sent.encoder = encoding->encoder;
    sent.shared_with = encoding->subscribers;
    sent.layer = encoding->layer;
    sent.portion = sending.subscription->portion();
  }
  sent.rtp = sending.transmission->count();
  stats::set_pace(sent.stream, sending.pace, sent.rtp.bytes);
  return sent;
}

}  // namespace rtcmc
