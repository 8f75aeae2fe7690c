// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"
#include "send/reduction.hpp"

namespace rtcmc::send {

/// Collects elements in the order in which they are to be linked.
class Chain {
 public:
  /// What a filter is to ask for when such caps come to the converter before it.
  using Fitting = std::function<glib::Ref<GstCaps>(GstElement* filter, GstCaps* caps)>;

  /// An empty name or caps add nothing.
  void add(std::string_view factory);
  void add_filter(std::string_view caps);
  /// Null: `what` is not there.
  void add(glib::Ref<GstElement> element, std::string_view what);
  /// Decides nothing itself about how much it holds.
  void add_queue();
  /// Cuts off an odd row or column: pictures with 4:2:0 chroma have even sizes.
  /// `gives_rate`: x264 holds each picture back until the next one comes if there is no framerate.
  void add_even_crop(bool gives_rate);
  /// Encoders for live pictures take whole ones: as many as there are, not one of each field. What is not interlaced
  /// passes. Nothing, if it is not installed.
  void add_deinterlacer();
  /// Into the colours that a codec's pictures are shown in by all: some decoders know of one range and one matrix only.
  /// What has these already passes.
  void add_colour_converter(rtp::Codec codec);
  /// Turns pictures as a tag (image-orientation) says. Nothing, if it is not installed.
  void add_turner();
  /// Into square pixels, and no larger than all decoders take: browsers show each as one of the screen's.
  void add_scaler(const std::shared_ptr<Reduction>& reduction);
  /// Mixes channels down, those without positions as well.
  void add_mixer();

  /// The first thing that is not there; empty: all are.
  [[nodiscard]] const std::string& missing() const { return missing_; }
  [[nodiscard]] std::vector<glib::Ref<GstElement>> take() { return std::move(elements_); }

 private:
  /// A converter, and a filter that asks it for what `wanted` makes of the caps that come.
  void add_fitting(const char* factory, Fitting wanted);

  std::vector<glib::Ref<GstElement>> elements_;
  std::string missing_;
};

}  // namespace rtcmc::send
