// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <memory>
#include <optional>

#include "gst_ref.hpp"
#include "media/form.hpp"
#include "rtp/codec.hpp"
#include "send/fanout.hpp"
#include "send/input.hpp"

namespace rtcmc::send {

/// Decides what goes into a branch's queue, which has no limits of its own, so that what it holds is always in one
/// piece. On the input's streaming thread only.
class Entrance {
 public:
  Entrance(glib::Ref<GstElement> queue, glib::Ref<GstElement> fanout_element, std::shared_ptr<Fanout> fanout, Form form,
           rtp::Kind kind);

  [[nodiscard]] bool takes(const Input::Arrival& arrival);

 private:
  [[nodiscard]] bool is_full() const;
  /// What goes in next does not follow what went in before.
  void tell_of_gap() const;
  void log_drops();

  const glib::Ref<GstElement> queue_;
  const glib::Ref<GstElement> fanout_element_;  // keeps the Fanout's pads
  const std::shared_ptr<Fanout> fanout_;
  const Form form_;
  const bool is_raw_;
  const bool is_video_;
  bool choked_ = false;    // what comes next does not follow what went in
  bool is_muted_ = false;  // was, when the latest buffer came
  unsigned dropped_ = 0;
  std::optional<std::chrono::steady_clock::time_point> logged_at_;
};

}  // namespace rtcmc::send
