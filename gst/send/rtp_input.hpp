// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"
#include "rtp/parameter_sets.hpp"

namespace rtcmc::send {

/// What an Input has to know of packets that others made.
///
/// Threads: the streaming thread.
class RtpInput {
 public:
  /// The SSRC, if they say it.
  std::optional<std::uint32_t> set_caps(rtp::Codec codec, GstCaps* caps);
  /// Its SSRC, if it is the first packet and nobody has said it.
  [[nodiscard]] std::optional<std::uint32_t> look_for_ssrc(GstBuffer* packet);
  /// Whether a keyframe begins with it.
  [[nodiscard]] static bool can_start(rtp::Codec codec, GstBuffer* packet);
  /// Whether all packets have to go through complete().
  [[nodiscard]] bool is_incomplete() const { return sets_.has_value(); }
  /// With the parameter sets that keyframes lack.
  [[nodiscard]] glib::Ref<GstBufferList> complete(const glib::Ref<GstBufferList>& list);

 private:
  void complete(glib::Ref<GstBuffer> packet, GstBufferList* into);

  bool has_ssrc_ = false;
  std::optional<rtp::ParameterSets> sets_;
  std::string description_;  // of the parameter sets, in the latest caps
};

}  // namespace rtcmc::send
