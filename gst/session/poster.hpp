// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <utility>

#include "glib/ref.hpp"
#include "glib/worker_thread.hpp"

namespace rtcmc {

/// Runs tasks on a thread for as long as what they are for exists: whoever lives there holds `alive`. Any thread, and
/// it may be kept for longer.
class Poster {
 public:
  Poster(GMainContext* context, std::weak_ptr<char> alive)
      : context_(glib::Ref<GMainContext>::share(context)), alive_(std::move(alive)) {}

  void operator()(glib::Task task) const {
    glib::post(context_.get(), [alive = alive_, task = std::move(task)] {
      if (!alive.expired()) {
        task();
      }
    });
  }

 private:
  glib::Ref<GMainContext> context_;
  std::weak_ptr<char> alive_;
};

}  // namespace rtcmc
