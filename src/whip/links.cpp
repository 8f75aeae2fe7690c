// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/links.hpp"

#include <glib.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::whip {

namespace {

constexpr std::string_view kSpace = " \t";

/// Reads a header from its beginning on.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool is_over() const { return rest_.empty(); }

  [[nodiscard]] bool take(char wanted) {
    skip_space();
    if (!rest_.starts_with(wanted)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] std::string_view take_until(std::string_view ends) {
    const auto size = std::min(rest_.find_first_of(ends), rest_.size());
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  /// A token, or what is in quotes. Absent if these do not end.
  [[nodiscard]] std::optional<std::string> take_value() {
    if (!take('"')) {
      const auto token = take_until(",; \t");
      return std::string(token);
    }
    std::string value;
    while (!rest_.empty()) {
      const char next = rest_.front();
      rest_.remove_prefix(1);
      if (next == '"') {
        return value;
      }
      if (next == '\\' && !rest_.empty()) {
        value += rest_.front();
        rest_.remove_prefix(1);
      } else {
        value += next;
      }
    }
    return std::nullopt;
  }

  /// The rest of a link that is none; what is in quotes may have commas.
  void skip_link() {
    while (!rest_.empty() && rest_.front() != ',') {
      if (rest_.front() == '"') {
        (void)take_value();
      } else {
        rest_.remove_prefix(1);
      }
    }
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

  std::string_view rest_;
};

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Of parameters with the same name the first one counts (RFC 8288, 3.3).
void set_once(std::string& member, std::string value) {
  if (member.empty()) {
    member = std::move(value);
  }
}

void set_parameter(Link& link, std::string_view name, std::string value) {
  const std::string key = glib::String(g_ascii_strdown(name.data(), static_cast<gssize>(name.size()))).get();
  if (key == "rel") {
    set_once(link.relations, std::move(value));
  } else if (key == "username") {
    set_once(link.username, std::move(value));
  } else if (key == "credential") {
    set_once(link.credential, std::move(value));
  }
}

std::optional<Link> take_link(HeaderText& text) {
  if (!text.take('<')) {
    return std::nullopt;
  }
  Link link;
  link.target = text.take_until(">");
  if (!text.take('>')) {
    return std::nullopt;
  }
  while (text.take(';')) {
    const std::string_view name = trimmed(text.take_until("=,;"));
    if (!text.take('=')) {
      continue;  // a parameter without a value
    }
    auto value = text.take_value();
    if (!value) {
      return std::nullopt;
    }
    set_parameter(link, name, *std::move(value));
  }
  return link;
}

bool has_relation(std::string_view relations, std::string_view wanted) {
  while (!relations.empty()) {
    const auto size = std::min(relations.find(' '), relations.size());
    const std::string_view relation = relations.substr(0, size);
    if (relation.size() == wanted.size() && g_ascii_strncasecmp(relation.data(), wanted.data(), wanted.size()) == 0) {
      return true;
    }
    relations.remove_prefix(std::min(size + 1, relations.size()));
  }
  return false;
}

std::string percent_encoded(const std::string& text) {
  return glib::String(g_uri_escape_string(text.c_str(), nullptr, FALSE)).get();
}

}  // namespace

std::vector<Link> parse_links(std::string_view header) {
  std::vector<Link> links;
  HeaderText text(header);
  while (!text.is_over() && links.size() < kMaxLinks) {
    if (auto link = take_link(text)) {
      links.push_back(*std::move(link));
    }
    text.skip_link();
    (void)text.take(',');
  }
  return links;
}

room::IceServers ice_servers_in(const std::vector<Link>& links) {
  room::IceServers servers;
  for (const Link& link : links) {
    if (!has_relation(link.relations, "ice-server")) {
      continue;
    }
    const std::string userinfo =
        link.username.empty() ? "" : percent_encoded(link.username) + ":" + percent_encoded(link.credential);
    // LiveKit writes %3F for the ? of a TURN server's URI. What cannot be used at all is left out: the connection needs
    // any one of them, or none.
    if (servers.add(link.target, userinfo)) {
      const glib::String decoded(g_uri_unescape_string(link.target.c_str(), nullptr));
      (void)servers.add(decoded ? decoded.get() : "", userinfo);
    }
  }
  return servers;
}

}  // namespace rtcmc::whip
