// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "log/log_limiter.hpp"
#include "server/client_event.hpp"
#include "server/directory.hpp"
#include "server/options.hpp"

namespace rtcmc::server {

/// Carries participants' messages to one another. What is inside a message is never taken apart. Pure.
class Relay {
 public:
  Relay(const Options& options, Directory& directory, ClientOutput& output)
      : options_(options), directory_(directory), output_(output) {}

  /// A message in its envelope (docs/protocol.md).
  void handle(User& from, const ClientEvent& event);

 private:
  using Members = std::vector<glib::JsonText::Member>;

  void handle_system(const User& from, const ClientEvent& event, glib::JsonText message);
  void request_participation(const User& from, const Members& envelope);
  [[nodiscard]] static SharedText shared_part(const User& from, const Members& envelope, bool with_extra);
  void send(const User& to, SharedText shared_part);
  void refuse(const User& from, const std::string& to, std::string_view reason);
  void complain(const User& to, std::string_view text);

  const Options& options_;
  Directory& directory_;
  ClientOutput& output_;
  LogLimiter log_limiter_;
};

}  // namespace rtcmc::server
