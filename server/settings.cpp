// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "glib/ref.hpp"
#include "server/access_policy.hpp"

namespace rtcmc::program {

namespace {

using Fault = std::optional<std::string>;

/// Names and addresses, separated by commas, semicolons or blanks.
std::vector<std::string> words(std::string_view text) {
  constexpr std::string_view kSeparators = ",; \t";
  std::vector<std::string> list;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kSeparators), text.size()));
    if (text.empty()) {
      return list;
    }
    const auto word = text.substr(0, text.find_first_of(kSeparators));
    list.emplace_back(word);
    text.remove_prefix(word.size());
  }
}

template <typename Number>
Fault set_number(Number& number, const std::string& text, std::uint64_t lowest, std::uint64_t highest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < lowest || value > highest) {
    return "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  }
  number = static_cast<Number>(value);
  return std::nullopt;
}

Fault set_count(unsigned& count, const std::string& text) {
  return set_number(count, text, 0, 1'000'000'000);
}

Fault set_size(std::size_t& size, const std::string& text, std::uint64_t lowest) {
  return set_number(size, text, lowest, 1'000'000'000);
}

Fault set_milliseconds(std::chrono::milliseconds& time, const std::string& text) {
  std::int64_t count = 0;
  auto fault = set_number(count, text, 100, 3'600'000);
  if (!fault) {
    time = std::chrono::milliseconds(count);
  }
  return fault;
}

Fault set_rate(double& rate, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1e9)) {
    return "a number from 0 to 1000000000";
  }
  rate = value;
  return std::nullopt;
}

Fault set_bool(bool& flag, const std::string& text) {
  if (text != "true" && text != "false") {
    return "true or false";
  }
  flag = text == "true";
  return std::nullopt;
}

Fault set_text(std::string& to, const std::string& text) {
  to = text;
  return std::nullopt;
}

Fault set_addresses(Settings& settings, const std::string& text) {
  auto addresses = words(text);
  const bool valid = !addresses.empty() && std::ranges::all_of(addresses, [](const std::string& address) {
    return g_hostname_is_ip_address(address.c_str()) != FALSE;
  });
  if (!valid) {
    return "one or more IP addresses like 127.0.0.1, 0.0.0.0 (all of IPv4), or :: (all); the port is set by \"port\"";
  }
  settings.options.addresses = std::move(addresses);
  return std::nullopt;
}

Fault set_origins(Settings& settings, const std::string& text) {
  auto origins = words(text);
  if (!std::ranges::all_of(origins, server::is_origin)) {
    return "origins as browsers write them: https://example.org, in small letters, with the port only if it is not the "
           "usual one, without a path or a slash at the end";
  }
  settings.options.allowed_origins = std::move(origins);
  return std::nullopt;
}

Fault set_log_level(Settings& settings, const std::string& text) {
  constexpr std::pair<std::string_view, GLogLevelFlags> kLevels[] = {{"error", G_LOG_LEVEL_CRITICAL},
                                                                     {"warning", G_LOG_LEVEL_WARNING},
                                                                     {"notice", G_LOG_LEVEL_MESSAGE},
                                                                     {"info", G_LOG_LEVEL_INFO},
                                                                     {"debug", G_LOG_LEVEL_DEBUG}};
  const auto* found = std::ranges::find(kLevels, text, &std::pair<std::string_view, GLogLevelFlags>::first);
  if (found == std::end(kLevels)) {
    return "error, warning, notice, info, or debug";
  }
  settings.log_level = found->second;
  return std::nullopt;
}

Fault set_log_format(Settings& settings, const std::string& text) {
  if (text != "text" && text != "json") {
    return "text or json";
  }
  settings.log_json = text == "json";
  return std::nullopt;
}

using S = Settings;
using V = std::string;
constexpr std::uint64_t kLeastMessage = 1024;

