// SPDX-License-Identifier: LGPL-2.1-or-later
#include "answer.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

namespace rtcmc::bench {

namespace {

using Lines = std::vector<std::string_view>;

Lines split(std::string_view text, char separator) {
  Lines parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    std::string_view part = text.substr(0, end);
    if (part.ends_with('\r')) {
      part.remove_suffix(1);
    }
    parts.push_back(part);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

/// The session's lines, then each medium's.
std::vector<Lines> sections_of(std::string_view sdp) {
  std::vector<Lines> sections(1);
  for (const std::string_view line : split(sdp, '\n')) {
    if (line.starts_with("m=")) {
      sections.emplace_back();
    }
    sections.back().push_back(line);
  }
  return sections;
}

std::string value_of(const Lines& lines, std::string_view prefix) {
  const auto found = std::ranges::find_if(lines, [prefix](auto line) { return line.starts_with(prefix); });
  return found == lines.end() ? std::string() : std::string(found->substr(prefix.size()));
}

/// "a=rtpmap:96 …" is about 96.
std::optional<std::string_view> payload_type_of(std::string_view line) {
  for (const std::string_view prefix : {"a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"}) {
    if (line.starts_with(prefix)) {
      const auto rest = line.substr(prefix.size());
      return rest.substr(0, rest.find(' '));
    }
  }
  return std::nullopt;
}

/// The codec and what retransmits it.
std::vector<std::string_view> chosen_payload_types(const Lines& lines) {
  const bool is_video = lines.front().starts_with("m=video");
  const auto is_wanted = [is_video](std::string_view line) {
    return line.starts_with("a=rtpmap:") && (!is_video || line.find(" H264/") != std::string_view::npos);
  };
  const auto codec = std::ranges::find_if(lines, is_wanted);
  if (codec == lines.end()) {
    return {};
  }
  std::vector chosen{*payload_type_of(*codec)};
  const std::string apt = "apt=" + std::string(chosen.front());
  for (const std::string_view line : lines) {
    if (line.starts_with("a=fmtp:") && line.ends_with(apt)) {
      chosen.push_back(*payload_type_of(line));
    }
  }
  return chosen;
}

class Writer {
 public:
  explicit Writer(const Answerer& answerer) : answerer_(answerer) {}

  void line(std::string_view text) { (sdp_ += text) += "\r\n"; }

  void session(const std::string& mids) {
    line("v=0");
    line("o=- 1 1 IN IP4 0.0.0.0");
    line("s=-");
    line("t=0 0");
    line("a=group:BUNDLE" + mids);
    line("a=ice-lite");
  }

  void refusal(const Lines& offered) {
    auto parts = split(offered.front(), ' ');
    parts[1] = "0";
    join(parts);
    common(offered);
    line("a=inactive");
  }

  void acceptance(const Lines& offered, const std::vector<std::string_view>& payload_types, bool is_client) {
    auto parts = split(offered.front(), ' ');
    parts.resize(3);
    parts[1] = "9";
    parts.insert(parts.end(), payload_types.begin(), payload_types.end());
    join(parts);
    common(offered);
    line("a=recvonly");
    line("a=rtcp-mux");
    line("a=ice-ufrag:" + answerer_.ufrag);
    line("a=ice-pwd:" + answerer_.password);
    line("a=fingerprint:sha-256 " + answerer_.fingerprint);
    line(is_client ? "a=setup:active" : "a=setup:passive");
    for (const std::string_view text : offered) {
      const auto type = payload_type_of(text);
      const bool is_chosen = type && (*type == "*" || std::ranges::find(payload_types, *type) != payload_types.end());
      if (is_chosen || text.starts_with("a=extmap:")) {
        line(text);
      }
    }
  }

  [[nodiscard]] std::string take() { return std::move(sdp_); }

 private:
  void join(const Lines& parts) {
    std::string text;
    for (const std::string_view part : parts) {
      (text += text.empty() ? "" : " ") += part;
    }
    line(text);
  }

  void common(const Lines& offered) {
    line("c=IN IP4 0.0.0.0");
    line("a=mid:" + value_of(offered, "a=mid:"));
  }

  const Answerer& answerer_;
  std::string sdp_;
};

}  // namespace

std::optional<Answer> answer(std::string_view offer, const Answerer& answerer) {
  const auto sections = sections_of(offer);
  if (sections.size() < 2) {
    return std::nullopt;
  }
  Answer result;
  const auto find = [&sections](std::string_view prefix) {
    const std::string in_session = value_of(sections[0], prefix);
    return in_session.empty() ? value_of(sections[1], prefix) : in_session;
  };
  result.offer = {.ufrag = find("a=ice-ufrag:"),
                  .password = find("a=ice-pwd:"),
                  .fingerprint = find("a=fingerprint:sha-256 "),
                  .setup = find("a=setup:"),
                  .first_mid = {}};
  const auto media = std::span(sections).subspan(1);
  std::vector<std::vector<std::string_view>> payload_types;
  std::string mids;
  for (const Lines& lines : media) {
    payload_types.push_back(chosen_payload_types(lines));
    if (!payload_types.back().empty()) {
      const std::string mid = value_of(lines, "a=mid:");
      mids += " " + mid;
      if (result.offer.first_mid.empty()) {
        result.offer.first_mid = mid;
      }
      if (lines.front().starts_with("m=video") && result.payload_type < 0) {
        const std::string_view type = payload_types.back().front();
        std::from_chars(type.data(), type.data() + type.size(), result.payload_type);
      }
    }
  }
  if (result.offer.ufrag.empty() || result.offer.fingerprint.empty() || result.payload_type < 0) {
    return std::nullopt;
  }
  Writer writer(answerer);
  writer.session(mids);
  for (std::size_t i = 0; i < payload_types.size(); ++i) {
    if (payload_types[i].empty()) {
      writer.refusal(media[i]);
    } else {
      writer.acceptance(media[i], payload_types[i], result.offer.setup != "active");
    }
  }
  result.sdp = writer.take();
  return result;
}

}  // namespace rtcmc::bench
