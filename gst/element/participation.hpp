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
#include "element/extra.hpp"
#include "element/promise_reply.hpp"
#include "element/sink_pad.hpp"
#include "element/source_pad.hpp"
#include "glib/signal_connection.hpp"
#include "receive/slot.hpp"
#include "send/track.hpp"
#include "server/embedded_server.hpp"
#include "session/room.hpp"

namespace rtcmc {

enum class State { Idle, Connecting, Joined, Reconnecting, Left };

/// The element's properties, as the application set them.
struct Settings {
  room::RoomOptions room;
  std::optional<protocol::Session> session;  // absent: what the pads imply, plus data
  std::string stun_server;                   // a URI of it; empty: none
  std::vector<std::string> turn_servers;     // URIs with user and password
  std::string ice_servers;                   // both, as room::IceServers::add_list() takes them; empty: none
  bool relay_only = false;
  std::vector<rtp::Codec> video_codecs;     // empty: automatic
  std::vector<rtp::Codec> audio_codecs;     // empty: automatic
  std::uint32_t video_bitrate = 2'000'000;  // bit/s
  std::uint32_t audio_bitrate = 64'000;     // bit/s
  std::uint32_t latency = kDefaultLatency;  // ms
  /// Pixels, see receive::DecodingSettings.
  std::uint32_t max_picture_size = receive::kDefaultMaxPictureSize;
  bool auto_receive = false;
  std::string uri;  // from a player; empty: none. What it says is in the other settings too
  // Of the server that we bring along if room.socket_url is empty:
  std::string listen_address = EmbeddedServerSettings().address;
  std::uint16_t listen_port = EmbeddedServerSettings().port;
  std::string tls_certificate;  // a PEM file; empty: no TLS
  std::string tls_key;          // a PEM file; empty: the key is in tls_certificate
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
  void add_output(RtcmcSourcePad* pad, rtp::Kind kind);
  void remove_output(RtcmcSourcePad* pad);
  [[nodiscard]] bool has_outputs() const;
  /// Whether select_streams() makes sense: we were given a URI.
  [[nodiscard]] bool is_selectable() const;
  void select_streams(std::vector<std::string> ids, guint32 seqnum);
  /// As if all inputs had ended; downstream of the source pads gets an end of stream.
  void end_of_stream();

  /// False if a plugin is missing; the error has been posted then.
  [[nodiscard]] bool check_plugins() const;
  /// False if a setting is missing or wrong; the error has been posted then.
  [[nodiscard]] bool check_settings();
  /// Makes sure that there is a signaling server. False if there cannot be one; the error has been posted then.
  [[nodiscard]] bool find_server();

  /// From here until drop_tracks() each sink pad has a track as its target.
  void make_tracks();
  void drop_tracks();

  /// Enters the room.
  void start();
  /// Leaves it, and ends what find_server() began. Under a second, at any moment.
  void stop();

  /// The element plays, for the first time or after a pause.
  void resume();
  void set_latency(GstClockTime latency);
  void webrtcbin_failed(GstElement* webrtcbin, const std::string& reason);

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
  void set_extra(glib::Ref<JsonObject> extra);
  void set_password(std::string password);
  /// Of all sink pads, or those of one kind.
  void mute(std::optional<rtp::Kind> kind, bool muted);
  void check_presence(const std::string& room_id, std::shared_ptr<PromiseReply> reply);
  void get_public_rooms(std::string identifier, std::shared_ptr<PromiseReply> reply);

  /// The latest there are; has newer ones collected.
  [[nodiscard]] StructurePtr stats();
  void get_stats(const std::shared_ptr<PromiseReply>& reply);

  [[nodiscard]] State state() const;
  [[nodiscard]] bool is_initiator() const;
  [[nodiscard]] std::string user_id() const;
  [[nodiscard]] std::vector<std::string> participants() const;

 private:
  struct Input {
    RtcmcSinkPad* pad;
    rtp::Kind kind;
    std::shared_ptr<send::Track> track{};  // present from make_tracks() to drop_tracks()
    bool ended = false;
    // As the track and the room know it:
    std::string stream_id{};
    bool is_muted = false;
    bool takes_navigation = false;
    std::vector<std::shared_ptr<glib::SignalConnection>> watches{};
  };
  struct Output {
    RtcmcSourcePad* pad;  // only as a key
    std::shared_ptr<receive::Slot> slot;
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
  void on_stream_added(const receive::RemoteStream& stream) override;
  void on_stream_removed(const receive::RemoteStream& stream) override;
  void on_streams_changed(const glib::Ref<GstStreamCollection>& streams) override;
  void on_streams_selected(const glib::Ref<GstStreamCollection>& all, const std::vector<glib::Ref<GstStream>>& passing,
                           guint32 seqnum) override;
  std::shared_ptr<receive::Slot> expose(const receive::RemoteStream& stream) override;
  bool withdraw(const receive::Slot& slot) override;
  void on_data(const std::string& user_id, const DataEvent& event) override;

  [[nodiscard]] std::shared_ptr<receive::Slot> make_slot(RtcmcSourcePad* pad, rtp::Kind kind);
  static void end(const Output& output);
  void remove_exposed(const Output& output);
  void on_participant_renamed(const std::string& old_id, const std::string& new_id) override;
  void on_stream_muted(const std::string& user_id, const protocol::StreamSync& sync) override;

  [[nodiscard]] static OutgoingTrack outgoing(Input& input);
  /// Makes the tracks and the room do what the pads' properties "muted" and "navigation" say.
  void apply_pad_settings();
  /// The sink pad that takes navigation for this stream; null: none.
  [[nodiscard]] glib::Ref<GstPad> navigable_pad(const std::string& stream_id) const;
  void forget_participants();
  void left();
  [[nodiscard]] std::shared_ptr<send::Track> make_track_for(const Input& input);
  [[nodiscard]] RoomSettings room_settings() const;  // with mutex_ held
  void set_state(State state);
  void leave_at_end(Room& room);

  GstBin* const bin_;
  const Announcer announcer_;
  Navigator navigator_;
  const std::string stream_id_base_;
  std::future<void> certificate_;  // start() alone uses it; made once
  // From find_server() to stop(), if we were given no server. The room's thread uses it while there is a room.
  std::unique_ptr<EmbeddedServer> server_;

  std::mutex pad_settings_mutex_;  // of apply_pad_settings(), so that the latest change wins; taken before mutex_

  mutable std::mutex mutex_;
  Settings settings_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::vector<Output> exposed_;  // by auto-receive
  bool has_tracks_ = false;
  std::unique_ptr<Room> room_;
  GstClockTime latency_ = 0;
  State state_ = State::Idle;
  bool is_initiator_ = false;
  LogLimiter data_warnings_;
  bool joining_ = false;  // a PROGRESS start has not been completed yet
  std::string user_id_;
  std::vector<std::string> participants_;
  std::shared_ptr<const stats::Snapshot> stats_ = std::make_shared<const stats::Snapshot>();
};

}  // namespace rtcmc
