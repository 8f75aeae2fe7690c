// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "peer/probing.hpp"
#include "peer/quality_watch.hpp"
#include "peer/sdp.hpp"
#include "peer/webrtcbin.hpp"
#include "send/track.hpp"
#include "stats/rate.hpp"
#include "stats/snapshot.hpp"

namespace rtcmc {

/// A track as the room sees it. `stream_id` is its MediaStream's id in browsers (RFC 8830).
struct OutgoingTrack {
  std::shared_ptr<send::Track> track;
  std::string stream_id;
  bool is_screen = false;
  bool is_muted = false;
  bool takes_navigation = false;
  std::string pad_name = {};  // of the element's sink pad
};

/// What we send to a participant: each track in a section of its own, by a sender of webrtcbin's, and in the form that
/// the participant takes there.
///
/// Threads: the room's.
class Senders {
 public:
  struct Callbacks {
    /// The connected participant takes a track that it did not have before.
    std::function<void(const send::Track&)> on_taken;
    /// It cannot take it, or will not have its section. Once for each track.
    std::function<void(const OutgoingTrack&)> on_refused;
    /// Its network does not carry all of an encoded picture. Once for each track.
    std::function<void(const OutgoingTrack&)> on_reduced;
    /// It gets a picture in another quality than before; see QualityWatch.
    std::function<void(const OutgoingTrack&, const SentQuality&, QualityReason)> on_quality;
  };

  /// `webrtcbin` and `user_id`, the participant's, must outlive this.
  Senders(WebRtcBin& webrtcbin, const std::string& user_id, std::vector<OutgoingTrack> tracks, Callbacks callbacks);

  /// To be offered next. False if it is known already.
  [[nodiscard]] bool add(const OutgoingTrack& outgoing);
  /// Its section stays and is silent. False if it had none.
  [[nodiscard]] bool remove(const send::Track& track);
  /// How many tracks have no section yet.
  [[nodiscard]] std::size_t unoffered() const { return unoffered_.size(); }

  /// They are part of webrtcbin's next offer.
  void join_offer(bool receives_too);
  /// webrtcbin has appended a section for each of them; `next_section` is asked for these in turn.
  void place(const std::function<std::size_t(rtp::Kind)>& next_section);
  /// The first track that fits takes a new section of the participant's offer. Returns what is sent there, one of the
  /// section's formats; null: nothing.
  [[nodiscard]] const sdp::Format* join_answer(std::size_t index, const sdp::Section& section, bool receives_too);

  /// Null: none is sent there.
  [[nodiscard]] const OutgoingTrack* on(std::size_t index) const;
  /// The format in which we send in the section that the participant describes so. Null: nothing is sent there.
  [[nodiscard]] const sdp::Format* format_on(std::size_t index, const sdp::Section& remote) const;

  /// Sends what the participant takes.
  void settle(const std::vector<sdp::Section>& remote, const std::vector<sdp::Section>& local);
  /// The participant is connected.
  void start();
  /// For its end, with webrtcbin's. The subscriptions end with this.
  [[nodiscard]] std::vector<WebRtcBin::Sender> part();

  /// Divides what the participant's network carries among what is sent. A few times a second.
  void adapt(std::chrono::steady_clock::time_point now);
  /// bit/s, as of then. Absent: it is not known.
  [[nodiscard]] std::optional<std::uint64_t> available_bitrate() const { return available_bitrate_; }

  [[nodiscard]] std::vector<stats::SentStream> stats();
  /// Without headers, retransmissions included.
  [[nodiscard]] std::uint64_t bytes_sent() const;

 private:
  struct Sending {
    OutgoingTrack outgoing;
    WebRtcBin::Sender sender;
    std::optional<std::size_t> index = {};                  // of the section; absent until the offer is made
    std::optional<send::PacketFormat> format = {};          // the latest; kept while the participant takes it
    std::shared_ptr<send::Transmission> transmission = {};  // present once something was to be sent
    std::optional<std::uint64_t> max_bitrate = {};          // bit/s, that the participant wants there
    std::unique_ptr<send::Subscription> subscription = {};  // present while the participant wants the track
    bool is_refused = false;                                // and that was said
    bool is_reduced = false;                                // likewise
    QualityWatch quality = {};
    stats::Pace pace = {};
  };

  /// Everything the track can be sent as, with our own payload types.
  [[nodiscard]] glib::Ref<GstCaps> offered_caps(const send::Track& track);
  /// Bundled sections share payload types (RFC 8843): each is to mean the same in all of them.
  [[nodiscard]] std::uint8_t payload_type_of(rtp::Codec codec, GstCaps* caps);
  /// bit/s.
  [[nodiscard]] static std::uint64_t wanted_rate(const Sending& sending);
  [[nodiscard]] static const sdp::Format* format_of(const Sending& sending, const sdp::Section& remote);
  void settle(Sending& sending, const sdp::Section& remote, const sdp::Section& local);
  void end(Sending& sending);
  void watch_quality(Sending& sending, std::chrono::steady_clock::time_point now);
  [[nodiscard]] static stats::SentStream stats(Sending& sending);
  /// The section's stream, made when it is first sent.
  [[nodiscard]] std::shared_ptr<send::Transmission> transmission(Sending& sending, const sdp::Section& local) const;

  WebRtcBin& webrtcbin_;
  const std::string& user_id_;
  const Callbacks callbacks_;
  std::vector<OutgoingTrack> unoffered_;
  std::vector<Sending> sending_;
  std::vector<std::string> other_h264_;  // profiles offered that are not our encoders', in the order of their types
  std::map<std::uint32_t, std::uint16_t> next_sequences_;  // by SSRC: of what has ended
  bool is_started_ = false;
  Probing probing_;
  std::optional<std::uint64_t> available_bitrate_;
};

}  // namespace rtcmc
