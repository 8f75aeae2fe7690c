// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "gst_ref.hpp"
#include "media/form.hpp"
#include "receive/decoding_bin.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive {

/// What comes out of a source pad: the first thing downstream lists that the codec can become, raw if it takes all.
[[nodiscard]] Form choose_form(rtp::Codec codec, GstCaps* accepted);

inline constexpr std::uint32_t kDefaultMaxPictureSize = 4096;

struct DecodingSettings {
  rtp::Codec codec;
  Form form;
  /// Pixels: neither wider nor higher pictures are decoded, since their memory is asked for before they are seen.
  std::uint32_t max_picture_size = kDefaultMaxPictureSize;
};

/// From RTP packets of one codec to the form that downstream wants: depayloader, parser, decoder, as far as needed.
///
/// Threads: made and destroyed on the room's; data passes on the streaming thread that brings the packets.
class Decoding {
 public:
  /// A child of `bin`. The alternative says what is missing and what to install. `on_fault` runs once at most, after
  /// which nothing passes any more: what a participant sends is not the pipeline's error.
  [[nodiscard]] static std::variant<std::unique_ptr<Decoding>, std::string> make(GstBin* bin,
                                                                                 const DecodingSettings& settings,
                                                                                 FaultHandler on_fault);
  Decoding(const Decoding&) = delete;
  Decoding& operator=(const Decoding&) = delete;
  /// What feeds it must be disconnected already.
  ~Decoding();

  [[nodiscard]] GstPad* sink_pad() const { return sink_.get(); }
  [[nodiscard]] GstPad* src_pad() const { return src_.get(); }
  /// To be called with both pads linked.
  void start();

 private:
  Decoding(glib::Ref<GstElement> bin, std::shared_ptr<Containment> containment);

  const std::shared_ptr<Containment> containment_;
  const glib::Ref<GstElement> bin_;
  const glib::Ref<GstPad> sink_;
  const glib::Ref<GstPad> src_;
};

}  // namespace rtcmc::receive
