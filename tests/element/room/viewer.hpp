// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "peer/sdp.hpp"
#include "peer/webrtcbin.hpp"
#include "room/room_client.hpp"

namespace rtcmc::test {

/// A participant that only receives: a RoomClient and one webrtcbin, which is connected with whoever offers.
///
/// Threads: made, used and destroyed on the test's thread, whose main context must be iterated (wait_until()).
class Viewer final : private room::RoomClient::Listener {
 public:
  struct Options {
    std::string codec = "VP8";  // the only one that it takes, as in a=rtpmap
    bool answers = true;
    std::string user_id = {};      // empty: random
    std::string host = {};         // the only one that it listens to; empty: anybody
    bool is_impersonated = false;  // others speak in its name: what it hears may make no sense to it
  };

  Viewer(const std::string& socket_url, const std::string& room_id, Options options);
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;
  /// Says goodbye, as a page does.
  ~Viewer();

  /// Without a word to the other side.
  void lose_connection();
  /// The server loses sight of it; the connection goes on.
  void lose_server() { part({}); }
  /// Does not hear the next requests to take part.
  void miss_requests(unsigned count) { missed_requests_ = count; }
  /// Whether the server knows a user of this id.
  void find_user(const std::string& user_id, std::function<void(bool)> callback) {
    client_.find_user(user_id, std::move(callback));
  }
  /// Sends an offer that belongs to no connection that there is; `done` is called once the server has it.
  void offer_out_of_turn(const std::string& to, std::function<void()> done);
  /// Answers an offer that it has not answered, and answers from now on.
  void answer_late();
  /// Tells everyone.
  void set_extra(const glib::Ref<JsonObject>& extra) { client_.set_extra(extra); }

  [[nodiscard]] unsigned packets() const { return packets_; }
  /// Sequence numbers that were left out.
  [[nodiscard]] unsigned lost() const { return lost_; }
  /// How often RTP timestamps went back, or more than a minute ahead.
  [[nodiscard]] unsigned leaps() const { return leaps_; }
  /// Heard of those who were connected with it.
  [[nodiscard]] unsigned requests() const { return requests_; }
  [[nodiscard]] bool in_room() const { return client_.in_room(); }
  [[nodiscard]] bool was_left() const { return was_left_; }
  /// The latest that came, or nothing.
  [[nodiscard]] const std::string& offer() const { return offer_; }

 private:
  void on_joined(bool created) override;
  void on_unanswered() override {}
  void on_failed(const room::RoomError& error) override;
  void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) override;
  void on_user_id_changed(const std::string&, const std::string&) override {}
  void on_message(const room::MessageHead& head, protocol::Message message) override;
  void on_user_disconnected(const std::string&) override { was_left_ = true; }
  void on_extra_changed(const std::string&, const glib::Ref<JsonObject>&) override {}
  void on_became_owner() override {}
  void on_room_said_to_be_closed() override {}

  void part(const std::vector<std::string>& told);
  void accept(const std::string& offer);
  void answer();
  void check(const std::optional<std::string>& fault);
  void count_packets_of(GstPad* pad);

  Options options_;
  room::RoomClient client_;
  std::string sender_;
  std::string offer_;
  glib::Ref<GstElement> pipeline_;
  std::unique_ptr<WebRtcBin> webrtcbin_;
  std::vector<std::shared_ptr<receive::Tap>> taps_;
  glib::SignalConnection pad_added_;
  std::vector<sdp::Section> sections_;  // of the latest offer
  bool has_remote_description_ = false;
  std::vector<std::string> early_candidates_;
  bool was_left_ = false;
  unsigned missed_requests_ = 0;
  unsigned requests_ = 0;
  std::atomic<unsigned> packets_ = 0;
  std::atomic<unsigned> lost_ = 0;
  std::atomic<std::int32_t> last_sequence_ = -1;
  std::atomic<std::uint32_t> last_timestamp_ = 0;
  std::atomic<unsigned> leaps_ = 0;
};

}  // namespace rtcmc::test
