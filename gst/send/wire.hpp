// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "rtp/feedback.hpp"
#include "rtp/transmitter.hpp"

namespace rtcmc::send {

/// A participant's connection, as whoever sends media there sees it: packets go in, to be encrypted and sent, and what
/// the participant says of them comes out.
///
/// Threads: any. send() and send_control() may be called at the same time; for the order of one stream's packets its
/// sender sees to itself.
class Wire {
 public:
  class Listener {
   public:
    /// On the connection's receiving thread. Must not block.
    virtual void on_feedback(const rtp::Feedback& feedback) = 0;

   protected:
    ~Listener() = default;
  };

  /// RTP, complete but for its encryption, in two pieces.
  struct Packet {
    std::array<std::uint8_t, rtp::Transmitter::kMaxHeaderSize> header{};
    std::size_t header_size = 0;
    std::span<const std::uint8_t> payload = {};
  };

  virtual ~Wire() = default;
  /// The transport-wide number of the RTP packet that is sent next, of so many bytes. `is_padding`: it is there to
  /// learn what the network carries.
  [[nodiscard]] virtual std::uint16_t number(std::size_t bytes, std::chrono::steady_clock::time_point now,
                                             bool is_padding) = 0;
  virtual GstFlowReturn send(std::span<const Packet> packets) = 0;
  /// One RTCP compound, complete but for its encryption.
  virtual void send_control(std::span<const std::uint8_t> compound) = 0;
  /// What the participant says of the stream, from now on, instead of whoever heard it before.
  virtual void listen(std::uint32_t ssrc, std::weak_ptr<Listener> listener) = 0;
};

}  // namespace rtcmc::send
