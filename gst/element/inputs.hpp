// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/navigator.hpp"
#include "element/settings.hpp"
#include "element/sink_pad.hpp"
#include "glib/signal_connection.hpp"
#include "send/track.hpp"
#include "session/session.hpp"

namespace rtcmc {

/// The element's sink pads, and while it is started the track behind each: in the pad as its target, in the session as
/// what is sent. Which pads there are is said here alone, whatever else is on its way.
///
/// Threads: any. `mutex_` protects all data below it; it is never held while a track is made or released, nor while a
/// signal is emitted.
class Inputs {
 public:
  struct Hooks {
    std::function<send::TrackSettings(rtp::Kind)> settings_for;
    /// Whether the end of all of them is the end of what the element has to do.
    std::function<bool()> is_all_there_is;
    /// We left since all had ended, and one of them goes on.
    std::function<void()> enter_again;
  };

  Inputs(GstBin* bin, Navigator& navigator, send::Track::Listener& listener, Hooks hooks);

  /// Without a kind, what comes first decides it. `number`: that of the pad's name.
  void add(RtcmcSinkPad* pad, std::optional<rtp::Kind> kind, unsigned number);
  void remove(RtcmcSinkPad* pad);
  /// A pad that may still become either counts as both.
  [[nodiscard]] PadKinds kinds() const;

  /// From here until drop_tracks() each sink pad has a track as its target.
  void make_tracks();
  void drop_tracks();
  /// From here until detach() the session sends the tracks.
  void attach(const std::shared_ptr<Session>& session);
  void detach();

  /// The track of an open pad learned what it is.
  void set_kind(const send::Track& track);
  void interrupt(RtcmcSinkPad* pad);
  void set_resumed(const send::Track& track);
  /// To begin a sentence with: "video_0: ". Empty if no pad has the track yet.
  [[nodiscard]] std::string name_of(const send::Track& track) const;
  void set_ended(const send::Track& track);
  /// Of all sink pads, or those of one kind.
  void mute(std::optional<rtp::Kind> kind, bool muted);
  /// The sink pad that takes navigation for this stream; null: none.
  [[nodiscard]] glib::Ref<GstPad> navigable_pad(const std::string& stream_id) const;

 private:
  struct Input {
    RtcmcSinkPad* pad;
    std::optional<rtp::Kind> kind;         // absent: its caps have not come yet
    std::optional<unsigned> number;        // of those of its kind
    bool is_open = false;                  // whether caps decide, at each start anew
    std::shared_ptr<send::Track> track{};  // present from make_tracks() to drop_tracks(), once it is made
    bool is_being_made = false;
    bool is_handed_over = false;  // to the session
    bool ended = false;
    // As the track and the session know it:
    std::string stream_id{};
    bool is_muted = false;
    bool takes_navigation = false;
    std::vector<std::shared_ptr<glib::SignalConnection>> watches{};
  };

  /// The one with this track, or the end.
  [[nodiscard]] static auto find_in(auto& inputs, const send::Track& track);
  void make_missing_tracks();
  void leave_if_all_have_ended();
  [[nodiscard]] std::vector<Input>::iterator find(const RtcmcSinkPad* pad);
  [[nodiscard]] static OutgoingTrack outgoing(Input& input);
  /// With mutex_ held: gives the session a track, unless nobody knows yet what it is.
  void hand_over(Input& input) const;
  /// With mutex_ held, and a session.
  void expect_undecided() const;
  [[nodiscard]] std::string default_stream_id(unsigned number) const;
  /// With mutex_ held.
  [[nodiscard]] unsigned free_number(rtp::Kind kind) const;
  /// Makes the tracks and the session do what the pads' properties "muted" and "navigation" say.
  void apply_pad_settings();

  GstBin* const bin_;
  Navigator& navigator_;
  send::Track::Listener& listener_;
  const Hooks hooks_;
  const std::string stream_id_base_;

  std::mutex pad_settings_mutex_;  // of apply_pad_settings(), so that the latest change wins; taken before mutex_

  mutable std::mutex mutex_;
  std::vector<Input> inputs_;
  bool has_tracks_ = false;
  bool has_left_ = false;  // since all had ended
  std::shared_ptr<Session> session_;
};

}  // namespace rtcmc
