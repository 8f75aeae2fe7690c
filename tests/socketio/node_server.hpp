// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "node_process.hpp"

namespace rtcmc::test {

/// server.mjs, listening.
class NodeServer : public NodeProcess {
 public:
  /// `options` is JSON; see server.mjs.
  explicit NodeServer(const std::string& options) : NodeProcess({SERVER_SCRIPT, options}) {
    const std::string port = wait_for_line("port ");
    port_ = port.empty() ? 0 : std::stoi(port);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& scheme = "http", const std::string& host = "127.0.0.1") const {
    return scheme + "://" + host + ":" + std::to_string(port_) + "/";
  }

 private:
  int port_ = 0;
};

}  // namespace rtcmc::test