constexpr Setting kSettings[] = {
    {"listen", "ADDRESSES", "IP addresses to listen on (127.0.0.1)", false,
     [](S& s, const V& v) { return set_addresses(s, v); }},
    {"port", "PORT", "TCP port of all of them; 0: any (9001)", false,
     [](S& s, const V& v) { return set_number(s.options.port, v, 0, std::numeric_limits<std::uint16_t>::max()); }},
    {"tls-certificate", "FILE", "Serve over TLS, with this certificate chain (PEM)", false,
     [](S& s, const V& v) { return set_text(s.tls_certificate, v); }},
    {"tls-key", "FILE", "The certificate's private key (PEM)", false,
     [](S& s, const V& v) { return set_text(s.tls_key, v); }},
    {"web-root", "FOLDER", "Serve the files of this folder instead of the built-in pages", false,
     [](S& s, const V& v) { return set_text(s.web_root, v); }},
    {"max-file-size", "BYTES", "Largest file that is served from there (16777216)", false,
     [](S& s, const V& v) { return set_size(s.max_file_size, v, 1); }},
    {"allow-origins", "ORIGINS", "Web pages that may connect, like https://example.org (all)", false,
     [](S& s, const V& v) { return set_origins(s, v); }},
    {"relay-across-rooms", "true|false", "Carry messages between users that share no room, too (false)", true,
     [](S& s, const V& v) { return set_bool(s.options.relay_across_rooms, v); }},
    {"max-message-size", "BYTES", "Largest message of a client (1000000)", false,
     [](S& s, const V& v) { return set_size(s.options.limits.max_message, v, kLeastMessage); }},
    {"max-extra-size", "BYTES", "Largest \"extra\" of a participant (65536)", false,
     [](S& s, const V& v) { return set_size(s.options.limits.max_extra, v, 2); }},
    {"max-queue-size", "BYTES", "What may wait for a client that reads too slowly (8388608)", false,
     [](S& s, const V& v) { return set_size(s.options.limits.max_queued, v, kLeastMessage); }},
    {"max-queue-size-per-address", "BYTES",
     "The same for all clients of an address (IPv6: a /64); 0: no limit (67108864)", false,
     [](S& s, const V& v) { return set_size(s.options.limits.max_queued_per_address, v, 0); }},
    {"max-queue-size-in-all", "BYTES", "The same for all clients; 0: no limit (268435456)", false,
     [](S& s, const V& v) { return set_size(s.options.limits.max_queued_in_all, v, 0); }},
    {"messages-per-second", "NUMBER", "What a client may send all the time; 0: no limit (200)", false,
     [](S& s, const V& v) { return set_rate(s.options.limits.messages_per_second, v); }},
    {"message-burst", "NUMBER", "What a client may send at once after a rest (2000)", false,
     [](S& s, const V& v) { return set_rate(s.options.limits.message_burst, v); }},
    {"max-rooms", "NUMBER", "Rooms; 0: no limit (10000)", false,
     [](S& s, const V& v) { return set_count(s.options.limits.rooms, v); }},
    {"max-participants", "NUMBER", "Participants of a room; 0: as its owner says (1000)", false,
     [](S& s, const V& v) { return set_count(s.options.limits.participants, v); }},
    {"max-broadcast-members", "NUMBER", "Members of all scalable broadcasts; 0: no limit (10000)", false,
     [](S& s, const V& v) { return set_count(s.options.limits.broadcast_members, v); }},
    {"max-sockets", "NUMBER", "Connections; 0: no limit (20000)", false,
     [](S& s, const V& v) { return set_count(s.options.limits.sockets, v); }},
    {"max-sockets-per-address", "NUMBER", "Connections from one IPv4 address or IPv6 /64; 0: no limit (1000)", false,
     [](S& s, const V& v) { return set_count(s.options.limits.sockets_per_address, v); }},
    {"ping-interval", "MILLISECONDS", "How often clients are asked whether they live (25000)", false,
     [](S& s, const V& v) { return set_milliseconds(s.options.ping_interval, v); }},
    {"ping-timeout", "MILLISECONDS", "How long they may take to answer (20000)", false,
     [](S& s, const V& v) { return set_milliseconds(s.options.ping_timeout, v); }},
    {"admin-token-file", "FILE", "Serve the admin API and /metrics to whoever knows the secret in this file", false,
     [](S& s, const V& v) { return set_text(s.admin_token_file, v); }},
    {"metrics-public", "true|false", "Serve /metrics to everybody (false)", true,
     [](S& s, const V& v) { return set_bool(s.metrics_public, v); }},
    {"admin-user", "NAME", "Let RTCMultiConnection's admin page in, under this name", false,
     [](S& s, const V& v) { return set_text(s.admin_user, v); }},
    {"admin-password-file", "FILE", "The file with its password", false,
     [](S& s, const V& v) { return set_text(s.admin_password_file, v); }},
    {"log-level", "LEVEL", "error, warning, notice, info, or debug (info)", false,
     [](S& s, const V& v) { return set_log_level(s, v); }},
    {"log-format", "text|json", "How lines of the log are written (text)", false,
     [](S& s, const V& v) { return set_log_format(s, v); }},
};

}  // namespace

std::span<const Setting> all_settings() {
  return kSettings;
}

const Setting* find_setting(std::string_view name) {
  const auto* found = std::ranges::find_if(kSettings, [&](const Setting& setting) { return setting.name == name; });
  return found == std::end(kSettings) ? nullptr : found;
}

std::optional<std::string> apply(Settings& settings, const std::vector<Assignment>& assignments) {
  for (const auto& [setting, value, origin] : assignments) {
    if (const auto wanted = setting->set(settings, value)) {
      std::string sentence = origin;
      (((sentence += " is \"") += value) += "\", but must be ") += *wanted;
      return sentence + ".";
    }
  }
  return std::nullopt;
}

std::optional<std::string> check(const Settings& settings) {
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    return R"(TLS needs both "tls-certificate" and "tls-key": the other one is missing.)";
  }
  if (settings.admin_user.empty() != settings.admin_password_file.empty()) {
    return R"(The admin page needs both "admin-user" and "admin-password-file": the other one is missing.)";
  }
  const auto& limits = settings.options.limits;
  for (const std::size_t all : {limits.max_queued_per_address, limits.max_queued_in_all}) {
    if (all > 0 && all < limits.max_message) {
      return R"("max-queue-size-per-address" and "max-queue-size-in-all" must be at least "max-message-size", )"
             R"(or such a message reaches nobody: raise them, or lower the other.)";
    }
  }
  // A message costs a token, and one more for each 4 KiB: what is allowed by size must be affordable at all.
  const double dearest = 1 + std::ceil(static_cast<double>(limits.max_message) / 4096);
  if (limits.messages_per_second > 0 && limits.message_burst < dearest) {
    return "\"message-burst\" must be at least " + std::to_string(static_cast<long>(dearest)) +
           ", what a message of \"max-message-size\" counts: raise the one, or lower the other.";
  }
  return std::nullopt;
}

}  // namespace rtcmc::program
