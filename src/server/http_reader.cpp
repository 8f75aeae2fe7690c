// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http_reader.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>

#include "glib/ref.hpp"

namespace rtcmc::server {

namespace {

constexpr unsigned kBadRequest = 400;
constexpr unsigned kLengthRequired = 411;
constexpr unsigned kTooLarge = 413;
constexpr unsigned kHeadTooLarge = 431;
constexpr std::size_t kIdleBytes = 4096;

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return g_ascii_isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), g_ascii_tolower);
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<std::string> decoded_path(std::string_view path) {
  const glib::String plain(g_uri_unescape_string(std::string(path).c_str(), nullptr));
  return plain && g_utf8_validate(plain.get(), -1, nullptr) ? std::optional<std::string>(plain.get()) : std::nullopt;
}

}  // namespace

std::string HttpRequest::header(std::string_view name) const {
  std::string value;
  for (const auto& [header, text] : headers) {
    if (header == name) {
      value += (value.empty() ? "" : ", ") + text;
    }
  }
  return value;
}

bool lists(std::string_view value, std::string_view word) {
  while (!value.empty()) {
    const auto item = value.substr(0, value.find(','));
    value.remove_prefix(std::min(value.size(), item.size() + 1));
    const auto listed = trimmed(item);
    if (listed.size() == word.size() && g_ascii_strncasecmp(listed.data(), word.data(), word.size()) == 0) {
      return true;
    }
  }
  return false;
}

std::optional<HttpRequest> HttpReader::next() {
  if (!request_ && (error_ || !read_head())) {
    return std::nullopt;
  }
  if (bytes_.size() < body_size_) {
    return std::nullopt;
  }
  request_->body = bytes_.substr(0, body_size_);
  bytes_.erase(0, body_size_);
  if (bytes_.empty() && bytes_.capacity() > kIdleBytes) {
    bytes_.shrink_to_fit();
  }
  return std::exchange(request_, std::nullopt);
}

/// False if the head is not complete, or wrong.
bool HttpReader::read_head() {
  const auto end = bytes_.find("\r\n\r\n");
  if (std::min(end, bytes_.size()) > kMaxHead) {
    error_ = kHeadTooLarge;
    return false;
  }
  if (end == std::string::npos) {
    return false;
  }
  request_.emplace();
  std::string_view lines = std::string_view(bytes_).substr(0, end + 2);
  bool is_good = true;
  for (bool is_start = true; is_good && !lines.empty(); is_start = false) {
    const auto line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    is_good = std::ranges::none_of(line, is_control) && (is_start ? read_start(line) : read_header(line));
  }
  if (!is_good || !read_framing()) {
    error_ = error_.value_or(kBadRequest);
    request_.reset();
    return false;
  }
  bytes_.erase(0, end + 4);
  return true;
}

bool HttpReader::read_start(std::string_view line) {
  const auto method_end = std::min(line.find(' '), line.size());
  const auto target_end = line.rfind(' ');
  if (target_end == std::string_view::npos || target_end <= method_end) {
    return false;
  }
  request_->method = line.substr(0, method_end);
  const auto version = line.substr(target_end + 1);
  request_->keep_alive = version == "HTTP/1.1";
  return is_token(request_->method) && (version == "HTTP/1.1" || version == "HTTP/1.0") &&
         read_target(line.substr(method_end + 1, target_end - method_end - 1));
}

/// Only a path of this server; what proxies are asked for is not.
bool HttpReader::read_target(std::string_view target) {
  if (!target.starts_with('/') || target.find_first_of(" \t#") != std::string_view::npos) {
    return false;
  }
  const auto path_end = std::min(target.find('?'), target.size());
  auto path = decoded_path(target.substr(0, path_end));
  if (!path) {
    return false;
  }
  request_->path = *std::move(path);
  request_->query = target.substr(std::min(target.size(), path_end + 1));
  return true;
}

bool HttpReader::read_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return false;
  }
  request_->headers.emplace_back(lower_case(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  return true;
}

bool HttpReader::read_framing() {
  const auto count = [&](std::string_view name) {
    return std::ranges::count_if(request_->headers, [&](const auto& header) { return header.first == name; });
  };
  if (count("transfer-encoding") > 0) {
    error_ = kLengthRequired;
    return false;
  }
  if (count("host") != 1 && (count("host") > 1 || request_->keep_alive)) {
    return false;
  }
  const std::string length = request_->header("content-length");
  body_size_ = 0;
  const auto lengths = count("content-length");
  if (lengths > 1 || (lengths == 1 && length.empty()) || length.find_first_not_of("0123456789") != std::string::npos) {
    return false;
  }
  const auto [end, fault] = std::from_chars(length.data(), length.data() + length.size(), body_size_);
  if (lengths == 1 && (fault != std::errc() || body_size_ > max_body_)) {
    error_ = kTooLarge;
    return false;
  }
  const std::string connection = request_->header("connection");
  if (lists(connection, "close")) {
    request_->keep_alive = false;
  } else if (lists(connection, "keep-alive")) {
    request_->keep_alive = true;
  }
  return true;
}

}  // namespace rtcmc::server
