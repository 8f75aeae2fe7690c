// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <utility>

#include "peer/peer.hpp"

namespace rtcmc {

namespace {

constexpr double kBitsPerByte = 8;

template <typename Streams>
std::uint64_t bytes_of(const Streams& streams) {
  std::uint64_t bytes = 0;
  for (const auto& [ssrc, rtp] : streams) {
    bytes += rtp.bytes;
  }
  return bytes;
}

template <typename Rtp>
Rtp find_or_empty(const std::map<std::uint32_t, Rtp>& streams, std::uint32_t ssrc) {
  const auto found = streams.find(ssrc);
  return found == streams.end() ? Rtp() : found->second;
}

void set_pace(stats::Stream& stream, stats::Pace& pace, std::uint64_t bytes) {
  const auto now = std::chrono::steady_clock::now();
  stream.bitrate = kBitsPerByte * pace.bytes.update(bytes, now);
  stream.frame_rate = pace.frames.update(stream.frames, now);
}

}  // namespace

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
  participant.bytes_sent = bytes_of(report.outbound);
  participant.bytes_received = bytes_of(report.inbound);
  participant.bitrate_sent = kBitsPerByte * sent_rate_.update(participant.bytes_sent, now);
  participant.bitrate_received = kBitsPerByte * received_rate_.update(participant.bytes_received, now);
  for (Sending& sending : sending_) {
    if (sending.format) {
      participant.sent.push_back(summary(sending, report));
      if (const auto& latest = participant.sent.back().rtp.report; latest && latest->round_trip_time) {
        participant.round_trip_time = latest->round_trip_time;
      }
    }
  }
  for (Receiving& receiving : receiving_) {
    if (receiving.stream) {
      participant.received.push_back(summary(receiving, report));
    }
  }
  return participant;
}

stats::SentStream Peer::summary(Sending& sending, const stats::ConnectionReport& report) {
  const send::Track& track = *sending.outgoing.track;
  stats::SentStream sent;
  sent.stream.kind = track.kind();
  sent.stream.stream_id = sending.outgoing.stream_id;
  sent.stream.codec = sending.format->codec;
  sent.stream.ssrc = track.ssrc();
  sent.stream.frames = sending.subscription->frames();
  if (const auto encoding = track.encoding(sending.format->codec)) {
    sent.stream.size = stats::picture_size(encoding->encoded.get());
    sent.encoder = encoding->encoder;
    sent.shared_with = encoding->subscribers;
  }
  sent.rtp = find_or_empty(report.outbound, sent.stream.ssrc);
  set_pace(sent.stream, sending.pace, sent.rtp.bytes);
  return sent;
}

stats::ReceivedStream Peer::summary(Receiving& receiving, const stats::ConnectionReport& report) {
  stats::ReceivedStream received;
  received.stream.kind = receiving.kind;
  received.stream.stream_id = receiving.stream->stream_id;
  received.stream.codec = receiving.codec;
  if (receiving.tap) {
    const auto count = receiving.tap->count();
    received.stream.ssrc = count.ssrc;
    received.stream.frames = count.frames;
    received.rtp = find_or_empty(report.inbound, count.ssrc);
  }
  if (GstPad* output = receiving.stream->output.get()) {
    received.stream.size = stats::picture_size(glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(output)).get());
  }
  set_pace(received.stream, receiving.pace, received.rtp.bytes);
  return received;
}

}  // namespace rtcmc
