// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receiver.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include "glib/random.hpp"
#include "stun.hpp"

namespace rtcmc::bench {

namespace {

constexpr std::chrono::seconds kReportInterval{1};
constexpr std::chrono::milliseconds kConsentInterval{2500};

room::RoomOptions room_options(const Surroundings& surroundings) {
  room::RoomOptions options;
  options.socket_url = surroundings.socket_url;
  options.room_id = surroundings.room_id;
  options.action = room::Action::Join;
  options.session = {.video = true, .oneway = true};
  return options;
}

std::string random_text(std::size_t size) {
  std::string text;
  while (text.size() < size) {
    text += std::to_string(glib::random_number());
  }
  text.resize(size);
  return text;
}

stun::TransactionId random_transaction() {
  stun::TransactionId id{};
  std::ranges::generate(id, [] { return static_cast<std::uint8_t>(glib::random_number()); });
  return id;
}

void append32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

}  // namespace

Receiver::Receiver(const Surroundings& surroundings, bool decrypts)
    : surroundings_(surroundings),
      decrypts_(decrypts),
      socket_(surroundings.address),
      answerer_{
          .ufrag = random_text(8), .password = random_text(24), .fingerprint = surroundings.identity.fingerprint()},
      client_(room_options(surroundings), *this) {}

void Receiver::leave() {
  constexpr std::chrono::milliseconds kPatience{1000};
  client_.leave({sender_}, kPatience, [this] { is_gone_ = true; });
}

void Receiver::reset() {
  has_played_ = is_playing();
  check_.reset();
  forgeries_ = 0;
  retransmissions_ = 0;
}

const char* Receiver::stage() const {
  if (!answer_) {
    return client_.in_room() ? "without an offer" : "not in the room";
  }
  if (!dtls_) {
    return "without ICE";
  }
  if (!inbound_) {
    return "without DTLS";
  }
  return is_playing() ? "playing" : "without a frame";
}

void Receiver::on_message(const room::MessageHead& head, protocol::Message message) {
  const auto* description = std::get_if<protocol::SessionDescription>(&message);
  if (description != nullptr && description->type == protocol::SdpType::Offer) {
    take_offer(head.sender, description->sdp);
  }
}

void Receiver::take_offer(const std::string& sender, const std::string& sdp) {
  answer_ = answer(sdp, answerer_);
  if (!answer_) {
    failure_ = "an offer without H.264";
    return;
  }
  sender_ = sender;
  client_.send(sender, protocol::SessionDescription{
                           .type = protocol::SdpType::Answer, .sdp = answer_->sdp, .streams_to_share = {}});
  std::array<char, INET_ADDRSTRLEN> address{};
  inet_ntop(AF_INET, &surroundings_.address, address.data(), address.size());
  client_.send(sender,
               protocol::IceCandidate{.candidate = "candidate:1 1 UDP 2130706431 " + std::string(address.data()) + " " +
                                                   std::to_string(socket_.port()) + " typ host",
                                      .sdp_mid = answer_->offer.first_mid,
                                      .sdp_m_line_index = 0});
}

void Receiver::read(DatagramReader& reader) {
  if (!is_stalled_) {
    reader.read(socket_, [this](const Datagram& datagram) { take(datagram); });
  }
}

/// RFC 7983 tells them apart.
void Receiver::take(const Datagram& datagram) {
  const std::uint8_t first = datagram.bytes.empty() ? 255 : datagram.bytes[0];
  if (first >= 128 && first <= 191) {
    take_media(datagram);
  } else if (first <= 3) {
    take_check(datagram);
  } else if (first >= 20 && first <= 63) {
    take_dtls(datagram);
  }
}

void Receiver::take_check(const Datagram& datagram) {
  const auto request = stun::parse_request(datagram.bytes, answerer_.password);
  if (!request || !answer_) {
    return;
  }
  socket_.send(stun::make_response(request->id, datagram.source, answerer_.password), datagram.source);
  if (request->nominates && !dtls_) {
    remote_ = datagram.source;
    start_dtls();
  }
}

void Receiver::start_dtls() {
  const auto role = answer_->offer.setup == "active" ? Dtls::Role::Server : Dtls::Role::Client;
  dtls_.emplace(surroundings_.identity, role, answer_->offer.fingerprint,
                [this](std::span<const std::uint8_t> bytes) { socket_.send(bytes, remote_); });
  dtls_->start();
}

void Receiver::take_dtls(const Datagram& datagram) {
  if (!dtls_) {
    return;
  }
  remote_ = datagram.source;
  dtls_->take(datagram.bytes);
  if (dtls_->failed()) {
    failure_ = "no DTLS";
  } else if (dtls_->keys() && !inbound_) {
    secure();
  }
}

void Receiver::secure() {
  inbound_.emplace(Srtp::Direction::Inbound, dtls_->keys()->theirs);
  outbound_.emplace(Srtp::Direction::Outbound, dtls_->keys()->ours);
  secured_ = Clock::now();
  // Not all at once.
  const auto chance = std::chrono::milliseconds(glib::random_number() % 1000);
  report_due_ = secured_ + chance;
  consent_due_ = secured_ + chance;
}

void Receiver::take_media(const Datagram& datagram) {
  constexpr std::size_t kRtcpHeaderSize = 8;
  const auto& bytes = datagram.bytes;
  if (!inbound_ || bytes.size() < kRtcpHeaderSize) {
    return;
  }
  const bool is_rtcp = bytes[1] >= 192 && bytes[1] <= 223;
  if (is_rtcp) {
    constexpr std::uint8_t kSenderReport = 200;
    const auto size = inbound_->unprotect_rtcp(bytes);
    if (!size) {
      ++forgeries_;
    } else if (bytes[1] == kSenderReport && *size >= 20) {
      last_sender_report_ = std::uint32_t{bytes[10]} << 24 | std::uint32_t{bytes[11]} << 16 |
                            std::uint32_t{bytes[12]} << 8 | std::uint32_t{bytes[13]};
      sender_report_came_ = Clock::now();
    }
    return;
  }
  if (decrypts_ && !inbound_->unprotect(bytes)) {
    ++forgeries_;
    return;
  }
  if ((bytes[1] & 0x7F) == answer_->payload_type) {
    check_.take(bytes, datagram.arrived);
  } else {
    ++retransmissions_;
  }
}

void Receiver::on_time(Clock::time_point now) {
  if (!dtls_ || is_stalled_) {
    return;
  }
  dtls_->on_time();
  if (!outbound_) {
    return;
  }
  if (now >= report_due_) {
    report_due_ = now + kReportInterval;
    report();
  }
  if (now >= consent_due_) {
    consent_due_ = now + kConsentInterval;
    socket_.send(
        stun::make_request(random_transaction(), answer_->offer.ufrag + ":" + answerer_.ufrag, answer_->offer.password),
        remote_);
  }
}

/// A receiver report (RFC 3550, 6.4.2) with one block, and an empty source description, as the rules want it.
void Receiver::report() {
  constexpr std::uint32_t kOurSsrc = 1;
  constexpr std::uint32_t kDelayUnits = 65536;
  if (check_.ssrc() == 0) {
    return;
  }
  const auto lost = static_cast<std::uint32_t>(std::min<std::uint64_t>(check_.counts().lost, 0x7FFFFF));
  const std::chrono::duration<double> delay = Clock::now() - sender_report_came_;
  const auto since = static_cast<std::uint32_t>(delay.count() * kDelayUnits);
  std::vector<std::uint8_t> bytes;
  bytes.reserve(64 + Srtp::kTrailerSize);
  for (const std::uint32_t word : {0x81C90007U, kOurSsrc, check_.ssrc(), lost, check_.highest_sequence(), 0U,
                                   last_sender_report_, last_sender_report_ != 0 ? since : 0U,
                                   // CNAME "r", and the end of the list
                                   0x81CA0002U, kOurSsrc, 0x01017200U}) {
    append32(bytes, word);
  }
  const std::size_t size = bytes.size();
  bytes.resize(size + Srtp::kTrailerSize);
  if (const auto protected_size = outbound_->protect_rtcp(bytes.data(), size)) {
    socket_.send({bytes.data(), *protected_size}, remote_);
  }
}

}  // namespace rtcmc::bench
