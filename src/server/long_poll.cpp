// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/long_poll.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "glib/json_text.hpp"

namespace rtcmc::server {

namespace {

/// Engine.IO's JSONP calls `___eio[j](…)`.
std::optional<std::string> jsonp_callback(const Query& query) {
  const auto number = parameter(query, "j");
  if (!number) {
    return std::nullopt;
  }
  std::string digits;
  std::ranges::copy_if(*number, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return "___eio[" + digits + "]";
}

/// JSON allows two line separators (U+2028, U+2029) in strings that older JavaScript does not.
std::string script_string(std::string_view text) {
  std::string quoted = glib::json_quoted(text);
  for (const auto& [separator, escape] : {std::pair("\u2028", "\\u2028"), std::pair("\u2029", "\\u2029")}) {
    for (std::size_t at = 0; (at = quoted.find(separator, at)) != std::string::npos;) {
      quoted.replace(at, std::string_view(separator).size(), escape);
    }
  }
  return quoted;
}

/// Browsers change line ends in a form's fields, so that Engine.IO's client writes line feeds as \n, and \n as \\n.
std::string without_line_escapes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text.starts_with("\\\\n")) {
      plain += "\\n";
      text.remove_prefix(3);
    } else if (text.starts_with("\\n")) {
      plain += '\n';
      text.remove_prefix(2);
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

}  // namespace

LongPoll::LongPoll(HttpConnection& connection, const Query& query)
    : connection_(connection), callback_(jsonp_callback(query)) {}

LongPoll::~LongPoll() {
  if (!is_answered_) {
    answer("");
  }
}

void LongPoll::answer(std::string_view payload) {
  is_answered_ = true;
  HttpResponse response{200, "text/plain; charset=UTF-8", std::string(payload), cors_headers(connection_.request())};
  response.headers.emplace_back("Cache-Control", "no-store");
  if (callback_) {
    response.mime_type = "text/javascript; charset=UTF-8";
    response.body = *callback_ + "(" + script_string(payload) + ");";
  }
  connection_.respond(response);
}

std::string posted_payload(const Query& query, std::string_view body) {
  if (!parameter(query, "j")) {
    return std::string(body);
  }
  return without_line_escapes(parameter(parse_query(body), "d").value_or(""));
}

}  // namespace rtcmc::server
