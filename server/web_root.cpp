// SPDX-License-Identifier: LGPL-2.1-or-later
#include "web_root.hpp"

#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "server/fact.hpp"

namespace rtcmc::program {

namespace {

constexpr const char* kIndex = "index.html";
constexpr const char* kSocketIo = "/socket.io/socket.io.js";

/// Absent if a part of the path must not be served. Empty parts are left out.
std::optional<std::vector<std::string>> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    const bool is_hidden = part.starts_with('.') && !(parts.empty() && part == ".well-known");
    if (is_hidden || part.find('\0') != std::string_view::npos) {
      return std::nullopt;
    }
    if (!part.empty()) {
      parts.emplace_back(part);
    }
  }
  return parts;
}

/// What web pages are made of is known even where the system's list of types is not installed, or another one.
std::string mime_type_of(const std::string& name, const FileBody& body) {
  constexpr std::array<std::pair<std::string_view, const char*>, 8> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".wasm", "application/wasm"},
      {".map", "application/json"},
  }};
  const auto* known = std::ranges::find_if(kTypes, [&](const auto& type) { return name.ends_with(type.first); });
  if (known != kTypes.end()) {
    return known->second;
  }
  std::array<char, 4096> bytes{};
  const std::size_t size = body.read(0, bytes);
  const glib::String type(
      g_content_type_guess(name.c_str(), reinterpret_cast<const guchar*>(bytes.data()), size, nullptr));
  const glib::String mime_type(g_content_type_get_mime_type(type.get()));
  const std::string found = mime_type ? mime_type.get() : "application/octet-stream";
  return found.starts_with("text/") ? found + "; charset=utf-8" : found;
}

/// Weak: two changes within a tick of the file system's clock look the same. A digest, as inodes are nobody's business.
std::string etag_of(const struct stat& status) {
  constexpr std::size_t kDigits = 32;
  std::string version;
  for (const std::intmax_t part : std::initializer_list<std::intmax_t>{
           static_cast<std::intmax_t>(status.st_dev), static_cast<std::intmax_t>(status.st_ino), status.st_size,
           status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec}) {
    version += std::to_string(part) + ' ';
  }
  const glib::String digest(g_compute_checksum_for_string(G_CHECKSUM_SHA256, version.c_str(), -1));
  return "W/\"" + std::string(digest.get(), kDigits) + '"';
}

bool is_folder(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

std::optional<server::Content::Item> WebRoot::find(const std::string& path) {
  const auto parts = parts_of(path);
  if (!parts) {
    return std::nullopt;
  }
  // O_NONBLOCK: opening a FIFO does not wait for its writer.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  FileDescriptor current(open(folder_.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  for (const std::string& part : *parts) {
    current = FileDescriptor(current.get() < 0 ? -1 : openat(current.get(), part.c_str(), kFlags));
  }
  if (current.get() < 0) {
    return built_in_ && path == kSocketIo ? built_in_->find(path) : std::nullopt;
  }
  if (!is_folder(current.get())) {
    return path.ends_with('/') ? std::nullopt : item(std::move(current), path);
  }
  FileDescriptor index(openat(current.get(), kIndex, kFlags));
  if (index.get() < 0 || is_folder(index.get())) {
    return std::nullopt;
  }
  if (!path.ends_with('/')) {
    // Relative to where it is, so that nothing in the path can name another host.
    const glib::String name(g_uri_escape_string(parts->back().c_str(), nullptr, FALSE));
    return Item{.body = {}, .mime_type = {}, .location = std::string("./") + name.get() + "/"};
  }
  return item(std::move(index), path + kIndex);
}

std::optional<server::Content::Item> WebRoot::item(FileDescriptor file, const std::string& path) const {
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_file_size_) {
    g_message("%s", server::fact("file-too-large", {{"path", path}, {"advice", "raise max-file-size"}}).c_str());
    return std::nullopt;
  }
  auto body = std::make_shared<FileBody>(std::move(file), size);
  std::string mime_type = mime_type_of(path, *body);
  return Item{.body = std::move(body),
              .mime_type = std::move(mime_type),
              .validators = {.etag = etag_of(status), .modified = status.st_mtim.tv_sec}};
}

}  // namespace rtcmc::program
