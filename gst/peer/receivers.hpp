// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "peer/sdp.hpp"
#include "peer/webrtcbin.hpp"
#include "receive/remote_stream.hpp"
#include "stats/rate.hpp"
#include "stats/snapshot.hpp"

namespace rtcmc {

/// What we can receive, best first.
struct ReceivableCodecs {
  std::vector<rtp::Codec> audio;
  std::vector<rtp::Codec> video;

  [[nodiscard]] const std::vector<rtp::Codec>& of(rtp::Kind kind) const {
    return kind == rtp::Kind::Audio ? audio : video;
  }
};

/// Which kinds of media a participant is to send us.
struct WantedMedia {
  bool audio = false;
  bool video = false;

  [[nodiscard]] bool of(rtp::Kind kind) const { return kind == rtp::Kind::Audio ? audio : video; }
  friend bool operator==(const WantedMedia&, const WantedMedia&) = default;
};

/// What a participant sends us: the sections that it may send a track on, and the streams that come there.
///
/// Threads: the room's.
class Receivers {
 public:
  using Stream = std::shared_ptr<receive::RemoteStream>;
  struct Callbacks {
    std::function<void(const Stream&)> on_added;
    std::function<void(const Stream&)> on_removed;
    /// Packets arrive, or they arrive in another codec.
    std::function<void(const Stream&)> on_media;
  };

  /// `webrtcbin` and `user_id`, the participant's, must outlive this.
  Receivers(WebRtcBin& webrtcbin, const std::string& user_id, ReceivableCodecs codecs, WantedMedia wanted,
            Callbacks callbacks);

  /// From the next offer or answer on. False if that is no change.
  [[nodiscard]] bool want(WantedMedia wanted);
  [[nodiscard]] std::vector<Stream> streams() const;
  /// The participant goes by another userid.
  void rename();

  /// What is wanted has a section in webrtcbin's next offer.
  void join_offer();
  /// webrtcbin has appended a section for each; `next_section` is asked for these in turn.
  void place(const std::function<std::size_t(rtp::Kind)>& next_section);
  /// A section of our offer that we send on: browsers put a further track of theirs there.
  void share(std::size_t index, rtp::Kind kind);
  /// What we would receive in a section of the participant's offer; null: nothing.
  [[nodiscard]] const sdp::Format* format_for(const sdp::Section& section) const;
  /// Receives `format` in a new section of the participant's offer. `is_shared`: webrtcbin sends there, too.
  void join_answer(std::size_t index, const sdp::Format& format, bool is_shared);

  /// Whether there is none.
  [[nodiscard]] bool empty() const { return receiving_.empty(); }
  [[nodiscard]] bool has(std::size_t index) const { return on(index) != nullptr; }
  [[nodiscard]] bool is_wanted_on(std::size_t index) const;
  /// Whether our offer asks for something there.
  [[nodiscard]] bool is_open_on(std::size_t index) const;

  /// Streams come and go as the participant says.
  void settle(const std::vector<sdp::Section>& remote);
  /// The first packets come out of the tap, from a pad of that section.
  void receive(std::size_t index, std::shared_ptr<receive::Tap> tap, rtp::Codec codec);

  [[nodiscard]] std::vector<stats::ReceivedStream> stats(const stats::ConnectionReport& report);

 private:
  struct Receiving {
    rtp::Kind kind;
    std::optional<std::size_t> index = {};   // of the section; absent until the offer is made
    bool is_shared = false;                  // with a track of ours
    Stream stream = {};                      // null: it sends none
    std::shared_ptr<receive::Tap> tap = {};  // null: no packets so far
    std::optional<rtp::Codec> codec = {};
    stats::Pace pace = {};
  };

  [[nodiscard]] const Receiving* on(std::size_t index) const;
  void settle(Receiving& receiving, const sdp::Section& remote);
  [[nodiscard]] static stats::ReceivedStream stats(Receiving& receiving, const stats::ConnectionReport& report);

  WebRtcBin& webrtcbin_;
  const std::string& user_id_;
  const ReceivableCodecs codecs_;
  const Callbacks callbacks_;
  const guint group_id_;
  WantedMedia wanted_;
  std::deque<Receiving> receiving_;             // which keeps its elements where they are
  std::map<std::uint32_t, std::size_t> ssrcs_;  // which section the participant sends each in, as far as it has said
};

}  // namespace rtcmc
