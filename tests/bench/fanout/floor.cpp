// SPDX-License-Identifier: LGPL-2.1-or-later
// The least that a sender can do: protects each packet for each viewer and sends it. Arguments: ADDRESS
// PACKETS_PER_FRAME PACKET_SIZE PORT…; PACKET_SIZE counts what protecting adds, the number of packets may be broken.
// A frame at each thirtieth of a second of the system's clock, until it is killed.
#include <arpa/inet.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "frame_clock.hpp"
#include "srtp.hpp"
#include "udp_socket.hpp"

namespace rtcmc::bench {

namespace {

constexpr std::size_t kTagSize = 10;  // of AES_CM_128_HMAC_SHA1_80
constexpr std::uint32_t kTicksPerFrame = 3000;

void write16(std::vector<std::uint8_t>& packet, std::size_t at, std::uint32_t value) {
  packet[at] = static_cast<std::uint8_t>(value >> 8);
  packet[at + 1] = static_cast<std::uint8_t>(value);
}

struct Viewer {
  Srtp srtp;
  sockaddr_in destination;
  std::uint16_t sequence = 0;
};

Viewer make_viewer(const sockaddr_in& destination) {
  Srtp::MasterKey key{};
  key[0] = static_cast<std::uint8_t>(destination.sin_port);
  key[1] = static_cast<std::uint8_t>(destination.sin_port >> 8);
  return {.srtp = Srtp(Srtp::Direction::Outbound, key), .destination = destination};
}

class Floor {
 public:
  Floor(in_addr address, double packets_per_frame, std::size_t packet_size)
      : packets_per_frame_(packets_per_frame), payload_(packet_size - kTagSize), socket_(address) {}

  void add(const sockaddr_in& destination) { viewers_.push_back(make_viewer(destination)); }

  void run() {
    std::int64_t frame = frame_after(std::chrono::system_clock::now());
    for (double packets = 0;; ++frame) {
      std::this_thread::sleep_until(frame_time(frame));
      packets += packets_per_frame_;
      const auto whole = static_cast<unsigned>(packets);
      packets -= whole;
      for (Viewer& viewer : viewers_) {
        for (unsigned i = 0; i < whole; ++i) {
          send(viewer, static_cast<std::uint32_t>(frame) * kTicksPerFrame, i + 1 == whole);
        }
      }
    }
  }

 private:
  void send(Viewer& viewer, std::uint32_t timestamp, bool is_last) {
    packet_ = payload_;
    packet_.resize(payload_.size() + Srtp::kTrailerSize);
    packet_[0] = 0x80;
    packet_[1] = is_last ? 0x80 | 96 : 96;
    write16(packet_, 2, viewer.sequence++);
    write16(packet_, 4, timestamp >> 16);
    write16(packet_, 6, timestamp);
    if (const auto size = viewer.srtp.protect(packet_.data(), payload_.size())) {
      socket_.send({packet_.data(), *size}, viewer.destination);
    }
  }

  const double packets_per_frame_;
  const std::vector<std::uint8_t> payload_;
  const UdpSocket socket_;
  std::vector<Viewer> viewers_;
  std::vector<std::uint8_t> packet_;
};

}  // namespace

}  // namespace rtcmc::bench

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "Usage: fanout-floor ADDRESS PACKETS_PER_FRAME PACKET_SIZE PORT…\n";
    return EXIT_FAILURE;
  }
  try {
    sockaddr_in destination{};
    destination.sin_family = AF_INET;
    inet_pton(AF_INET, argv[1], &destination.sin_addr);
    rtcmc::bench::Floor floor(destination.sin_addr, std::stod(argv[2]), std::stoul(argv[3]));
    for (int i = 4; i < argc; ++i) {
      destination.sin_port = htons(static_cast<std::uint16_t>(std::stoul(argv[i])));
      floor.add(destination);
    }
    floor.run();
  } catch (const std::exception& error) {
    std::cerr << "fanout-floor: " << error.what() << '\n';
  }
  return EXIT_FAILURE;  // it ends with an error only
}
