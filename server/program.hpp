// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin_api.hpp"
#include "glib/ref.hpp"
#include "server/signaling_server.hpp"
#include "settings.hpp"

namespace rtcmc::program {

/// The server with all that surrounds it, from start to end. On the main thread.
class Program {
 public:
  explicit Program(Settings settings) : settings_(std::move(settings)) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  /// Reads the files that the settings name. A sentence if one is not as it must be.
  [[nodiscard]] std::optional<std::string> prepare();
  /// Listens. A sentence if it cannot.
  [[nodiscard]] std::optional<std::string> start();
  /// Until SIGTERM or SIGINT. Everybody has been told goodbye then.
  void run();

 private:
  [[nodiscard]] std::optional<std::string> load_certificate();
  [[nodiscard]] std::optional<std::string> load_secrets();
  void watch_signals();
  void note_what_may_surprise() const;
  void reload();

  Settings settings_;
  std::string token_;
  std::unique_ptr<server::SignalingServer> server_;
  std::optional<AdminApi> api_;
  std::vector<guint> signals_;
  glib::Ref<GMainLoop> loop_ = glib::Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
};

}  // namespace rtcmc::program
