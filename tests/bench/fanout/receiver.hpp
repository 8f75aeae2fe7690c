// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "answer.hpp"
#include "dtls.hpp"
#include "room/room_client.hpp"
#include "srtp.hpp"
#include "stream_check.hpp"
#include "udp_socket.hpp"

namespace rtcmc::bench {

/// What all receivers share.
struct Surroundings {
  std::string socket_url;
  std::string room_id;
  const DtlsIdentity& identity;
  in_addr address;
};

/// A viewer without a picture: joins the room, answers the offer it gets, lets itself be checked by ICE (as a lite
/// agent), does DTLS, and counts what comes by SRTP. It reports on it once a second, as a browser does, and says every
/// 2.5 seconds that it still wants it.
///
/// Threads: all calls from that of the default main context.
class Receiver final : private room::RoomClient::Listener {
 public:
  using Clock = std::chrono::steady_clock;

  /// `decrypts`: tries each packet's authenticity, too.
  Receiver(const Surroundings& surroundings, bool decrypts);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver() = default;

  void enter() { client_.enter(); }
  /// Tells the sender. The receiver is to live until the next call of is_gone() that is true.
  void leave();
  [[nodiscard]] bool is_gone() const { return is_gone_; }

  /// Reads all that has come.
  void read(DatagramReader& reader);
  void on_time(Clock::time_point now);
  /// While it lasts, nothing is read, answered or reported.
  void stall(bool stalled) { is_stalled_ = stalled; }

  [[nodiscard]] const UdpSocket& socket() const { return socket_; }
  [[nodiscard]] bool decrypts() const { return decrypts_; }
  [[nodiscard]] bool is_playing() const { return check_.counts().frames > 0 || has_played_; }
  /// What it has got as far as, for a person.
  [[nodiscard]] const char* stage() const;
  [[nodiscard]] const StreamCheck& check() const { return check_; }
  [[nodiscard]] std::uint64_t forgeries() const { return forgeries_; }
  [[nodiscard]] std::uint64_t retransmissions() const { return retransmissions_; }
  /// Why it will not play; empty: it may.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Since it entered, until DTLS was up and until the first frame was whole.
  [[nodiscard]] std::chrono::duration<double> secured_after() const { return secured_ - began_; }
  void reset();

 private:
  // room::RoomClient::Listener
  void on_joined(bool) override {}
  void on_unanswered() override {}
  void on_failed(const room::RoomError& error) override { failure_ = error.text; }
  void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds) override { failure_ = error.text; }
  void on_user_id_changed(const std::string&, const std::string&) override {}
  void on_message(const room::MessageHead& head, protocol::Message message) override;
  void on_user_disconnected(const std::string&) override {}
  void on_extra_changed(const std::string&, const glib::Ref<JsonObject>&) override {}
  void on_became_owner() override {}
  void on_room_said_to_be_closed() override {}

  void take_offer(const std::string& sender, const std::string& sdp);
  void take(const Datagram& datagram);
  void take_check(const Datagram& datagram);
  void take_dtls(const Datagram& datagram);
  void take_media(const Datagram& datagram);
  void start_dtls();
  void secure();
  void report();

  const Surroundings& surroundings_;
  const bool decrypts_;
  UdpSocket socket_;
  const Answerer answerer_;
  std::string sender_;
  std::optional<Answer> answer_;
  sockaddr_in remote_{};  // the selected one of the sender's addresses, once there is Dtls
  std::optional<Dtls> dtls_;
  std::optional<Srtp> inbound_;
  std::optional<Srtp> outbound_;
  StreamCheck check_;
  std::uint64_t forgeries_ = 0;
  std::uint64_t retransmissions_ = 0;
  std::uint32_t last_sender_report_ = 0;  // the middle of its NTP time
  Clock::time_point sender_report_came_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point secured_ = began_;
  Clock::time_point report_due_;
  Clock::time_point consent_due_;
  std::string failure_;
  bool is_stalled_ = false;
  bool has_played_ = false;
  bool is_gone_ = false;
  room::RoomClient client_;
};

}  // namespace rtcmc::bench
