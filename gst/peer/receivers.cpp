// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/receivers.hpp"

#include <algorithm>
#include <utility>

#include "log.hpp"
#include "media/rtp_elements.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// With our own payload types.
glib::Ref<GstCaps> offered_caps(const std::vector<rtp::Codec>& codecs) {
  auto result = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  for (const rtp::Codec codec : codecs) {
    auto caps = rtp_caps(codec);
    gst_caps_set_simple(caps.get(), "payload", G_TYPE_INT, static_cast<int>(rtp::info(codec).payload_type), nullptr);
    gst_caps_append(result.get(), caps.release());
  }
  return result;
}

}  // namespace

Receivers::Receivers(WebRtcBin& webrtcbin, const std::string& user_id, ReceivableCodecs codecs, WantedMedia wanted,
                     Callbacks callbacks)
    : webrtcbin_(webrtcbin),
      user_id_(user_id),
      codecs_(std::move(codecs)),
      callbacks_(std::move(callbacks)),
      group_id_(gst_util_group_id_next()),
      wanted_(wanted) {}

bool Receivers::want(WantedMedia wanted) {
  return std::exchange(wanted_, wanted) != wanted;
}

std::vector<Receivers::Stream> Receivers::streams() const {
  std::vector<Stream> result;
  for (const Receiving& receiving : receiving_) {
    if (receiving.stream) {
      result.push_back(receiving.stream);
    }
  }
  return result;
}

void Receivers::rename() {
  for (const Stream& stream : streams()) {
    stream->user_id = user_id_;
  }
}

void Receivers::join_offer() {
  // Sections of their own: what we can receive has nothing to do with what we send.
  for (const rtp::Kind kind : {rtp::Kind::Audio, rtp::Kind::Video}) {
    const bool has_one = std::ranges::any_of(
        receiving_, [kind](const Receiving& receiving) { return receiving.kind == kind && !receiving.is_shared; });
    if (wanted_.of(kind) && !has_one) {
      webrtcbin_.add_receiver(kind, offered_caps(codecs_.of(kind)).get());
      receiving_.push_back({.kind = kind});
    }
  }
}

void Receivers::place(const std::function<std::size_t(rtp::Kind)>& next_section) {
  for (Receiving& receiving : receiving_) {
    if (!receiving.index) {
      receiving.index = next_section(receiving.kind);
    }
  }
}

void Receivers::share(std::size_t index, rtp::Kind kind) {
  receiving_.push_back({.kind = kind, .index = index, .is_shared = true});
}

const sdp::Format* Receivers::format_for(const sdp::Section& section) const {
  return sdp::find_format(section, section.kind == sdp::MediaKind::Audio ? codecs_.audio : codecs_.video);
}

void Receivers::join_answer(std::size_t index, const sdp::Format& format, bool is_shared) {
  const rtp::Kind kind = rtp::info(format.codec).kind;
  if (!is_shared) {
    webrtcbin_.add_receiver(kind, sdp::caps_of(format).get());
  }
  receiving_.push_back({.kind = kind, .index = index, .is_shared = is_shared});
}

const Receivers::Receiving* Receivers::on(std::size_t index) const {
  const auto found = std::ranges::find(receiving_, index, &Receiving::index);
  return found == receiving_.end() ? nullptr : &*found;
}

bool Receivers::is_wanted_on(std::size_t index) const {
  const Receiving* receiving = on(index);
  return receiving && wanted_.of(receiving->kind);
}

bool Receivers::is_open_on(std::size_t index) const {
  const Receiving* receiving = on(index);
  return receiving && wanted_.of(receiving->kind) && (!receiving->is_shared || receiving->stream);
}

void Receivers::settle(const std::vector<sdp::Section>& remote) {
  ssrcs_.clear();
  for (std::size_t i = 0; i < remote.size(); ++i) {
    for (const std::uint32_t ssrc : remote[i].ssrcs) {
      ssrcs_[ssrc] = i;
    }
  }
  for (Receiving& receiving : receiving_) {
    if (receiving.index && *receiving.index < remote.size()) {
      settle(receiving, remote[*receiving.index]);
    }
  }
}

void Receivers::settle(Receiving& receiving, const sdp::Section& remote) {
  const bool flows = wanted_.of(receiving.kind) && sdp::sends_media(remote);
  if (receiving.stream && (!flows || receiving.stream->stream_id != remote.stream_id)) {
    callbacks_.on_removed(std::exchange(receiving.stream, nullptr));
  }
  if (flows && !receiving.stream) {
    receiving.stream = std::make_shared<receive::RemoteStream>(receive::RemoteStream{
        user_id_, remote.stream_id, receiving.kind, receive::describe(user_id_, remote.stream_id, receiving.kind),
        group_id_, receiving.tap, receiving.codec});
    callbacks_.on_added(receiving.stream);
  }
}

void Receivers::receive(std::size_t index, std::shared_ptr<receive::Tap> tap, rtp::Codec codec) {
  // webrtcbin 1.22 forgets SSRCs that have been silent for a while, and takes their packets for those of the first
  // section.
  const auto said = ssrcs_.find(tap->count().ssrc);
  const std::size_t true_index = said == ssrcs_.end() ? index : said->second;
  const auto receiving = std::ranges::find(receiving_, true_index, &Receiving::index);
  if (receiving == receiving_.end() || rtp::info(codec).kind != receiving->kind) {
    GST_DEBUG("%s sends something in section %zu, where nothing is wanted", user_id_.c_str(), index);
    return;
  }
  receiving->tap = std::move(tap);
  receiving->codec = codec;
  if (receiving->stream) {
    receiving->stream->tap = receiving->tap;
    receiving->stream->codec = codec;
    callbacks_.on_media(receiving->stream);
  }
}

std::vector<stats::ReceivedStream> Receivers::stats(const stats::ConnectionReport& report) {
  std::vector<stats::ReceivedStream> result;
  for (Receiving& receiving : receiving_) {
    if (receiving.stream) {
      result.push_back(stats(receiving, report));
    }
  }
  return result;
}

stats::ReceivedStream Receivers::stats(Receiving& receiving, const stats::ConnectionReport& report) {
  stats::ReceivedStream received;
  received.stream.kind = receiving.kind;
  received.stream.stream_id = receiving.stream->stream_id;
  received.stream.codec = receiving.codec;
  if (receiving.tap) {
    const auto count = receiving.tap->count();
    received.stream.ssrc = count.ssrc;
    received.stream.frames = count.frames;
    received.rtp = report.inbound_of(count.ssrc);
  }
  if (GstPad* output = receiving.stream->output.get()) {
    received.stream.size = stats::picture_size(glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(output)).get());
  }
  stats::set_pace(received.stream, receiving.pace, received.rtp.bytes);
  return received;
}

}  // namespace rtcmc
