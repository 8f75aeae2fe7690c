// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <mutex>

#include "gst_ref.hpp"

namespace rtcmc::send {

/// How much smaller pictures are made for those whose links carry less. May change while they pass.
///
/// Threads: any. `mutex_` protects the data below it, and is not held while anything else is called.
class Reduction {
 public:
  /// The sides of what comes from now on are divided by it.
  void set(int divisor);
  /// Such pictures come now: what `filter`, behind a scaler, is to ask for.
  [[nodiscard]] glib::Ref<GstCaps> on_caps(GstElement* filter, GstCaps* caps);

 private:
  std::mutex mutex_;
  int divisor_ = 1;
  glib::Ref<GstElement> filter_;  // null: nothing has come yet
  glib::Ref<GstCaps> caps_;
};

}  // namespace rtcmc::send
