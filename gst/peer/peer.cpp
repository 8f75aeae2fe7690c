// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/peer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <type_traits>
#include <utility>

#include "log.hpp"
#include "peer/bundle.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

constexpr std::chrono::seconds kConnectTimeout{12};
constexpr std::size_t kMaxNameLength = 40;  // of the part of an element's name that is the participant's

sdp::DtlsSetup counterpart_of(sdp::DtlsSetup setup) {
  return setup == sdp::DtlsSetup::Active ? sdp::DtlsSetup::Passive : sdp::DtlsSetup::Active;
}

template <typename Streams>
std::uint64_t bytes_of(const Streams& streams) {
  std::uint64_t bytes = 0;
  for (const auto& [ssrc, rtp] : streams) {
    bytes += rtp.bytes;
  }
  return bytes;
}

std::string element_name(const std::string& user_id) {
  static std::atomic<unsigned> counter{0};
  const gchar* end = nullptr;  // of the whole characters
  g_utf8_validate(user_id.data(), static_cast<gssize>(std::min(user_id.size(), kMaxNameLength)), &end);
  return "peer-" + std::to_string(counter++) + "-" + std::string(user_id.data(), end);
}

}  // namespace

Peer::Peer(GstBin* bin, std::string user_id, const PeerSettings& settings, std::vector<OutgoingTrack> tracks,
           WantedMedia wanted, Listener& listener)
    : user_id_(std::move(user_id)),
      listener_(listener),
      video_bitrate_(settings.video_bitrate),
      opus_(settings.opus),
      data_channel_due_(settings.data_channel),
      messenger_(settings.data_channel ? std::make_unique<Messenger>(
                                             settings.our_user_id, user_id_,
                                             [this](DataEvent event) { listener_.on_data(*this, std::move(event)); })
                                       : nullptr),
      candidates_(
          {.send =
               [this](protocol::IceCandidate candidate) { listener_.on_local_candidate(*this, std::move(candidate)); },
           // In webrtcbin the bundle's transport is the first section's.
           .add = [this](const std::string& candidate) { webrtcbin_.add_ice_candidate(0, candidate); },
           .drop = [this] { drop("candidate", "it sent too many"); }}),
      webrtcbin_(bin, element_name(user_id_), settings.ice, settings.latency,
                 {.on_candidate =
                      [this](unsigned, const std::string& candidate) {
                        if (!candidate.empty()) {
                          candidates_.found(candidate, bundle_carrier());
                        }
                      },
                  .on_candidates_complete = [this] { listener_.on_candidates_complete(*this); },
                  .on_connection_state = [this](GstWebRTCPeerConnectionState state) { on_connection_state(state); },
                  .on_media = [this](unsigned index, std::shared_ptr<receive::Tap> tap,
                                     rtp::Codec codec) { receivers_.receive(index, std::move(tap), codec); },
                  .on_data_channel = [this](auto channel) { use_data_channel(std::move(channel)); },
                  .on_excess = [this](const std::string& reason) { listener_.on_failed(*this, reason); }}),
      senders_(webrtcbin_, user_id_, std::move(tracks),
               {.on_taken = [this](const send::Track& track) { listener_.on_track_taken(*this, track); },
                .on_refused = [this](const OutgoingTrack& track) { listener_.on_track_refused(*this, track); },
                .on_reduced = [this](const OutgoingTrack& track) { listener_.on_track_reduced(*this, track); },
                .on_quality =
                    [this](const OutgoingTrack& track, const SentQuality& quality, QualityReason reason) {
                      listener_.on_quality_changed(*this, track, quality, reason);
                    }}),
      receivers_(webrtcbin_, user_id_, settings.receivable, wanted,
                 {.on_added = [this](const auto& stream) { listener_.on_stream_added(*this, stream); },
                  .on_removed = [this](const auto& stream) { listener_.on_stream_removed(*this, stream); },
                  .on_media = [this](const auto& stream) { listener_.on_media(*this, stream); }}),
      negotiation_(std::chrono::steady_clock::now()) {
  limit_time_to_connect();
}

