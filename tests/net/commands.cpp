// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands.hpp"

#include <charconv>
#include <sstream>
#include <system_error>

namespace rtcmc::net {

namespace {

template <typename Number>
bool read(std::string_view text, Number& number) {
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end && number >= 0;
}

template <typename Duration>
bool read_time(std::string_view text, Duration& time) {
  double milliseconds = 0;
  const bool is_number = read(text, milliseconds);
  time = std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(milliseconds));
  return is_number;
}

bool read_probability(std::string_view text, double& probability) {
  return read(text, probability) && probability <= 1;
}

bool change_one(LinkSettings& settings, std::string_view name, std::string_view value) {
  if (name == "rate") {
    return read(value, settings.rate);
  }
  if (name == "queue") {
    settings.queue_bytes.reset();
    return read_time(value, settings.queue);
  }
  if (name == "queue-bytes") {
    return read(value, settings.queue_bytes.emplace());
  }
  if (name == "delay") {
    return read_time(value, settings.delay);
  }
  if (name == "jitter") {
    return read_time(value, settings.jitter);
  }
  if (name == "reorders") {
    settings.reorders = value == "yes";
    return value == "yes" || value == "no";
  }
  if (name == "loss") {
    return read_probability(value, settings.loss);
  }
  return name == "duplicates" && read_probability(value, settings.duplicates);
}

}  // namespace

std::string change(LinkSettings& settings, std::string_view words) {
  std::istringstream stream{std::string(words)};
  LinkSettings changed = settings;
  for (std::string word; stream >> word;) {
    const std::string_view view = word;
    const auto equals = view.find('=');
    if (equals == std::string_view::npos || !change_one(changed, view.substr(0, equals), view.substr(equals + 1))) {
      return "not understood: " + word;
    }
  }
  settings = changed;
  return {};
}

std::string to_json(const LinkCount& count) {
  std::ostringstream json;
  json << R"({"offered":)" << count.offered << R"(,"offeredBytes":)" << count.offered_bytes  //
       << R"(,"dropped":)" << count.dropped << R"(,"lost":)" << count.lost                   //
       << R"(,"duplicated":)" << count.duplicated << R"(,"delivered":)" << count.delivered   //
       << R"(,"deliveredBytes":)" << count.delivered_bytes                                   //
       << R"(,"overtaken":)" << count.overtaken << '}';
  return json.str();
}

}  // namespace rtcmc::net
