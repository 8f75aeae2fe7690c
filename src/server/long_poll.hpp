// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http.hpp"
#include "server/http_connection.hpp"

namespace rtcmc::server {

/// A GET request that waits for packets. It must go when its connection does, and is answered when it goes: its client
/// would wait for ever, and the connection know somebody to tell of its end who is no more.
class LongPoll {
 public:
  LongPoll(HttpConnection& connection, const Query& query);
  LongPoll(const LongPoll&) = delete;
  LongPoll& operator=(const LongPoll&) = delete;
  ~LongPoll();

  /// Once, and as the last thing.
  void answer(std::string_view payload);

 private:
  HttpConnection& connection_;
  std::optional<std::string> callback_;  // of JSONP
  bool is_answered_ = false;
};

/// The packets in the body of a POST request: as they are, or a form for JSONP.
[[nodiscard]] std::string posted_payload(const Query& query, std::string_view body);

}  // namespace rtcmc::server
