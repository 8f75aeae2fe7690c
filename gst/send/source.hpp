// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "media/form.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::send {

/// What an input's caps amount to.
struct Source {
  Form form;
  std::optional<rtp::Codec> codec;  // absent: raw
  std::string memory;               // caps feature of raw video and audio

  friend bool operator==(const Source&, const Source&) = default;
};

/// Absent: nothing that can be sent.
[[nodiscard]] std::optional<Source> classify(GstCaps* caps, rtp::Kind kind);
/// For messages: "raw", "H264", "H264 in RTP".
[[nodiscard]] std::string describe(const Source& source);

/// For whoever sends caps to `pad` that acceptable_caps() does not have: what they are, and what to do.
[[nodiscard]] std::string refused_text(GstCaps* caps, rtp::Kind kind, const std::string& pad);

/// All that an input may be; `allowed` as in TrackSettings. Encoded input and raw input in system memory are always
/// among them: should an element be missing that these need, a message about it helps more than a failed negotiation.
[[nodiscard]] glib::Ref<GstCaps> acceptable_caps(rtp::Kind kind, const std::vector<rtp::Codec>& allowed);

/// What the source can be sent as with what is installed, most preferred first.
[[nodiscard]] std::vector<rtp::Codec> sendable_codecs(const Source& source, rtp::Kind kind,
                                                      const std::vector<rtp::Codec>& allowed);
/// What to tell someone whose source has no sendable codec.
[[nodiscard]] std::string not_sendable_text(const Source& source, rtp::Kind kind,
                                            const std::vector<rtp::Codec>& allowed);

}  // namespace rtcmc::send