Peer::~Peer() {
  if (webrtcbin_.element()) {
    part()();
  }
}

void Peer::end(std::unique_ptr<Peer> peer, glib::TaskGroup& ending) {
  // The subscriptions end after this has begun: that may wait for a packet that is on its way into the webrtcbin.
  ending.run(peer->part());
}

glib::Task Peer::part() {
  if (messenger_) {
    messenger_->stop();
  }
  return webrtcbin_.part(senders_.part());
}

void Peer::limit_time_to_connect() {
  deadline_.start_once(kConnectTimeout, [this] {
    listener_.on_failed(*this, negotiation_.has_agreement() ? "no connection within 12 seconds: " + webrtcbin_.fault()
                                                            : "no connection within 12 seconds: nothing was agreed on");
  });
}

void Peer::send_data() {
  if (messenger_) {
    messenger_->pump();
  }
}

void Peer::use_data_channel(std::unique_ptr<DataChannel> channel) {
  if (messenger_) {
    messenger_->add(std::move(channel));
  } else {
    GST_INFO("%s has opened a data channel, which our session has none of", user_id_.c_str());
  }
}

void Peer::rename(std::string user_id) {
  user_id_ = std::move(user_id);
  receivers_.rename();
}

void Peer::offer() {
  act(negotiation_.begin(std::chrono::steady_clock::now()));
}

void Peer::renegotiate() {
  act(negotiation_.change(std::chrono::steady_clock::now()));
}

void Peer::add_track(const OutgoingTrack& outgoing) {
  if (senders_.add(outgoing)) {
    renegotiate();
  }
}

void Peer::remove_track(const send::Track& track) {
  if (senders_.remove(track)) {
    renegotiate();
  }
}

void Peer::receive(WantedMedia wanted) {
  if (!receivers_.want(wanted)) {
    return;
  }
  if (negotiation_.has_agreement() && !can_receive() && wanted != WantedMedia()) {
    listener_.on_restart_needed(*this);
  } else {
    renegotiate();
  }
}

bool Peer::can_receive() const {
  return sections_.empty() || sections_.front().kind != sdp::MediaKind::Application;
}

void Peer::accept_offer(std::string text, Negotiation::Glare glare) {
  act(negotiation_.offer_came(std::move(text), glare, std::chrono::steady_clock::now()));
}

void Peer::accept_answer(std::string text) {
  act(negotiation_.answer_came(std::move(text)));
}

void Peer::act(Negotiation::Action action) {
  std::visit(
      [this](const auto& todo) {
        using Action = std::decay_t<decltype(todo)>;
        if constexpr (std::is_same_v<Action, Negotiation::MakeOffer>) {
          make_offer();
        } else if constexpr (std::is_same_v<Action, Negotiation::TakeAnswer>) {
          take_answer(todo.sdp);
        } else if constexpr (std::is_same_v<Action, Negotiation::TakeOffer>) {
          take_offer(todo.sdp);
        } else if constexpr (std::is_same_v<Action, Negotiation::AskForOffer>) {
          listener_.on_offer_wanted(*this);
        } else if constexpr (std::is_same_v<Action, Negotiation::Restart>) {
          listener_.on_restart_needed(*this);
        } else if constexpr (std::is_same_v<Action, Negotiation::Wait>) {
          next_look_.start_once(todo.time, [this] { act(negotiation_.look(std::chrono::steady_clock::now())); });
        } else if constexpr (std::is_same_v<Action, Negotiation::Drop>) {
          drop(todo.what, todo.why);
        }
      },
      action);
}

void Peer::make_offer() {
  if (std::exchange(data_channel_due_, false)) {
    if (auto channel = webrtcbin_.add_data_channel("sctp")) {
      messenger_->add(std::move(channel));
    }
  }
  if (is_spent_ || !webrtcbin_.can_repeat(sections_) ||
      sections_.size() + senders_.unoffered() + 2 > sdp::kMaxSections) {
    // Later, since a new peer takes the place of this one, which is being called.
    next_look_.start_once(std::chrono::milliseconds(0), [this] { act(negotiation_.cannot_go_on()); });
    return;
  }
  senders_.join_offer(can_receive());
  receivers_.join_offer();
  webrtcbin_.create_offer([this](auto result) {
    if (auto* message = std::get_if<sdp::MessagePtr>(&result)) {
      publish_offer(std::move(*message));
    } else {
      listener_.on_failed(*this, "no offer could be made: " + std::get<std::string>(result));
    }
  });
}

