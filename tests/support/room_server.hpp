// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>

#include "node_process.hpp"

namespace rtcmc::test {

/// The room server of examples/web-room on a free port of loopback; with RTCMC_TEST_SERVER in the environment, that
/// program in its place.
class RoomServer {
 public:
  RoomServer() { start("0"); }

  [[nodiscard]] const std::string& url() const { return url_; }

  /// Ends it, as a crash would.
  void stop() { process_.reset(); }
  /// Ends it, if it runs, and starts another one on the same port.
  void restart();

 private:
  void start(const std::string& port);

  std::string url_;
  std::unique_ptr<NodeProcess> process_;
};

}  // namespace rtcmc::test
