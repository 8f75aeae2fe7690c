// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "glib/ref.hpp"
#include "glib/timer.hpp"

namespace rtcmc::socketio {

/// Notices that this machine's addresses have changed, or the one that it uses towards the internet. GNetworkMonitor
/// looks at routes alone, which stay when an address gives way to another one, and its signals come on whichever thread
/// asked for it first.
///
/// Threads: the one that makes it, whose thread-default GMainContext calls `changed`.
class NetworkWatch {
 public:
  explicit NetworkWatch(std::function<void()> changed);
  NetworkWatch(const NetworkWatch&) = delete;
  NetworkWatch& operator=(const NetworkWatch&) = delete;
  ~NetworkWatch();

  /// Our address in what we send there now. Absent: there is no way.
  [[nodiscard]] static std::optional<std::string> source_towards(GSocketAddress* destination);

 private:
  struct SourceDeleter {
    void operator()(GSource* source) const;
  };

  void read();
  void look();

  const std::function<void()> changed_;
  std::string known_;
  glib::Ref<GSocket> socket_;  // null: nothing is noticed
  std::unique_ptr<GSource, SourceDeleter> source_;
  glib::Timer next_look_;  // changes come in groups
};

}  // namespace rtcmc::socketio
