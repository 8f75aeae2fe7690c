// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "limit/guess_limiter.hpp"
#include "log/log_limiter.hpp"
#include "server/signaling_server.hpp"
#include "server/socket_server.hpp"

namespace rtcmc::program {

/// What operators and their programs ask for by HTTP: /admin/rooms, /admin/users, /metrics. docs/rtcmc-server.md
/// describes it.
class AdminApi {
 public:
  struct Access {
    std::string token;  // empty: nobody knows it
    bool metrics_public = false;
  };

  AdminApi(const server::SignalingServer& server, Access access) : server_(server), access_(std::move(access)) {}

  /// Absent if the path is not its own. `address`: the client's.
  [[nodiscard]] std::optional<server::HttpResponse> handle(const server::HttpRequest& request,
                                                           const std::string& address);

 private:
  /// What to answer a request that may not come in; absent: it may.
  [[nodiscard]] std::optional<server::HttpResponse> refusal(const server::HttpRequest& request,
                                                            const std::string& address);
  [[nodiscard]] server::HttpResponse answer(const server::HttpRequest& request) const;
  [[nodiscard]] server::HttpResponse metrics(const server::HttpRequest& request) const;
  [[nodiscard]] server::HttpResponse rooms(const server::HttpRequest& request, std::string_view id) const;
  [[nodiscard]] server::HttpResponse users(const server::HttpRequest& request, std::string_view id) const;

  const server::SignalingServer& server_;
  Access access_;
  GuessLimiter guesses_;
  LogLimiter log_limiter_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
};

}  // namespace rtcmc::program
