// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <utility>

#include "peer/peer.hpp"

namespace rtcmc {

namespace {

template <typename Streams>
std::uint64_t bytes_of(const Streams& streams) {
  std::uint64_t bytes = 0;
  for (const auto& [ssrc, rtp] : streams) {
    bytes += rtp.bytes;
  }
  return bytes;
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
  participant.bitrate_sent = stats::kBitsPerByte * sent_rate_.update(participant.bytes_sent, now);
  participant.bitrate_received = stats::kBitsPerByte * received_rate_.update(participant.bytes_received, now);
  participant.sent = senders_.stats(report);
  for (const stats::SentStream& sent : participant.sent) {
    if (sent.rtp.report && sent.rtp.report->round_trip_time) {
      participant.round_trip_time = sent.rtp.report->round_trip_time;
    }
  }
  for (Receiving& receiving : receiving_) {
    if (receiving.stream) {
      participant.received.push_back(summary(receiving, report));
    }
  }
  return participant;
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
    received.rtp = report.inbound_of(count.ssrc);
  }
  if (GstPad* output = receiving.stream->output.get()) {
    received.stream.size = stats::picture_size(glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(output)).get());
  }
  stats::set_pace(received.stream, receiving.pace, received.rtp.bytes);
  return received;
}

}  // namespace rtcmc
