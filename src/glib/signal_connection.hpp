// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::glib {

/// A connected GObject signal handler; destroying it disconnects. Holds a reference to the emitter. A handler that is
/// running on another thread is not waited for.
class SignalConnection {
 public:
  SignalConnection() = default;
  SignalConnection(gpointer instance, const char* signal, GCallback handler, gpointer data)
      : instance_(Ref<GObject>::share(G_OBJECT(instance))), id_(g_signal_connect(instance, signal, handler, data)) {}

  /// The handler's data is a copy of `data`, which lives until no handler can run any more: for signals that come from
  /// other threads.
  template <typename Data>
  [[nodiscard]] static SignalConnection owning(gpointer instance, const char* signal, GCallback handler, Data data) {
    SignalConnection connection;
    connection.instance_ = Ref<GObject>::share(G_OBJECT(instance));
    connection.id_ = g_signal_connect_data(
        instance, signal, handler, new Data(std::move(data)),
        [](gpointer owned, GClosure*) { delete static_cast<Data*>(owned); }, GConnectFlags(0));
    return connection;
  }

  SignalConnection(SignalConnection&& other) noexcept
      : instance_(std::move(other.instance_)), id_(std::exchange(other.id_, 0)) {}
  SignalConnection& operator=(SignalConnection&& other) noexcept {
    if (this != &other) {
      disconnect();
      instance_ = std::move(other.instance_);
      id_ = std::exchange(other.id_, 0);
    }
    return *this;
  }
  SignalConnection(const SignalConnection&) = delete;
  SignalConnection& operator=(const SignalConnection&) = delete;
  ~SignalConnection() { disconnect(); }

  void disconnect() {
    if (id_ != 0) {
      g_signal_handler_disconnect(instance_.get(), std::exchange(id_, 0));
    }
    instance_.reset();
  }

 private:
  Ref<GObject> instance_;
  gulong id_ = 0;
};

}  // namespace rtcmc::glib
