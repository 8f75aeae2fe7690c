// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gst_ref.hpp"

namespace rtcmc::send {

/// Collects elements in the order in which they are to be linked.
class Chain {
 public:
  /// An empty name or caps add nothing.
  void add(std::string_view factory);
  void add_filter(std::string_view caps);
  /// Null: `what` is not there.
  void add(glib::Ref<GstElement> element, std::string_view what);
  /// Decides nothing itself about how much it holds.
  void add_queue();
  /// Cuts off an odd row or column: pictures with 4:2:0 chroma have even sizes.
  void add_even_crop();
  /// Encoders for live pictures take whole ones: as many as there are, not one of each field. What is not interlaced
  /// passes. Nothing, if it is not installed.
  void add_deinterlacer();
  /// Mixes channels down, those without positions as well.
  void add_mixer();

  /// The first thing that is not there; empty: all are.
  [[nodiscard]] const std::string& missing() const { return missing_; }
  [[nodiscard]] std::vector<glib::Ref<GstElement>> take() { return std::move(elements_); }

 private:
  std::vector<glib::Ref<GstElement>> elements_;
  std::string missing_;
};

}  // namespace rtcmc::send
