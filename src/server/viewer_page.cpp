// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/viewer_page.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace rtcmc::server {

namespace {

constexpr const char* kPage = "index.html";
// Whatever a participant may smuggle into the page, no script of another origin or of the page's text runs.
constexpr const char* kPagePolicy = "default-src 'self'; connect-src 'self' ws: wss:";

struct MimeType {
  std::string_view ending;
  const char* name;
};
constexpr std::array<MimeType, 4> kMimeTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
}};

const char* mime_type_of(std::string_view name) {
  const auto known =
      std::ranges::find_if(kMimeTypes, [name](const MimeType& type) { return name.ends_with(type.ending); });
  return known == kMimeTypes.end() ? "application/octet-stream" : known->name;
}

/// Of the content alone, so that a page stays with those who have it when a server is started again.
std::string etag_of(GBytes* bytes) {
  constexpr std::size_t kDigits = 32;
  const glib::String digest(g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes));
  return '"' + std::string(digest.get(), kDigits) + '"';
}

/// Browsers, robots and monitors ask for these by themselves; a page would mislead them.
bool is_asked_for_unseen(std::string_view name) {
  return name == "favicon.ico" || name == "robots.txt" || name == "metrics";
}

}  // namespace

std::optional<Content::Item> ViewerPage::find(const std::string& path) {
  const std::string name = path.substr(1);
  if (name.empty()) {
    return file(kPage);
  }
  // Where RTCMultiConnection's users look for it.
  if (auto item = file(name == "socket.io/socket.io.js" ? "socket.io.js" : name)) {
    return item;
  }
  if (name.find('/') == name.size() - 1 && !is_asked_for_unseen(name)) {
    const glib::String room(g_uri_escape_string(name.substr(0, name.size() - 1).c_str(), nullptr, FALSE));
    return Item{.body = {}, .mime_type = {}, .location = std::string("../") + room.get()};
  }
  return name.find('/') != std::string::npos || is_asked_for_unseen(name) ? std::nullopt : file(kPage);
}

std::string ViewerPage::address_of(const std::string& room_id) {
  constexpr std::array<std::string_view, 9> kTaken{".",         "..",           "rtcmc",      "rtcmc.js", "viewer",
                                                   "socket.io", "socket.io.js", "index.html", "healthz"};
  const bool is_taken = room_id.find('/') != std::string::npos || is_asked_for_unseen(room_id) ||
                        std::ranges::find(kTaken, room_id) != kTaken.end();
  const glib::String escaped(g_uri_escape_string(room_id.c_str(), nullptr, TRUE));
  return (is_taken ? "?room=" : "") + std::string(escaped.get());
}

std::optional<Content::Item> ViewerPage::file(const std::string& name) {
  if (const auto known = files_.find(name); known != files_.end()) {
    return known->second;
  }
  auto bytes = glib::Ref<GBytes>::adopt(
      g_resource_lookup_data(resource_, ("/org/rtcmc/web/" + name).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
  if (!bytes) {
    return std::nullopt;
  }
  std::string etag = etag_of(bytes.get());
  Item item{.body = std::make_shared<BytesBody>(std::move(bytes)),
            .mime_type = mime_type_of(name),
            .validators = {.etag = std::move(etag)},
            .security_policy = name == kPage ? kPagePolicy : ""};
  return files_.emplace(name, std::move(item)).first->second;
}

}  // namespace rtcmc::server
