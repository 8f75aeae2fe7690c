// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room_server.hpp"

#include <vector>

#include "glib/ref.hpp"

namespace rtcmc::test {

void RoomServer::start(const std::string& port) {
  const char* const program = g_getenv("RTCMC_TEST_SERVER");
  process_ = program ? std::make_unique<NodeProcess>(std::vector<std::string>{"--port", port}, program)
                     : std::make_unique<NodeProcess>(std::vector<std::string>{RTCMC_ROOM_SERVER, "--port", port});
  url_ = process_->wait_for_line("Listening on ");
}

void RoomServer::restart() {
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(url_.c_str(), G_URI_FLAGS_NONE, nullptr));
  stop();
  start(std::to_string(g_uri_get_port(uri.get())));
}

}  // namespace rtcmc::test
