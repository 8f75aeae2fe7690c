// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/navigator.hpp"
#include "element/announcer.hpp"
#include "element/inputs.hpp"
#include "element/news.hpp"
#include "element/outputs.hpp"
#include "element/pad_names.hpp"
#include "element/promise_reply.hpp"
#include "element/settings.hpp"
#include "log/log_limiter.hpp"
#include "session/session.hpp"
#include "structures.hpp"

namespace rtcmc {

/// What an rtcmcroom element is, behind its GObject face: its settings, its pads, and the Session while it is started.
///
/// Threads: any; Track::Listener on streaming threads. `mutex_` protects all data below it. It is never held while
/// calling anything that waits, emits or posts.
class Participation final : private send::Track::Listener {
 public:
  explicit Participation(GstBin* bin);
  Participation(const Participation&) = delete;
  Participation& operator=(const Participation&) = delete;
  ~Participation();

  /// Runs `access` with the settings locked. Changes take effect at the next start.
  template <typename Access>
  auto with_settings(Access access) {
    const std::lock_guard lock(mutex_);
    return access(settings_);
  }
  template <typename Access>
  auto with_settings(Access access) const {
    const std::lock_guard lock(mutex_);
    return access(std::as_const(settings_));
  }

  [[nodiscard]] PadNames& pad_names() { return pad_names_; }
  void add_input(RtcmcSinkPad* pad, std::optional<rtp::Kind> kind, unsigned number) { inputs_.add(pad, kind, number); }
  /// Whoever waits in the pad is let go, so that it can be deactivated.
  void interrupt_input(RtcmcSinkPad* pad) { inputs_.interrupt(pad); }
  void remove_input(RtcmcSinkPad* pad) { inputs_.remove(pad); }
  void add_output(RtcmcSourcePad* pad, rtp::Kind kind);
  void remove_output(RtcmcSourcePad* pad) { outputs_.remove(pad); }
  [[nodiscard]] bool has_outputs() const;
  /// Whether select_streams() makes sense: we were given a URI.
  [[nodiscard]] bool is_selectable() const;
  void select_streams(std::vector<std::string> ids, guint32 seqnum);
  /// As if all inputs had ended; downstream of the source pads gets an end of stream.
  void end_of_stream();

  /// False if a plugin is missing; the error has been posted then.
  [[nodiscard]] bool check_plugins() const;
  /// False if a setting is missing or wrong; the error has been posted then.
  [[nodiscard]] bool check_settings() const;
  /// Makes sure that there is a signaling server. False if there cannot be one; the error has been posted then.
  [[nodiscard]] bool find_server();

  /// From here until drop_tracks() each sink pad has a track as its target.
  void make_tracks() { inputs_.make_tracks(); }
  void drop_tracks() { inputs_.drop_tracks(); }

  /// Enters the room.
  void start();
  /// Leaves it, and ends what find_server() began. Under a second, at any moment, on any thread.
  void stop();

  /// The element plays, for the first time or after a pause.
  void resume();
  void webrtcbin_failed(GstElement* webrtcbin, const std::string& reason);
  /// As Announcer's.
  [[nodiscard]] bool passes_on(GstMessage* message) const { return announcer_.passes_on(message); }

  /// Over the data channel, to everyone without `user_id`. False if it is not taken; a warning has been posted then.
  [[nodiscard]] bool send(const std::optional<std::string>& user_id, const OutgoingData& data);
  /// Posts a warning, if there have not been too many: why something is not sent.
  void warn_of_data(const std::string& text);
  // What an application may ask for at any time. None waits for the network.
  /// Without a room-id: the room of the settings. Before the start, or after the stop: only sets it.
  void open_or_join(const char* room_id);
  void leave();
  void close_room();
  void disconnect_with(std::string user_id);
  void call(std::string user_id);
  void set_extra(glib::Ref<JsonObject> extra);
  void set_password(const std::string& password);
  /// Of all sink pads, or those of one kind.
  void mute(std::optional<rtp::Kind> kind, bool muted) { inputs_.mute(kind, muted); }
  void check_presence(const std::string& room_id, std::shared_ptr<PromiseReply> reply);
  void get_public_rooms(std::string identifier, std::shared_ptr<PromiseReply> reply);

  /// The latest there are; has newer ones collected.
  [[nodiscard]] StructurePtr stats();
  void get_stats(const std::shared_ptr<PromiseReply>& reply);

  [[nodiscard]] State state() const { return news_.state(); }
  [[nodiscard]] bool is_initiator() const { return news_.is_initiator(); }
  [[nodiscard]] std::string user_id() const;
  [[nodiscard]] std::vector<std::string> participants() const { return news_.participants(); }

 private:
  // send::Track::Listener
  void on_kind_known(send::Track& track) override;
  void on_codecs_known(send::Track& track) override;
  void on_end_of_stream(send::Track& track) override;
  void on_resumed(send::Track& track) override;
  void on_error(send::Track& track, int code, const std::string& text, const std::string& debug) override;
  void on_warning(send::Track& track, const std::string& text, const std::string& debug) override;
  void on_encoder_setup(GstElement* encoder) override;
  void on_payloader_setup(GstElement* payloader) override;

  /// The one that is on; null: none.
  [[nodiscard]] std::shared_ptr<Session> session() const;
  [[nodiscard]] SessionSettings session_settings() const;
  [[nodiscard]] OutputSettings output_settings() const;
  [[nodiscard]] send::TrackSettings track_settings(rtp::Kind kind) const;

  GstBin* const bin_;
  PadNames pad_names_;
  const Announcer announcer_;
  Navigator navigator_;
  Inputs inputs_;
  Outputs outputs_;
  News news_;
  std::future<void> certificate_;  // start() alone uses it; made once

  mutable std::mutex mutex_;
  Settings settings_;
  std::shared_ptr<EmbeddedServer> server_;  // from find_server() to stop(), if we were given none
  std::shared_ptr<Session> session_;
  LogLimiter data_warnings_;
  std::shared_ptr<const stats::Snapshot> stats_ = std::make_shared<const stats::Snapshot>();
};

}  // namespace rtcmc
