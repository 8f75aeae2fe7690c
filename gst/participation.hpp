// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "announcer.hpp"
#include "extra.hpp"
#include "room.hpp"
#include "send/track.hpp"
#include "sink_pad.hpp"

namespace rtcmc {

enum class State { Idle, Connecting, Joined, Reconnecting, Left };

/// The element's properties, as the application set them.
struct Settings {
  room::RoomOptions room;
  std::optional<protocol::Session> session;  // absent: what the pads imply, plus data
  IceSettings ice;
  std::vector<rtp::Codec> video_codecs;
  std::vector<rtp::Codec> audio_codecs;
  std::uint32_t video_bitrate = 2'000'000;  // bit/s
  std::uint32_t audio_bitrate = 64'000;     // bit/s
};

/// What an rtcmcroom element is, behind its GObject face: its settings, its tracks (one for each sink pad), and the
/// Room while it is started.
///
/// Threads: public methods on the application's threads; Track::Listener on streaming threads, Room::Observer on the
/// room's. `mutex_` protects all data below it. It is never held while calling a Track, the Room's stop() or the
/// Announcer.
class Participation final : private send::Track::Listener, private Room::Observer {
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

  void add_input(RtcmcSinkPad* pad, rtp::Kind kind, unsigned number);
  void remove_input(RtcmcSinkPad* pad);

  /// False if a plugin is missing; the error has been posted then.
  [[nodiscard]] bool check_plugins() const;
  /// False if a setting is missing; the error has been posted then.
  [[nodiscard]] bool check_settings() const;

  /// From here until drop_tracks() each sink pad has a track as its target.
  void make_tracks();
  void drop_tracks();

  /// Enters the room.
  void start();
  /// Leaves it. Under a second, at any moment.
  void stop();

  void webrtcbin_failed(GstElement* webrtcbin, const std::string& reason);

  [[nodiscard]] State state() const;
  [[nodiscard]] bool is_initiator() const;
  [[nodiscard]] std::string user_id() const;
  [[nodiscard]] std::vector<std::string> participants() const;

 private:
  struct Input {
    RtcmcSinkPad* pad;  // only as a key
    rtp::Kind kind;
    std::shared_ptr<send::Track> track;  // present from make_tracks() to drop_tracks()
    bool ended = false;
  };

  // send::Track::Listener
  void on_codecs_known(send::Track& track) override;
  void on_end_of_stream(send::Track& track) override;
  void on_error(send::Track& track, int code, const std::string& text, const std::string& debug) override;
  void on_encoder_setup(GstElement* encoder) override;
  void on_payloader_setup(GstElement* payloader) override;

  // Room::Observer
  void on_connecting() override;
  void on_joined(bool created) override;
  void on_join_failed(const room::RoomError& error) override;
  void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) override;
  void on_room_closed() override;
  void on_became_owner() override;
  void on_user_id(const std::string& old_id, const std::string& new_id) override;
  void on_webrtcbin_ready(const std::string& user_id, GstElement* webrtcbin) override;
  bool may_come_in(const std::string& user_id, const glib::Ref<JsonObject>& extra) override;
  void on_participant_joined(const std::string& user_id, const glib::Ref<JsonObject>& extra) override;
  void on_participant_left(const std::string& user_id) override;
  void on_participant_failed(const std::string& user_id, const std::string& reason) override;
  void on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) override;

  [[nodiscard]] std::shared_ptr<send::Track> make_track_for(const Input& input);
  [[nodiscard]] RoomSettings room_settings() const;  // with mutex_ held
  void set_state(State state);

  GstBin* const bin_;
  const Announcer announcer_;
  const std::string stream_id_base_;

  mutable std::mutex mutex_;
  Settings settings_;
  std::vector<Input> inputs_;
  bool has_tracks_ = false;
  std::unique_ptr<Room> room_;
  State state_ = State::Idle;
  bool is_initiator_ = false;
  bool joining_ = false;  // a PROGRESS start has not been completed yet
  std::string user_id_;
  std::vector<std::string> participants_;
};

}  // namespace rtcmc