void Peer::publish_offer(sdp::MessagePtr message) {
  const sdp::Description local = sdp::describe(std::move(message));
  if (const auto fault = sdp::check_continuity(sections_, local.sections, false)) {
    // webrtcbin 1.22 leaves out the section of a data channel that we have none of.
    GST_INFO("%s needs a new connection: of webrtcbin's next offer, %s", user_id_.c_str(), fault->c_str());
    is_spent_ = true;
    act(negotiation_.cannot_go_on());
    return;
  }
  // The role stays as it was, and the answer says so (RFC 8842, 5.5). webrtcbin repeats what it put into its latest
  // description, before publish_answer() changed that.
  sdp::set_dtls_setup(local.message.get(), sdp::DtlsSetup::ActPass);
  // webrtcbin appends a section for each new sender and receiver, in their order.
  std::size_t next = sections_.size();
  const auto take_next = [&local, &next](rtp::Kind kind) {
    while (next < local.sections.size() && local.sections[next].kind != sdp::media_kind(kind)) {
      ++next;
    }
    return next++;
  };
  senders_.place([this, &take_next](rtp::Kind kind) {
    const std::size_t section = take_next(kind);
    if (can_receive()) {
      receivers_.share(section, kind);
    }
    return section;
  });
  receivers_.place(take_next);

  std::vector<sdp::PublishedSection> published;
  for (std::size_t i = 0; i < local.sections.size(); ++i) {
    const OutgoingTrack* sent = senders_.on(i);
    const auto answered = answered_.find(i);
    published.push_back({.direction = sdp::direction_of(sent != nullptr, receivers_.is_open_on(i)),
                         .rejected = rejected_.contains(i),
                         .stream_id = sent ? sent->stream_id : "",
                         .track_id = local.sections[i].mid,
                         .mid_extension_id = mid_extension_id_,
                         .transport_number_id = transport_number_id_,
                         .format = answered == answered_.end() ? std::nullopt : std::optional(answered->second),
                         .playout_delay_extension_id = local.sections[i].kind == sdp::MediaKind::Video
                                                           ? playout_delay_extension_id_
                                                           : std::nullopt,
                         .max_bitrate = max_bitrate(local.sections[i])});
  }
  sdp::say_transport_numbers(local.message.get(), published);
  sections_ = local.sections;
  local_ = sdp::copy_of(local.message.get());
  GST_DEBUG("%s gets an offer with %zu sections", user_id_.c_str(), sections_.size());
  // Sent before it is set: setting it makes candidates, and a browser loses those that arrive first.
  listener_.on_local_description(*this, protocol::SdpType::Offer, sdp::publish(local.message.get(), published, opus_),
                                 negotiation_.has_agreement());
  negotiation_.offer_is_out(std::chrono::steady_clock::now());
  webrtcbin_.set_local_description(GST_WEBRTC_SDP_TYPE_OFFER, local.message.get(), [this](const auto& fault) {
    if (fault) {
      listener_.on_failed(*this, "webrtcbin refused its own offer: " + *fault);
    }
  });
}

void Peer::take_answer(const std::string& text) {
  auto parsed = sdp::parse(text);
  auto* answer = std::get_if<sdp::Description>(&parsed);
  const auto fault = answer ? sdp::check_continuity(sections_, answer->sections, true) : std::get<std::string>(parsed);
  if (fault) {
    drop("answer", *fault);
    act(negotiation_.answer_is_refused());
    return;
  }
  if (!answer->carrier && !answer->sections.empty()) {
    listener_.on_failed(*this, "it rejects everything that it is offered");
    return;
  }
  adapt(*answer);
  webrtcbin_.set_remote_description(GST_WEBRTC_SDP_TYPE_ANSWER, answer->message.get(),
                                    [this, remote = answer->sections, carrier = answer->carrier](const auto& fault) {
                                      if (fault) {
                                        drop("answer", *fault);
                                        act(negotiation_.answer_is_refused());
                                        return;
                                      }
                                      if (!dtls_setup_ && carrier) {
                                        dtls_setup_ = counterpart_of(remote[*carrier].dtls_setup);
                                      }
                                      candidates_.remote_description_is_set(bundle_carrier());
                                      settle(remote);
                                    });
}

