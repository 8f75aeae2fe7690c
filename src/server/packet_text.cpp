// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/packet_text.hpp"

#include "glib/json_text.hpp"

namespace rtcmc::server {

SharedText event_packet(std::string_view event, std::initializer_list<std::string_view> values) {
  const std::string name = glib::json_quoted(event);
  std::size_t size = name.size() + 4;
  for (const std::string_view value : values) {
    size += value.size() + 1;
  }
  auto packet = std::make_shared<std::string>();
  packet->reserve(size);
  (*packet += "42[") += name;
  for (const std::string_view value : values) {
    (*packet += ',') += value;
  }
  *packet += ']';
  return packet;
}

SharedText ack_packet(std::uint64_t ack_id, std::initializer_list<std::string_view> values) {
  auto packet = std::make_shared<std::string>("43" + std::to_string(ack_id));
  char separator = '[';
  for (const std::string_view value : values) {
    (*packet += separator) += value;
    separator = ',';
  }
  *packet += values.size() == 0 ? "[]" : "]";
  return packet;
}

}  // namespace rtcmc::server
