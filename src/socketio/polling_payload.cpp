// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/polling_payload.hpp"

#include <charconv>
#include <cstdint>

namespace rtcmc::socketio {

namespace {

constexpr char kSeparator = '\x1e';
constexpr char kBase64 = 'b';

/// How many UTF-16 units the UTF-8 sequence that `lead` begins takes; 0 within a sequence.
unsigned utf16_units(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if ((byte & 0xC0) == 0x80) {
    return 0;
  }
  return byte >= 0xF0 ? 2 : 1;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    units += utf16_units(c);
  }
  return units;
}

/// The bytes of the first `units` UTF-16 units; absent if `text` is shorter, or a character would be cut.
std::optional<std::size_t> bytes_of(std::string_view text, std::size_t units) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned next = utf16_units(text[i]);
    if (next > 0 && seen >= units) {
      return seen == units ? std::optional(i) : std::nullopt;
    }
    seen += next;
  }
  return seen == units ? std::optional(text.size()) : std::nullopt;
}

void add(std::vector<std::string_view>& packets, std::string_view packet) {
  if (!packet.starts_with(kBase64)) {
    packets.push_back(packet);
  }
}

}  // namespace

std::optional<EngineVersion> version_of_first_payload(std::string_view body) {
  if (body.starts_with("0{")) {
    return EngineVersion::V4;
  }
  const auto packets = split_payload(EngineVersion::V3, body);
  return packets && !packets->empty() && packets->front().starts_with("0{") ? std::optional(EngineVersion::V3)
                                                                            : std::nullopt;
}

std::optional<std::vector<std::string_view>> split_payload(EngineVersion version, std::string_view body) {
  std::vector<std::string_view> packets;
  if (version == EngineVersion::V4) {
    while (!body.empty()) {
      const auto end = body.find(kSeparator);
      add(packets, body.substr(0, end));
      body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    }
    return packets;
  }
  while (!body.empty()) {
    std::size_t units = 0;
    const char* const last = body.data() + body.size();
    const auto [end, fault] = std::from_chars(body.data(), last, units);
    if (fault != std::errc() || end == last || *end != ':') {
      return std::nullopt;
    }
    body.remove_prefix(static_cast<std::size_t>(end - body.data()) + 1);
    const auto length = bytes_of(body, units);
    if (!length) {
      return std::nullopt;
    }
    add(packets, body.substr(0, *length));
    body.remove_prefix(*length);
  }
  return packets;
}

std::optional<std::vector<std::string_view>> split_binary_payload(std::string_view body) {
  constexpr char kText = 0;
  constexpr char kEnd = static_cast<char>(255);
  std::vector<std::string_view> packets;
  while (!body.empty()) {
    const bool is_text = body.front() == kText;
    body.remove_prefix(1);
    std::size_t size = 0;
    while (!body.empty() && body.front() >= 0 && body.front() <= 9 && size <= body.size()) {
      size = size * 10 + static_cast<std::size_t>(body.front());
      body.remove_prefix(1);
    }
    if (!body.starts_with(kEnd) || size > body.size() - 1) {
      return std::nullopt;
    }
    if (is_text) {
      packets.push_back(body.substr(1, size));
    }
    body.remove_prefix(1 + size);
  }
  return packets;
}

void append_to_payload(EngineVersion version, std::string& body, std::string_view packet) {
  if (version == EngineVersion::V3) {
    body += std::to_string(utf16_length(packet)) + ':';
  } else if (!body.empty()) {
    body += kSeparator;
  }
  body += packet;
}

std::string join_payload(EngineVersion version, std::span<const std::string> packets) {
  std::string body;
  for (const std::string& packet : packets) {
    append_to_payload(version, body, packet);
  }
  return body;
}

}  // namespace rtcmc::socketio
