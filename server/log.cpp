// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "glib/json_text.hpp"
#include "glib/ref.hpp"

namespace rtcmc::program {

namespace {

struct Level {
  GLogLevelFlags flag;
  const char* name;
  char priority;  // syslog(3)
};

constexpr std::array<Level, 6> kLevels{{{G_LOG_LEVEL_ERROR, "error", '3'},
                                        {G_LOG_LEVEL_CRITICAL, "error", '3'},
                                        {G_LOG_LEVEL_WARNING, "warning", '4'},
                                        {G_LOG_LEVEL_MESSAGE, "notice", '5'},
                                        {G_LOG_LEVEL_INFO, "info", '6'},
                                        {G_LOG_LEVEL_DEBUG, "debug", '7'}}};

const Level& level_of(GLogLevelFlags flags) {
  const auto* found = std::ranges::find_if(kLevels, [&](const Level& level) { return (flags & level.flag) != 0; });
  return found == kLevels.end() ? kLevels.back() : *found;
}

bool is_fact(std::string_view message) {
  return message.starts_with("event=");
}

/// Where a value ends that begins the text: a JSON string, or a word.
std::size_t end_of_value(std::string_view text) {
  if (!text.starts_with('"')) {
    return std::min(text.find(' '), text.size());
  }
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    at += text[at] == '\\' ? 2 : 1;
  }
  return std::min(at + 1, text.size());
}

/// `a=b c="d"` as `,"a":"b","c":"d"`.
std::string json_members(std::string_view fact) {
  std::string members;
  while (!fact.empty()) {
    const auto equals = std::min(fact.find('='), fact.size());
    const auto name = fact.substr(0, equals);
    fact.remove_prefix(std::min(equals + 1, fact.size()));
    const auto value = fact.substr(0, end_of_value(fact));
    fact.remove_prefix(std::min(value.size() + 1, fact.size()));
    ((members += ',') += glib::json_quoted(name)) += ':';
    members += value.starts_with('"') ? std::string(value) : glib::json_quoted(value);
  }
  return members;
}

std::string utc_time() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%FT%T", &parts);
  const std::string thousandths = std::to_string(1000 + milliseconds).substr(1);
  return std::string(text.data(), size) + "." + thousandths + "Z";
}

std::string_view message_of(const GLogField* fields, gsize count) {
  const auto* found = std::find_if(fields, fields + count,
                                   [](const GLogField& field) { return std::string_view(field.key) == "MESSAGE"; });
  if (found == fields + count) {
    return {};
  }
  const auto* text = static_cast<const char*>(found->value);
  return found->length < 0 ? std::string_view(text) : std::string_view(text, static_cast<std::size_t>(found->length));
}

GLogWriterOutput write_log(GLogLevelFlags level, const GLogField* fields, gsize count, gpointer data) {
  const auto& style = *static_cast<const LogStyle*>(data);
  if ((level & G_LOG_LEVEL_MASK) <= style.level) {
    const std::string line = log_line(style, level, message_of(fields, count), utc_time()) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

std::string log_line(const LogStyle& style, GLogLevelFlags level, std::string_view message, std::string_view time) {
  const Level& known = level_of(level);
  const glib::String valid(g_utf8_make_valid(message.data(), static_cast<gssize>(message.size())));
  const std::string_view text = valid.get();
  std::string line = style.for_journal ? std::string("<") + known.priority + ">" : "";
  const std::string stamp = style.for_journal ? "" : std::string(time);
  if (style.format == LogFormat::Json) {
    line += stamp.empty() ? "{" : R"({"time":")" + stamp + "\",";
    ((line += R"("level":")") += known.name) += '"';
    return line + (is_fact(text) ? json_members(text) : ",\"message\":" + glib::json_quoted(text)) + "}";
  }
  line += stamp.empty() ? "" : "time=" + stamp + " ";
  (line += "level=") += known.name;
  return line + (is_fact(text) ? " " + std::string(text) : " message=" + glib::json_quoted(text));
}

bool journal_listens() {
  struct stat status {};
  const char* const stream = g_getenv("JOURNAL_STREAM");
  return stream && fstat(STDERR_FILENO, &status) == 0 &&
         std::string_view(stream) == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

void log_to_standard_error(const LogStyle& style) {
  g_log_set_writer_func(write_log, const_cast<LogStyle*>(&style), nullptr);  // NOLINT(*-const-cast): it only reads
}

}  // namespace rtcmc::program
