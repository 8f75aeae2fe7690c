// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/messenger.hpp"
#include "glib/task_group.hpp"
#include "glib/timer.hpp"
#include "log/log_limiter.hpp"
#include "peer/candidates.hpp"
#include "peer/negotiation.hpp"
#include "peer/receivers.hpp"
#include "peer/sdp.hpp"
#include "peer/senders.hpp"
#include "peer/webrtcbin.hpp"
#include "protocol/messages.hpp"
#include "stats/rate.hpp"
#include "stats/snapshot.hpp"

namespace rtcmc {

struct PeerSettings {
  IceSettings ice;
  bool data_channel = false;
  guint latency = kDefaultLatency;                  // of received streams: ms
  std::optional<std::uint32_t> video_bitrate = {};  // bit/s, of each picture that we receive, at most
  ReceivableCodecs receivable = {};
  std::string our_user_id = {};
  sdp::OpusWish opus = {};
};

/// One remote participant: one webrtcbin and the negotiation with it (RFC 8829), from the first offer until the
/// connection ends.
///
/// Threads: everything, the Listener's calls included, on the room's thread. The Listener may destroy the peer from
/// on_candidates_complete(), on_connected(), on_data(), on_failed() and on_restart_needed().
class Peer {
 public:
  class Listener {
   public:
    virtual void on_local_description(Peer& peer, protocol::SdpType type, std::string sdp, bool renegotiating) = 0;
    virtual void on_local_candidate(Peer& peer, protocol::IceCandidate candidate) = 0;
    /// No more of them come for our description.
    virtual void on_candidates_complete(Peer&) {}
    virtual void on_connected(Peer& peer) = 0;
    /// The connected participant takes a track of ours that it did not have before.
    virtual void on_track_taken(Peer& peer, const send::Track& track) = 0;
    /// The participant refuses a track of ours: its section is rejected, or has no codec of ours left.
    virtual void on_track_refused(Peer& peer, const OutgoingTrack& track) = 0;
    /// The participant's network does not carry all of an encoded picture: it gets less from now on.
    virtual void on_track_reduced(Peer& peer, const OutgoingTrack& track) = 0;
    /// The participant gets a picture in another quality.
    virtual void on_quality_changed(Peer& peer, const OutgoingTrack& track, const SentQuality& quality,
                                    QualityReason reason) = 0;
    /// The participant sends us a track from now on, or no longer does.
    virtual void on_stream_added(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) = 0;
    virtual void on_stream_removed(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) = 0;
    /// The track's packets arrive, or they arrive in another codec.
    virtual void on_media(Peer& peer, const std::shared_ptr<receive::RemoteStream>& stream) = 0;
    virtual void on_data(Peer& peer, DataEvent event) = 0;
    /// webrtcbin cannot go on: with an ICE restart, with other payload types, after an offer of ours that was never
    /// answered, beside a data channel that is the participant's alone, or because tracks have come and gone until
    /// there are no sections left. A new peer must take over.
    virtual void on_restart_needed(Peer& peer) = 0;
    /// The participant has given up an offer for one of ours that it crossed, and is to make it again.
    virtual void on_offer_wanted(Peer& peer) = 0;
    /// The connection cannot be made, or is gone.
    virtual void on_failed(Peer& peer, const std::string& reason) = 0;

   protected:
    ~Listener() = default;
  };

  /// `tracks` must know their codecs.
  Peer(GstBin* bin, std::string user_id, const PeerSettings& settings, std::vector<OutgoingTrack> tracks,
       WantedMedia wanted, Listener& listener);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  /// Waits for webrtcbin's threads: end() does not.
  ~Peer();
  /// No callback runs any more, and no track is sent, when it returns; the rest is done in `ending`, which holds the
  /// bin.
  static void end(std::unique_ptr<Peer> peer, glib::TaskGroup& ending);

  [[nodiscard]] const std::string& user_id() const { return user_id_; }
  [[nodiscard]] GstElement* webrtcbin() const { return webrtcbin_.element(); }
  [[nodiscard]] bool connected() const { return connected_; }
  /// When something came from it over the connection last.
  [[nodiscard]] std::optional<Hearing::Clock::time_point> last_heard() const { return webrtcbin_.last_heard(); }
  /// Our first offer is out, or about to be.
  [[nodiscard]] bool awaits_first_answer() const {
    return negotiation_.awaits_answer() && !negotiation_.has_agreement();
  }

  /// What to send over the data channel: any thread may fill it; then call send_data(). Null without data channel.
  [[nodiscard]] std::shared_ptr<Outbox> outbox() const { return messenger_ ? messenger_->outbox() : nullptr; }
  void send_data();

  /// The participant goes by another userid.
  void rename(std::string user_id);
  /// The element plays again after a pause.
  void resume() { webrtcbin_.take_base_time(); }

  /// Ignored if it has the track already, which must know its codecs.
  void add_track(const OutgoingTrack& outgoing);
  /// The track ends; its section stays and is silent.
  void remove_track(const send::Track& track);