void Peer::take_offer(const std::string& text) {
  auto parsed = sdp::parse(text);
  auto* offer = std::get_if<sdp::Description>(&parsed);
  const auto fault = offer ? sdp::check_continuity(sections_, offer->sections, false) : std::get<std::string>(parsed);
  if (offer && has_recycled(*offer)) {
    act(negotiation_.cannot_go_on());
  } else if (fault) {
    drop("offer", *fault);
    act(negotiation_.offer_is_refused(senders_.unoffered() > 0, std::chrono::steady_clock::now()));
  } else if (!offer->carrier && !offer->sections.empty()) {
    listener_.on_failed(*this, "it rejects everything that there was");
  } else if (is_spent_ || wants_ice_restart(*offer) || has_other_formats(*offer)) {
    act(negotiation_.cannot_go_on());
  } else {
    answer(*offer);
  }
}

bool Peer::has_recycled(const sdp::Description& offer) const {
  if (offer.sections.size() < sections_.size()) {
    return false;
  }
  bool has = false;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (!sdp::is_same(sections_[i], offer.sections[i])) {
      if (!rejected_.contains(i)) {
        return false;
      }
      has = true;
    }
  }
  return has;
}

bool Peer::wants_ice_restart(const sdp::Description& offer) const {
  return !remote_ice_ufrag_.empty() && offer.carrier && offer.sections[*offer.carrier].ice_ufrag != remote_ice_ufrag_;
}

void Peer::adapt(sdp::Description& remote) {
  candidates_.limit(remote);
  find_carrier(remote);
  sdp::conceal_rejections(remote, local_.get());
  freeze_directions(remote);
}

void Peer::find_carrier(sdp::Description& remote) {
  rejected_.clear();
  for (std::size_t i = 0; i < remote.sections.size(); ++i) {
    if (remote.sections[i].rejected || rejected_by_us_.contains(i)) {
      rejected_.insert(i);
    }
  }
  if (remote.carrier && rejected_.contains(*remote.carrier)) {
    std::size_t other = 0;
    while (rejected_.contains(other)) {
      ++other;
    }
    if (other < remote.sections.size()) {
      remote.carrier = other;
    } else {
      rejected_.erase(*remote.carrier);  // something must carry what is still to come
      rejected_by_us_.erase(*remote.carrier);
    }
  }
  const std::size_t before = std::exchange(carrier_, remote.carrier.value_or(carrier_));
  if (carrier_ != before && !connected_) {
    candidates_.send_again(bundle_carrier());
  }
}

std::optional<Candidates::Carrier> Peer::bundle_carrier() const {
  return carrier_ < sections_.size() ? std::optional(Candidates::Carrier{carrier_, sections_[carrier_].mid})
                                     : std::nullopt;
}

bool Peer::has_other_formats(const sdp::Description& offer) {
  const auto has_other = [](const sdp::Section& known, const sdp::Section& offered) {
    return sdp::carries_media(offered) && std::ranges::none_of(offered.formats, [&known](const sdp::Format& format) {
             const sdp::Format* same = sdp::find_format(known, format.codec);
             return same && same->payload_type == format.payload_type;
           });
  };
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if ((senders_.on(i) || receivers_.has(i)) && has_other(sections_[i], offer.sections[i])) {
      return true;
    }
  }
  return false;
}

