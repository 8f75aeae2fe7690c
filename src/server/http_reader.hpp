// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests of HTTP/1.0 and 1.1 (RFC 9112). Pure.
namespace rtcmc::server {

struct HttpRequest {
  std::string method;
  std::string path;                                          // percent-decoded, UTF-8, without NUL
  std::string query;                                         // as it came
  std::vector<std::pair<std::string, std::string>> headers;  // names in small letters
  std::string body;
  bool keep_alive = true;

  /// Empty if there is none; several are joined by commas.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// Whether a header's value, a list with commas between, has this word, in whatever letters.
[[nodiscard]] bool lists(std::string_view value, std::string_view word);

/// Takes a client's bytes apart. Strict: what two parsers could read in two ways is refused, and so is everything that
/// clients of this server have no use for (bodies in chunks, continued header lines).
class HttpReader {
 public:
  static constexpr std::size_t kMaxHead = std::size_t{32} * 1024;

  explicit HttpReader(std::size_t max_body) : max_body_(max_body) {}

  void feed(std::string_view bytes) { bytes_ += bytes; }
  /// Absent if more bytes are needed, or after an error.
  [[nodiscard]] std::optional<HttpRequest> next();
  /// Bytes of a request that has not come to its end.
  [[nodiscard]] std::size_t unfinished() const { return bytes_.size(); }
  /// The HTTP status that says why nothing more can be read.
  [[nodiscard]] std::optional<unsigned> error() const { return error_; }
  /// What came behind the last request.
  [[nodiscard]] std::string take_rest() { return std::exchange(bytes_, {}); }

 private:
  [[nodiscard]] bool read_head();
  [[nodiscard]] bool read_start(std::string_view line);
  [[nodiscard]] bool read_target(std::string_view target);
  [[nodiscard]] bool read_header(std::string_view line);
  [[nodiscard]] bool read_framing();

  std::size_t max_body_;
  std::string bytes_;
  std::optional<HttpRequest> request_;  // whose body is to come
  std::size_t body_size_ = 0;
  std::optional<unsigned> error_;
};

}  // namespace rtcmc::server
