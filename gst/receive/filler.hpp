// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive {

/// Black pictures or silence for a source pad that has no stream.
///
/// Threads: made and destroyed on the room's.
class Filler {
 public:
  /// A child of `bin` that feeds `sink` in the format `like`, or one that downstream of it takes. Nothing comes if
  /// downstream takes no raw media.
  Filler(GstBin* bin, rtp::Kind kind, GstPad* sink, const glib::Ref<GstCaps>& like);
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;
  ~Filler();

 private:
  glib::Ref<GstElement> bin_;  // null if nothing comes
};

}  // namespace rtcmc::receive