void Peer::answer(sdp::Description& offer) {
  join_answer(offer);
  adapt(offer);
  webrtcbin_.set_remote_description(
      GST_WEBRTC_SDP_TYPE_OFFER, offer.message.get(), [this, remote = offer.sections](const auto& fault) {
        if (fault) {
          // webrtcbin stays half-way in such an offer: nothing can be agreed on with it any more.
          listener_.on_failed(*this, "its offer was refused: " + *fault);
          return;
        }
        webrtcbin_.create_answer([this, remote](auto result) {
          if (auto* message = std::get_if<sdp::MessagePtr>(&result)) {
            publish_answer(std::move(*message), remote);
          } else {
            listener_.on_failed(*this, "no answer could be made: " + std::get<std::string>(result));
          }
        });
      });
}

void Peer::join_answer(const sdp::Description& offer) {
  const bool may_receive = !offer.sections.empty() && offer.sections.front().kind != sdp::MediaKind::Application;
  for (std::size_t i = sections_.size(); i < offer.sections.size(); ++i) {
    const sdp::Section& section = offer.sections[i];
    mid_extension_id_ = section.mid_extension_id.value_or(mid_extension_id_);
    if (section.kind == sdp::MediaKind::Video) {
      playout_delay_extension_id_ = section.playout_delay_extension_id;
    }
    if (!sdp::carries_media(section)) {
      continue;
    }
    transport_number_id_ = section.transport_number_id;
    // Also if we want none of it or nothing is sent now: webrtcbin cannot be told later.
    const sdp::Format* received = may_receive ? receivers_.format_for(section) : nullptr;
    const sdp::Format* sent = senders_.join_answer(i, section, received != nullptr);
    if (sent || received) {
      answered_[i] = sent ? *sent : *received;
    } else if (may_receive) {
      rejected_by_us_.insert(i);
    }
    if (received) {
      receivers_.join_answer(i, *received, sent != nullptr);
    }
  }
}

void Peer::publish_answer(sdp::MessagePtr message, const std::vector<sdp::Section>& offer) {
  const sdp::Description local = sdp::describe(std::move(message));
  if (dtls_setup_) {
    // RFC 8842, 5.3: both keep their roles. webrtcbin would be active in every answer, and make two clients of us when
    // the handshake has not begun yet.
    sdp::set_dtls_setup(local.message.get(), *dtls_setup_);
  } else if (local.carrier) {
    dtls_setup_ = local.sections[*local.carrier].dtls_setup;
  }
  std::vector<sdp::PublishedSection> published;
  for (std::size_t i = 0; i < local.sections.size(); ++i) {
    const OutgoingTrack* sent = senders_.on(i);
    const sdp::Format* format = senders_.format_on(i, offer[i]);
    published.push_back({.direction = sdp::direction_of(sent && sdp::wants_media(offer[i]),
                                                        receivers_.is_wanted_on(i) && sdp::sends_media(offer[i])),
                         .rejected = rejected_.contains(i) || local.sections[i].rejected,
                         .stream_id = sent ? sent->stream_id : "",
                         .track_id = local.sections[i].mid,
                         .mid_extension_id = offer[i].mid_extension_id,
                         .transport_number_id = offer[i].transport_number_id,
                         .format = format ? std::optional(*format) : std::nullopt,
                         .playout_delay_extension_id = offer[i].playout_delay_extension_id,
                         .max_bitrate = max_bitrate(local.sections[i])});
  }
  sdp::say_transport_numbers(local.message.get(), published);
  sections_ = local.sections;
  local_ = sdp::copy_of(local.message.get());
  GST_DEBUG("%s gets an answer with %zu sections", user_id_.c_str(), sections_.size());
  listener_.on_local_description(*this, protocol::SdpType::Answer, sdp::publish(local.message.get(), published, opus_),
                                 negotiation_.has_agreement());
  webrtcbin_.set_local_description(GST_WEBRTC_SDP_TYPE_ANSWER, local.message.get(), [this, offer](const auto& fault) {
    if (fault) {
      listener_.on_failed(*this, "webrtcbin refused its own answer: " + *fault);
      return;
    }
    candidates_.remote_description_is_set(bundle_carrier());
    settle(offer);
  });
}

