// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdp_texts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace rtcmc::test::sdp_texts {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kEnd = "\r\n";

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find(kEnd);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + kEnd.size());
  }
  return lines;
}

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += kEnd;
  }
  return text;
}

Lines transport(const std::string& ufrag) {
  return {"a=ice-ufrag:" + ufrag, "a=ice-pwd:0123456789abcdef01234567",
          "a=fingerprint:sha-256 "
          "5C:1F:8B:A0:37:6A:2D:5D:0B:37:6E:64:8C:0A:1E:35:6B:DC:8D:22:5C:1F:8B:A0:37:6A:2D:5D:0B:37:6E:64"};
}

void append(Lines& lines, const Lines& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

Lines section(const std::string& mid, const std::string& direction, unsigned kind) {
  const std::array<Lines, 3> formats{
      Lines{"m=video 9 UDP/TLS/RTP/SAVPF 96 97 98", "c=IN IP4 0.0.0.0", "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtpmap:98 H264/90000",
            "a=fmtp:98 packetization-mode=1;profile-level-id=42e01f"},
      Lines{"m=audio 9 UDP/TLS/RTP/SAVPF 111 0", "c=IN IP4 0.0.0.0", "a=rtpmap:111 opus/48000/2",
            "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:0 PCMU/8000"},
      Lines{"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=sctp-port:5000",
            "a=max-message-size:262144"}};
  Lines lines = formats.at(kind);
  append(lines, transport("used"));
  append(lines, {"a=setup:actpass", "a=mid:" + mid, "a=rtcp-mux"});
  if (kind < 2) {
    append(lines, {"a=" + direction, "a=msid:stream track" + mid, "a=ssrc:1" + std::to_string(mid.size()) + " cname:x",
                   "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"});
  }
  return lines;
}

constexpr std::array kDirections{"sendrecv", "sendonly", "recvonly", "inactive"};

bool starts_with_any(const std::string& line, const auto& beginnings) {
  return std::ranges::any_of(beginnings, [&line](const char* beginning) { return line.starts_with(beginning); });
}

void garble(Lines& lines, Dice& dice) {
  const std::size_t at = dice.roll(lines.size());
  std::string& line = lines[at];
  switch (dice.roll(9)) {
    case 0:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[dice.roll(lines.size())]);
      break;
    case 2:
      std::swap(lines[at], lines[dice.roll(lines.size())]);
      break;
    case 3:
      line = line.substr(0, dice.roll(line.size() + 1));
      break;
    case 4:
      line += std::string(dice.pick(std::array{1U, 300U, 70'000U}), 'x');
      break;
    case 5:
      std::ranges::replace_if(
          line, [](unsigned char c) { return c >= '0' && c <= '9'; }, dice.pick(std::string_view("09-.x")));
      break;
    case 6:  // another one's transport, or the same one anew
      for (std::string& each : lines) {
        if (each.starts_with("a=ice-ufrag:")) {
          each = "a=ice-ufrag:anew" + std::to_string(dice.roll(3));
        }
      }
      break;
    case 7:
      for (std::string& each : lines) {
        if (each.starts_with("a=setup:")) {
          each = dice.pick(std::array{"a=setup:active", "a=setup:passive", "a=setup:actpass", "a=setup:holdconn"});
        }
      }
      break;
    default:
      for (std::string& each : lines) {
        if (each.starts_with("m=") && dice.once_in(2)) {
          each.replace(each.find(' ') + 1, 1, "0");  // rejected
        }
      }
      break;
  }
}

}  // namespace

std::string first_offer(Dice& dice) {
  const unsigned count = dice.once_in(20) ? 10 + dice.roll(60) : 1 + dice.roll(4);
  Lines lines{"v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE"};
  for (unsigned i = 0; i < count; ++i) {
    lines[4] += " " + std::to_string(i);
    append(lines, section(std::to_string(i), dice.pick(kDirections), dice.roll(3)));
  }
  return text_of(lines);
}

std::string answer_to(const std::string& description) {
  constexpr std::array kLeftOut{
      "a=candidate:", "a=end-of-candidates", "a=ssrc", "a=msid:", "a=extmap:", "a=ice-pwd:", "a=fingerprint:"};
  Lines answer;
  for (const std::string& line : lines_of(description)) {
    if (line.starts_with("a=ice-ufrag:")) {
      append(answer, transport("used"));
    } else if (line.starts_with("a=setup:")) {
      answer.emplace_back(line == "a=setup:active" ? "a=setup:passive" : "a=setup:active");
    } else if (line == "a=sendonly" || line == "a=sendrecv") {
      answer.emplace_back("a=recvonly");
    } else if (line == "a=recvonly") {
      answer.emplace_back("a=inactive");
    } else if (!starts_with_any(line, kLeftOut)) {
      answer.push_back(line);
    }
  }
  return text_of(answer);
}

std::string later_offer(const std::string& description, Dice& dice) {
  Lines offer = lines_of(answer_to(description));
  std::ranges::replace_if(
      offer, [](const std::string& line) { return line.starts_with("a=setup:"); }, "a=setup:actpass");
  if (dice.once_in(3)) {
    const std::string mid = "added" + std::to_string(offer.size());
    for (std::string& line : offer) {
      if (line.starts_with("a=group:BUNDLE")) {
        line += " " + mid;
      }
    }
    append(offer, section(mid, dice.pick(kDirections), dice.roll(2)));
  }
  for (std::string& line : offer) {
    if (dice.once_in(4) && (line == "a=recvonly" || line == "a=inactive")) {
      line = std::string("a=") + dice.pick(kDirections);
    }
  }
  return text_of(offer);
}

std::string garbled(const std::string& description, Dice& dice) {
  Lines lines = lines_of(description);
  for (unsigned faults = 1 + dice.roll(3); faults > 0 && !lines.empty(); --faults) {
    garble(lines, dice);
  }
  return text_of(lines);
}

}  // namespace rtcmc::test::sdp_texts
