// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/sender_report.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "rtp/big_endian.hpp"
#include "rtp/first_byte.hpp"
#include "rtp/rtcp_type.hpp"

namespace rtcmc::rtp {

namespace {

using ReportBytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kCanonicalName = 1;

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxSources = 31;

/// Appends a packet of whole 32-bit words, with `count` in its header.
void append_packet(std::size_t count, std::uint8_t type, const ReportBytes& body, ReportBytes& out) {
  out.push_back(static_cast<std::uint8_t>(kVersion2 | count));
  out.push_back(type);
  append(static_cast<std::uint16_t>(body.size() / 4), out);
  out.insert(out.end(), body.begin(), body.end());
}

ReportBytes report_body(const SenderReport& report) {
  ReportBytes body;
  append(report.ssrc, body);
  append(report.ntp_time, body);
  append(report.rtp_timestamp, body);
  append(report.packets, body);
  append(report.octets, body);
  return body;
}

ReportBytes description_body(std::uint32_t ssrc, std::string_view cname) {
  cname = cname.substr(0, kMaxName);
  ReportBytes body;
  append(ssrc, body);
  body.push_back(kCanonicalName);
  body.push_back(static_cast<std::uint8_t>(cname.size()));
  body.insert(body.end(), cname.begin(), cname.end());
  // One zero ends the items, more fill the word.
  body.resize((body.size() / 4 + 1) * 4, 0);
  return body;
}

}  // namespace

std::vector<std::uint8_t> compose(const SenderReport& report, std::string_view cname) {
  ReportBytes out;
  append_packet(0, rtcp_type::kSenderReport, report_body(report), out);
  append_packet(1, rtcp_type::kSourceDescription, description_body(report.ssrc, cname), out);
  return out;
}

std::vector<std::uint8_t> compose_goodbye(const SenderReport& report, std::string_view cname,
                                          const std::vector<std::uint32_t>& others) {
  ReportBytes out = compose(report, cname);
  std::vector<std::uint32_t> leaving{report.ssrc};
  leaving.insert(leaving.end(), others.begin(), others.end());
  for (std::span<const std::uint32_t> rest(leaving); !rest.empty();) {
    const auto sources = rest.first(std::min(rest.size(), kMaxSources));
    ReportBytes body;
    for (const std::uint32_t ssrc : sources) {
      append(ssrc, body);
    }
    append_packet(sources.size(), rtcp_type::kGoodbye, body, out);
    rest = rest.subspan(sources.size());
  }
  return out;
}

}  // namespace rtcmc::rtp
