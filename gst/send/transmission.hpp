// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rtp/codec.hpp"
#include "rtp/transmitter.hpp"
#include "send/packets.hpp"
#include "send/wire.hpp"

namespace rtcmc::send {

/// How one peer wants our packets: what its half of the SDP says.
struct PacketFormat {
  rtp::Codec codec;
  std::uint8_t payload_type;
  std::optional<std::uint8_t> mid_extension_id;  // RFC 8843 sdes:mid, one-byte form (1–14); absent: not negotiated
  std::string mid;
  std::optional<std::uint8_t> retransmission_type = {};  // of RFC 4588; absent: nothing is sent again
  std::optional<std::uint8_t> transport_number_id = {};  // of the extension with transport-wide numbers; likewise
  std::optional<std::uint8_t> playout_delay_extension_id = {};  // WebRTC's, one-byte form; absent: not negotiated
  bool takes_repetitions = false;                               // of sound: Opus' in-band FEC

  friend bool operator==(const PacketFormat&, const PacketFormat&) = default;
};

/// One stream to one participant, as long as their connection lasts, whatever is sent there: the Transmitter with the
/// wire that its packets go to.
///
/// Threads: any. `mutex_` protects the transmitter and is held while its packets are pushed, so that they go out in the
/// order of their numbers.
class Transmission {
 public:
  /// `cname`: RFC 3550, 6.5.1; the same for all streams that belong together.
  Transmission(std::shared_ptr<Wire> wire, const rtp::Transmitter::Identity& identity, std::string cname)
      : wire_(std::move(wire)), cname_(std::move(cname)), transmitter_(identity) {}

  [[nodiscard]] std::uint32_t ssrc() const { return transmitter_.identity().ssrc; }

  /// False if RTP cannot carry it.
  [[nodiscard]] bool set_format(const PacketFormat& format);
  /// Who sends here from now on and hears what the participant says of it. Nothing comes through any more from whoever
  /// did before, which may have packets on their way on another thread: of a format that means something else now.
  void give_to(const std::shared_ptr<Wire::Listener>& source);

  /// `begins`: they do not follow what came last from that source. What is left out does not look like lost.
  GstFlowReturn send(const Wire::Listener& source, bool begins, const Packets& packets, const rtp::ClockPair& clock,
                     History::Time now);
  struct Missing {
    std::uint16_t sequence;  // as the participant knows it
    std::uint16_t in_source;
  };
  /// What the participant misses, as far as it may ask.
  [[nodiscard]] std::vector<Missing> missing(const Wire::Listener& source, const rtp::Nack& nack);
  /// Nothing but padding, at least so many bytes of it, to learn what the network carries. Returns how many went; none,
  /// without a format for retransmissions.
  std::size_t pad(std::size_t bytes, History::Time now);
  struct Repair {
    std::uint16_t sequence;  // as the participant knows it
    History::Entry packet;
  };
  void send_again(const Wire::Listener& source, const std::vector<Repair>& repairs, History::Time now);
  /// Says goodbye; nothing is sent after that.
  void end();

  void take(const rtp::ReportBlock& block);
  void take(const rtp::PictureLoss& loss);
  /// False: it repeats the one before.
  [[nodiscard]] bool take(const rtp::FullIntraRequest& request);

  [[nodiscard]] rtp::TransmissionCount count() const;
  /// When something of its stream went out, padding and repairs apart. Absent: nothing yet.
  [[nodiscard]] std::optional<History::Time> last_sent() const;
  /// Of the packet that would come next.
  [[nodiscard]] std::uint16_t next_sequence() const;

 private:
  /// The packet's header is written but for its transport-wide number. With mutex_ held.
  void complete(Wire::Packet& packet, std::size_t header_size, std::span<const std::uint8_t> payload, History::Time now,
                bool is_padding = false);

  const std::shared_ptr<Wire> wire_;
  const std::string cname_;
  mutable std::mutex mutex_;
  rtp::Transmitter transmitter_;            // mutex_, but for what never changes
  const Wire::Listener* source_ = nullptr;  // mutex_; tells them apart, may be gone
  std::optional<History::Time> last_sent_;  // mutex_
};

/// The time now, as sender reports have it.
[[nodiscard]] std::uint64_t ntp_now();

}  // namespace rtcmc::send
