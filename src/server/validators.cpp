// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/validators.hpp"

#include <libsoup/soup.h>

#include <algorithm>
#include <string_view>

#include "glib/ref.hpp"

namespace rtcmc::server {

namespace {

/// What stands between the quotes of the entity tag at the beginning of `text`, which is behind it then. Weak
/// comparison looks at nothing else. Absent if there is no tag.
std::optional<std::string_view> take_tag(std::string_view& text) {
  std::string_view rest = text.substr(text.starts_with("W/") ? 2 : 0);
  if (!rest.starts_with('"')) {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  const auto end = rest.find('"');
  const auto tag = rest.substr(0, end);
  if (end == std::string_view::npos || tag.find_first_of(" \t") != std::string_view::npos) {
    return std::nullopt;
  }
  text = rest.substr(end + 1);
  return tag;
}

/// Up to the first fault of a list: the client has what it names there.
bool matches(std::string_view list, std::string_view etag) {
  if (list == "*") {
    return true;
  }
  const auto wanted = take_tag(etag);
  while (wanted && !list.empty()) {
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    const auto tag = take_tag(list);
    if (tag == wanted) {
      return true;
    }
    list.remove_prefix(std::min(list.find_first_not_of(" \t"), list.size()));
    if (!tag || (!list.empty() && !list.starts_with(','))) {
      return false;
    }
  }
  return false;
}

/// Only in the form that is written today: clients send back what they got from us. libsoup would take the first of
/// several dates, too.
std::optional<std::int64_t> seconds_of(const std::string& date) {
  const auto time = glib::Ref<GDateTime>::adopt(soup_date_time_new_from_http_string(date.c_str()));
  if (!time) {
    return std::nullopt;
  }
  const std::int64_t seconds = g_date_time_to_unix(time.get());
  return http_date(seconds) == date ? std::optional(seconds) : std::nullopt;
}

}  // namespace

bool client_has(const HttpRequest& request, const Validators& validators) {
  if (const std::string tags = request.header("if-none-match"); !tags.empty()) {
    return matches(tags, validators.etag);
  }
  const auto since = seconds_of(request.header("if-modified-since"));
  return since && validators.modified && *validators.modified <= *since;
}

std::string http_date(std::int64_t seconds) {
  const auto time = glib::Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(seconds));
  return time ? glib::String(soup_date_time_to_string(time.get(), SOUP_DATE_HTTP)).get() : "";
}

}  // namespace rtcmc::server
