// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <span>
#include <variant>
#include <vector>

#include "fuzz.hpp"
#include "rtp/feedback.hpp"
#include "rtp/sender_report.hpp"

/// What receivers say in RTCP, and that our own reports are read as saying nothing of the kind.
namespace rtcmc::rtp {

namespace {

using fuzz::require;
using Bytes = std::vector<std::uint8_t>;

void try_transport(const TransportFeedback& feedback) {
  // Each of those that are taken differs by no more than 16 bits of a quarter of a millisecond.
  constexpr TransportFeedback::Arrival kFarthest{std::int64_t{250} * 0x8000 * std::int64_t{kMaxTransportPackets}};
  std::uint16_t sequence = feedback.packets.front().sequence;
  for (const auto& packet : feedback.packets) {
    require(packet.sequence == sequence++, "packets follow each other");
    require(
        !packet.arrival || (*packet.arrival >= -kFarthest && *packet.arrival < TransportFeedback::kPeriod + kFarthest),
        "arrivals are near their reference");
  }
}

void try_bounds(const std::vector<Feedback>& feedback, std::size_t size) {
  require(feedback.size() <= kMaxFeedback, "facts are bounded");
  std::size_t nacked = 0;
  std::size_t transport_packets = 0;
  for (const Feedback& fact : feedback) {
    if (const auto* nack = std::get_if<Nack>(&fact)) {
      require(!nack->sequences.empty(), "a NACK names a packet");
      nacked += nack->sequences.size();
    } else if (const auto* transport = std::get_if<TransportFeedback>(&fact)) {
      require(!transport->packets.empty(), "feedback of the transport is about a packet");
      try_transport(*transport);
      transport_packets += transport->packets.size();
    } else if (const auto* block = std::get_if<ReportBlock>(&fact)) {
      require(block->packets_lost >= -0x800000 && block->packets_lost < 0x800000, "losses have 24 bits");
    }
  }
  require(nacked <= kMaxNacked, "sequence numbers are bounded");
  require(transport_packets <= kMaxTransportPackets, "packets of the transport are bounded");
  require(feedback.size() * 8 <= size && nacked * 4 <= size * 17, "nothing is said that did not come");
}

void try_part(const std::vector<Feedback>& whole, std::span<const std::uint8_t> part) {
  const auto feedback = parse_feedback(Bytes(part.begin(), part.end()));
  require(feedback.size() <= whole.size() && std::ranges::equal(feedback, std::span(whole).first(feedback.size())),
          "what comes later changes nothing of what was said");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of its own size, so that reading beyond it is seen.
  const Bytes compound(data, data + size);
  const auto feedback = parse_feedback(compound);
  try_bounds(feedback, size);
  try_part(feedback, std::span(compound).first(size / 2));
  try_part(feedback, std::span(compound).first(size - std::min<std::size_t>(size, 1)));

  constexpr SenderReport kReport{0x01020304, 0xe000000080000000, 3000, 10, 2000};
  const Bytes report = compose_goodbye(kReport, fuzz::text_of(data, size), {5, 6});
  require(report.size() % 4 == 0 && report.size() <= 28 + 8 + 260 + 16, "reports are whole words and bounded");
  Bytes both = report;
  both.insert(both.end(), compound.begin(), compound.end());
  require(parse_feedback(both) == feedback, "a report is passed over, whatever its sender's name");
  return 0;
}

}  // namespace rtcmc::rtp
