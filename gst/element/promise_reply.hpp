// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <utility>

#include "element/extra.hpp"
#include "gst_ref.hpp"

namespace rtcmc {

/// Answers an application's promise, for certain: with a field "error" if nobody else does. Without a promise there is
/// nothing to answer.
///
/// Threads: any, not two at a time.
class PromiseReply {
 public:
  explicit PromiseReply(GstPromise* promise) : promise_(glib::Ref<GstPromise>::share(promise)) {}
  PromiseReply(const PromiseReply&) = delete;
  PromiseReply& operator=(const PromiseReply&) = delete;
  ~PromiseReply() {
    if (promise_) {
      answer(StructurePtr(gst_structure_new("rtcmc-error", "error", G_TYPE_STRING,
                                            "There is no connection to the room's server, or it does not answer.",
                                            nullptr)));
    }
  }

  void answer(StructurePtr structure) {
    if (const auto promise = std::exchange(promise_, nullptr)) {
      gst_promise_reply(promise.get(), structure.release());
    }
  }

 private:
  glib::Ref<GstPromise> promise_;
};

}  // namespace rtcmc
