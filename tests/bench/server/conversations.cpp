// SPDX-License-Identifier: LGPL-2.1-or-later
#include "conversations.hpp"

#include <stdexcept>
#include <utility>

namespace rtcmc::bench {

namespace {

constexpr std::string_view kOpened = "30[";
constexpr std::string_view kJoined = "31[";
constexpr std::string_view kRelayed = R"(2["RTCMultiConnection-Message",)";

/// A pair has two neighbouring numbers.
unsigned other(unsigned user) {
  return user ^ 1U;
}

std::string room_event(std::string_view ack_id, std::string_view event, unsigned user) {
  return client_frame("2" + std::string(ack_id) + "[\"" + std::string(event) + R"(",{"sessionid":"room-)" +
                      std::to_string(user / 2) +
                      R"(","session":{"audio":true,"video":true},"mediaConstraints":{},"sdpConstraints":{},)"
                      R"("streams":[],"extra":{},"identifier":"","password":""}])");
}

/// Lines of an SDP, escaped for JSON, until there are `size` bytes.
std::string session_description(std::size_t size) {
  std::string text = R"(v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n)";
  for (unsigned type = 96; text.size() < size; ++type) {
    text += "a=rtpmap:" + std::to_string(type) + R"( VP8/90000\r\na=rtcp-fb:)" + std::to_string(type) +
            R"( nack pli\r\na=fmtp:)" + std::to_string(type) + R"( level-asymmetry-allowed=1;packetization-mode=1\r\n)";
  }
  return text.substr(0, text.rfind('\\', size - 1));
}

std::string offer_frame(unsigned from, std::size_t size) {
  const std::string head = R"(22["RTCMultiConnection-Message",{"remoteUserId":")" + user_id(other(from)) +
                           R"(","message":{"type":"offer","sdp":")";
  const std::string tail =
      R"(","remotePeerSdpConstraints":{"OfferToReceiveAudio":true,"OfferToReceiveVideo":true},)"
      R"("renegotiatingPeer":true,"dontGetRemoteStream":false,"extra":{},"streamsToShare":)"
      R"({"465983a7-2f1c-4a30-9ad1-8f0ee2b6f0c3":{"isAudio":false,"isVideo":true,"isScreen":false}}},)"
      R"("sender":")" +
      user_id(from) + "\"}]";
  return client_frame(head + session_description(size - head.size() - tail.size()) + tail);
}

}  // namespace

Conversations::Conversations(std::uint16_t port, const Settings& settings)
    : settings_(settings),
      crowd_(port, [this](unsigned receiver, std::string_view packet) { on_packet(receiver, packet); }),
      users_(std::size_t{2} * settings.pairs) {
  for (unsigned i = 0; i < users_.size(); ++i) {
    users_[i].offer = offer_frame(i, settings.message_size);
  }
}

void Conversations::begin() {
  crowd_.connect(static_cast<unsigned>(users_.size()), settings_.at_once);
  for (unsigned i = 0; i < users_.size(); i += 2) {
    crowd_.client(i).queue(room_event("0", "open-room", i));
    crowd_.client(i).flush();
  }
  while (pairs_ready_ < settings_.pairs) {
    crowd_.wait();
  }
}

void Conversations::flood(unsigned window) {
  floods_ = true;
  for (unsigned i = 0; i < users_.size(); ++i) {
    for (unsigned message = 0; message < window; ++message) {
      send(i, Clock::now());
    }
  }
}

void Conversations::pace(double rate) {
  rate_ = rate;
  began_ = Clock::now();
}

Conversations::Latencies Conversations::run(Clock::duration time) {
  latencies_ = {};
  const auto start = Clock::now();
  while (Clock::now() - start < time) {
    flush();
    if (rate_ > 0) {
      send_what_is_due();
      crowd_.look();
    } else {
      crowd_.wait();
    }
  }
  latencies_.time = Clock::now() - start;
  return std::exchange(latencies_, {});
}

void Conversations::on_packet(unsigned receiver, std::string_view packet) {
  if (packet.starts_with(kRelayed)) {
    on_relayed(receiver);
  } else if (packet.starts_with(kOpened) || packet.starts_with(kJoined)) {
    if (!packet.substr(kOpened.size()).starts_with("true")) {
      throw std::runtime_error("the server does not let a user into a room: " + std::string(packet));
    }
    if (packet.starts_with(kJoined)) {
      ++pairs_ready_;
      return;
    }
    Client& newcomer = crowd_.client(other(receiver));
    newcomer.queue(room_event("1", "join-room", other(receiver)));
    newcomer.flush();
  }
}

/// What one user sends to the other comes in the order in which it was sent.
void Conversations::on_relayed(unsigned receiver) {
  const unsigned sender = other(receiver);
  auto& on_way = users_[sender].on_way;
  if (on_way.empty()) {
    throw std::runtime_error("the server has relayed a message twice");
  }
  const auto now = Clock::now();
  latencies_.microseconds.push_back(std::chrono::duration<float, std::micro>(now - on_way.front()).count());
  on_way.pop_front();
  if (floods_) {
    send(sender, now);
  }
}

void Conversations::send_what_is_due() {
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  for (; static_cast<double>(paced_) <= seconds * rate_; ++paced_) {
    const auto due = began_ + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(static_cast<double>(paced_) / rate_));
    send(static_cast<unsigned>(paced_ % users_.size()), due);
  }
  flush();
}

void Conversations::send(unsigned user, Clock::time_point due) {
  crowd_.client(user).queue(users_[user].offer);
  users_[user].on_way.push_back(due);
  if (!std::exchange(users_[user].unsent, true)) {
    unsent_.push_back(user);
  }
}

void Conversations::flush() {
  for (const unsigned user : unsent_) {
    users_[user].unsent = false;
    crowd_.client(user).flush();
  }
  unsent_.clear();
}

}  // namespace rtcmc::bench