  /// What the participant is to send from now on; negotiates it if that is a change.
  void receive(WantedMedia wanted);
  /// What the participant sends us.
  [[nodiscard]] std::vector<std::shared_ptr<receive::RemoteStream>> streams() const { return receivers_.streams(); }

  /// Has what is sent follow what the participant's network carries. A few times a second.
  void adapt(std::chrono::steady_clock::time_point now);
  /// A participant that is not connected answers at once, any other soon, unless it is destroyed before.
  void get_stats(std::function<void(stats::Participant)> callback);

  /// Makes the first offer, unless one of the participant's has come.
  void offer();
  void accept_offer(std::string text, Negotiation::Glare glare = Negotiation::Glare::TheyRollBack);
  void accept_answer(std::string text);
  void accept_candidate(const protocol::IceCandidate& candidate);

 private:
  /// What is left to be done, on any thread.
  [[nodiscard]] glib::Task part();
  /// Says what has changed as soon as nothing else is being negotiated.
  void renegotiate();
  /// Does what the negotiation is up to. Then `this` may be gone.
  void act(Negotiation::Action action);
  void make_offer();
  void take_answer(const std::string& text);
  void take_offer(const std::string& text);
  /// webrtcbin 1.22 takes packets that it cannot place for those of the first section, and ends the process if that is
  /// none for media.
  [[nodiscard]] bool can_receive() const;
  /// Of what the participant is to send there.
  [[nodiscard]] std::optional<std::uint32_t> max_bitrate(const sdp::Section& section) const {
    return section.kind == sdp::MediaKind::Video ? video_bitrate_ : std::nullopt;
  }
  void publish_offer(sdp::MessagePtr message);
  /// Whether a section that was rejected has become another one (RFC 8829, 5.2.2).
  [[nodiscard]] bool has_recycled(const sdp::Description& offer) const;
  /// What is left of it to be told to webrtcbin.
  void adapt(sdp::Description& remote);
  /// Sees which sections are rejected, and which one carries the others then.
  void find_carrier(sdp::Description& remote);
  /// By the latest description.
  [[nodiscard]] std::optional<Candidates::Carrier> bundle_carrier() const;
  [[nodiscard]] bool wants_ice_restart(const sdp::Description& offer) const;
  /// Whether nothing of what was agreed on for a section that we use is still offered there.
  [[nodiscard]] bool has_other_formats(const sdp::Description& offer);
  void answer(sdp::Description& offer);
  /// Takes the sections that are new in it.
  void join_answer(const sdp::Description& offer);
  void publish_answer(sdp::MessagePtr message, const std::vector<sdp::Section>& offer);
  void settle(const std::vector<sdp::Section>& remote);
  /// So that webrtcbin sees the same direction for ever: 1.22 cannot change it. Our SDP on the wire has the true one.
  void freeze_directions(const sdp::Description& remote);
  void limit_time_to_connect();
  void on_connection_state(GstWebRTCPeerConnectionState state);
  void use_data_channel(std::unique_ptr<DataChannel> channel);
  void drop(const char* what, const std::string& why);
  [[nodiscard]] stats::Participant summary(const stats::ConnectionReport& report);

  std::string user_id_;
  Listener& listener_;
  const std::optional<std::uint32_t> video_bitrate_;
  const sdp::OpusWish opus_;
  bool data_channel_due_;
  std::unique_ptr<Messenger> messenger_;  // null without data channel
  Candidates candidates_;
  WebRtcBin webrtcbin_;
  Senders senders_;
  Receivers receivers_;

  std::map<std::size_t, sdp::Format> answered_;  // what we chose for sections that the participant offered
  std::vector<sdp::Direction> frozen_;           // of each section, as webrtcbin sees the remote side

  Negotiation negotiation_;
  std::vector<sdp::Section> sections_;    // of the latest description, in either direction
  sdp::MessagePtr local_;                 // our latest, as webrtcbin knows it
  std::set<std::size_t> rejected_;        // sections, of the participant's latest description or by us
  std::set<std::size_t> rejected_by_us_;  // for ever: their codecs are strange to us
  std::size_t carrier_ = 0;               // whose transport all sections use, on the wire
  std::string remote_ice_ufrag_;
  std::optional<sdp::DtlsSetup> dtls_setup_;  // ours, from the first answer on
  // The remote side's if it offers first.
  std::uint8_t mid_extension_id_ = 1;
  std::optional<std::uint8_t> transport_number_id_ = 2;
  /// Ours is Chrome's, for which no browser has another use. Absent: it has none.
  std::optional<std::uint8_t> playout_delay_extension_id_ = 5;
  /// webrtcbin has made an offer that does not continue what was agreed on, and goes by that: it ends the process if it
  /// is to answer one that does.
  bool is_spent_ = false;
  bool connected_ = false;
  stats::Rate sent_rate_, received_rate_;  // bytes
  LogLimiter log_limiter_;
  glib::Timer deadline_;
  glib::Timer next_look_;
};

}  // namespace rtcmc
