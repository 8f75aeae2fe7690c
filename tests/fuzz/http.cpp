// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http.hpp"

#include <glib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "server/access_policy.hpp"
#include "server/http_reader.hpp"
#include "server/validators.hpp"

/// HTTP requests. The first byte says in pieces of what size the others come.
namespace rtcmc::server {

namespace {

using fuzz::require;

constexpr std::size_t kMaxBody = 256;

struct Result {
  std::vector<HttpRequest> requests;
  std::optional<unsigned> error;
};

Result read(std::string_view bytes, std::size_t piece) {
  HttpReader reader(kMaxBody);
  Result result;
  fuzz::feed_in_pieces(reader, bytes, piece, [&] {
    while (auto request = reader.next()) {
      result.requests.push_back(*std::move(request));
    }
  });
  result.error = reader.error();
  return result;
}

bool is_same(const HttpRequest& one, const HttpRequest& other) {
  return one.method == other.method && one.path == other.path && one.query == other.query &&
         one.headers == other.headers && one.body == other.body && one.keep_alive == other.keep_alive;
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void check_answer(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    require(is_one_line(name) && is_one_line(value), "a header of an answer is one line");
  }
}

void check(const HttpRequest& request) {
  require(!request.method.empty() && is_one_line(request.method) && is_one_line(request.query),
          "a request is one line");
  require(request.path.starts_with('/') && request.path.find('\0') == std::string::npos, "a path is one of ours");
  require(g_utf8_validate_len(request.path.data(), request.path.size(), nullptr), "a path is UTF-8");
  require(request.body.size() <= kMaxBody, "a body is bounded");
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && is_one_line(name) && is_one_line(value), "a header is one line");
  }
  for (const auto& [name, value] : parse_query(request.query)) {
    require(g_utf8_validate_len(name.data(), name.size(), nullptr) &&
                g_utf8_validate_len(value.data(), value.size(), nullptr),
            "a parameter is UTF-8");
  }
  if (asks_for_websocket(request)) {
    check_answer(websocket_handshake(request).value_or(HttpHeaders()));
  }
  const AccessPolicy guarded({.origins = {"https://example.org"}, .own_pages_only = true, .host_name = "shed"});
  require(guarded.allows_host(request) || !request.header("host").empty(), "no browser leaves the host out");
  require(guarded.allows_page(request) || AccessPolicy({}).allows_page(request), "without rules all are let in");
  require(!client_has(request, {.etag = R"(W/"1")", .modified = 784111777}) ||
              !request.header("if-none-match").empty() || !request.header("if-modified-since").empty(),
          "who says nothing has nothing");
  check_answer(cors_headers(request));
  check_answer(cors_preflight(request).headers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes = fuzz::text_of(data, size).substr(1);
  const Result whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  std::ranges::for_each(whole.requests, check);
  const Result pieces = read(bytes, std::size_t{data[0]} + 1);
  require(std::ranges::equal(whole.requests, pieces.requests, is_same) && whole.error == pieces.error,
          "requests are the same in whatever pieces they come");
  return 0;
}

}  // namespace rtcmc::server
