// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::glib {

/// The asynchronous GIO operations of one owner. Once it is destroyed, they are cancelled and none of their callbacks
/// runs any more. Use it from one thread only, that of the operations' GMainContext.
///
///     soup_session_send_async(session, message, G_PRIORITY_DEFAULT, async_.cancellable(), AsyncScope::ready,
///                             async_.callback([this](GObject* source, GAsyncResult* result) { … }));
class AsyncScope {
 public:
  using Callback = std::function<void(GObject* source, GAsyncResult* result)>;

  AsyncScope() : cancellable_(Ref<GCancellable>::adopt(g_cancellable_new())), alive_(std::make_shared<char>()) {}
  AsyncScope(const AsyncScope&) = delete;
  AsyncScope& operator=(const AsyncScope&) = delete;
  ~AsyncScope() {
    alive_.reset();  // first: cancelling may call back at once
    g_cancellable_cancel(cancellable_.get());
  }

  [[nodiscard]] GCancellable* cancellable() const { return cancellable_.get(); }

  /// The user data for one call of ready().
  [[nodiscard]] gpointer callback(Callback callback) const {
    return std::make_unique<Call>(Call{alive_, std::move(callback)}).release();
  }

  static void ready(GObject* source, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Call> call(static_cast<Call*>(data));
    if (!call->alive.expired()) {
      call->callback(source, result);
    }
  }

 private:
  struct Call {
    std::weak_ptr<char> alive;
    Callback callback;
  };

  Ref<GCancellable> cancellable_;
  std::shared_ptr<char> alive_;
};

}  // namespace rtcmc::glib