void Peer::settle(const std::vector<sdp::Section>& remote) {
  GST_DEBUG("%s and we agree on %zu sections", user_id_.c_str(), remote.size());
  if (!negotiation_.has_agreement() && !connected_) {
    limit_time_to_connect();  // anew: a busy browser takes seconds to answer, and it has
  }
  remote_ice_ufrag_ = carrier_ < remote.size() ? remote[carrier_].ice_ufrag : std::string();
  senders_.settle(remote, sdp::describe(sdp::copy_of(local_.get())).sections);
  receivers_.settle(remote);
  act(negotiation_.settled(senders_.unoffered() > 0, std::chrono::steady_clock::now()));
}

void Peer::freeze_directions(const sdp::Description& remote) {
  for (std::size_t i = 0; i < remote.sections.size(); ++i) {
    if (i == frozen_.size()) {
      frozen_.push_back(sdp::direction_of(receivers_.has(i), senders_.on(i) != nullptr));
    }
    if (remote.sections[i].kind != sdp::MediaKind::Application) {
      sdp::set_direction(remote.message.get(), i, frozen_[i]);
    }
  }
}

void Peer::accept_candidate(const protocol::IceCandidate& candidate) {
  candidates_.accept(candidate, bundle_carrier());
}

void Peer::on_connection_state(GstWebRTCPeerConnectionState state) {
  switch (state) {
    case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED:
      deadline_.cancel();
      if (!std::exchange(connected_, true)) {
        if (!webrtcbin_.open_media_path()) {
          listener_.on_failed(*this,
                              "this version of webrtcbin has no DTLS transport that media could be sent through");
          break;
        }
        senders_.start();
        listener_.on_connected(*this);
      }
      break;
    case GST_WEBRTC_PEER_CONNECTION_STATE_DISCONNECTED:
      if (!deadline_.active()) {
        deadline_.start_once(kConnectTimeout,
                             [this] { listener_.on_failed(*this, "the connection was lost: " + webrtcbin_.fault()); });
      }
      break;
    case GST_WEBRTC_PEER_CONNECTION_STATE_FAILED:
      listener_.on_failed(*this, webrtcbin_.fault());
      break;
    default:
      break;
  }
}

void Peer::adapt(std::chrono::steady_clock::time_point now) {
  if (connected_) {
    senders_.adapt(now);
  }
}

void Peer::get_stats(std::function<void(stats::Participant)> callback) {
  if (!connected_) {
    // webrtcbin takes its RTP session for granted, which is made in the course of the negotiation.
    callback(summary(stats::ConnectionReport()));
    return;
  }
  webrtcbin_.get_stats(
      [this, callback = std::move(callback)](const stats::ConnectionReport& report) { callback(summary(report)); });
}

stats::Participant Peer::summary(const stats::ConnectionReport& report) {
  const auto now = std::chrono::steady_clock::now();
  stats::Participant participant;
  participant.user_id = user_id_;
  participant.connected = connected_;
  participant.pair = report.pair;
  participant.is_straight = webrtcbin_.media_path()->is_straight();
  participant.sent = senders_.stats();
  participant.available_bitrate = senders_.available_bitrate();
  participant.bytes_sent = senders_.bytes_sent();
  participant.bytes_received = bytes_of(report.inbound);
  participant.bitrate_sent = stats::kBitsPerByte * sent_rate_.update(participant.bytes_sent, now);
  participant.bitrate_received = stats::kBitsPerByte * received_rate_.update(participant.bytes_received, now);
  for (const stats::SentStream& sent : participant.sent) {
    if (sent.rtp.reception && sent.rtp.reception->round_trip_time) {
      participant.round_trip_time = sent.rtp.reception->round_trip_time;
    }
  }
  participant.received = receivers_.stats(report);
  return participant;
}

void Peer::drop(const char* what, const std::string& why) {
  const auto verdict = log_limiter_.count(user_id_);
  if (verdict != LogLimiter::Verdict::Skip) {
    GST_WARNING("dropped the %s of %s: %s%s", what, user_id_.c_str(), why.c_str(), LogLimiter::suffix(verdict));
  }
}

}  // namespace rtcmc
